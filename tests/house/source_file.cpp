#include "source_file.hpp"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace house {

bool is_word(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

namespace {

std::vector<std::string> split_lines(std::string_view text) {
    std::vector<std::string> lines;
    while (!text.empty()) {
        auto const end = std::min(text.find('\n'), text.size());
        lines.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

/// Walks C++ just far enough to know what is code, and blanks the rest.
class blanker {
public:
    explicit blanker(std::string_view text) : text_(text), code_(text) {}

    std::string blank() {
        while (at_ < text_.size()) {
            auto const rest = text_.substr(at_);
            if (rest.starts_with("//")) {
                skip_to(std::min(text_.find('\n', at_), text_.size()));
            } else if (rest.starts_with("/*")) {
                skip_past("*/", 2);
            } else if (rest.starts_with("R\"") && (at_ == 0 || !is_word(text_[at_ - 1]))) {
                auto const open = text_.find('(', at_);
                if (open == text_.npos) break;
                skip_past(")" + std::string(text_.substr(at_ + 2, open - at_ - 2)) + "\"", 2);
            } else if (rest[0] == '"' || (rest[0] == '\'' && (at_ == 0 || !is_word(text_[at_ - 1])))) {
                skip_literal(rest[0]);
            } else {
                ++at_;
            }
        }
        return std::move(code_);
    }

private:
    void skip_to(std::size_t end) {
        for (; at_ < end; ++at_) {
            if (code_[at_] != '\n') code_[at_] = ' ';
        }
    }
    void skip_past(std::string_view closing, std::size_t opening_size) {
        auto const found = text_.find(closing, at_ + opening_size);
        skip_to(found == text_.npos ? text_.size() : found + closing.size());
    }
    void skip_literal(char quote) {
        auto end = at_ + 1;
        while (end < text_.size() && text_[end] != quote && text_[end] != '\n') end += text_[end] == '\\' ? 2 : 1;
        skip_to(std::min(end + 1, text_.size()));
    }

    std::string_view text_;
    std::string code_;
    std::size_t at_ = 0;
};

std::string read(std::filesystem::path const& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in) throw std::runtime_error("cannot read " + path.string());
    return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

source_file::source_file(std::string path_read, std::string_view text)
    : path(std::move(path_read)), lines(split_lines(text)), code(split_lines(blanker(text).blank())) {}

std::vector<include> includes_of(source_file const& file) {
    std::vector<include> found;
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
        if (!file.code[i].starts_with("#include")) continue;
        auto const& line = file.lines[i];
        auto const open = line.find_first_of("<\"");
        if (open == line.npos) continue;
        auto const close = line.find_first_of(">\"", open + 1);
        if (close == line.npos) continue;
        found.push_back({i + 1, line.substr(open + 1, close - open - 1), line[open] == '"'});
    }
    return found;
}

std::vector<source_file> sources_below(std::string const& root) {
    std::vector<source_file> files;
    for (auto const* folder : {"include", "src", "transports", "reference-server", "examples", "bench", "tests"}) {
        auto const start = std::filesystem::path(root) / folder;
        if (!std::filesystem::exists(start)) continue;
        for (auto const& entry : std::filesystem::recursive_directory_iterator(start)) {
            auto const& path = entry.path();
            if (!entry.is_regular_file() || (path.extension() != ".hpp" && path.extension() != ".cpp")) continue;
            files.emplace_back(std::filesystem::relative(path, root).generic_string(), read(path));
        }
    }
    std::ranges::sort(files, {}, &source_file::path);
    return files;
}

}  // namespace house
