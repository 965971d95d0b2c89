// The documents that lead through the code name files and folders: they must be there.
#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace {

namespace fs = std::filesystem;

bool is_path(std::string_view word) {
    bool const is_plain = std::ranges::all_of(
        word, [](unsigned char c) { return std::isalnum(c) || c == '_' || c == '-' || c == '.' || c == '/'; });
    bool const is_file = word.ends_with(".cpp") || word.ends_with(".hpp") || word.ends_with(".md");
    return is_plain && !word.starts_with('/') && (is_file || word.find('/') != word.npos);
}

/// The paths in backticks.
std::set<std::string> paths_in(std::string_view text) {
    std::set<std::string> paths;
    for (auto open = text.find('`'); open != text.npos;) {
        auto const close = text.find('`', open + 1);
        if (close == text.npos) break;
        auto const word = text.substr(open + 1, close - open - 1);
        if (is_path(word)) paths.emplace(word);
        open = text.find('`', close + 1);
    }
    return paths;
}

std::set<std::string> names_of_the_tree() {
    std::set<std::string> names;
    for (auto const* room : {"include", "src", "transports", "reference-server"}) {
        for (auto const& entry : fs::recursive_directory_iterator(fs::path(SHOP_SOURCE_DIR) / room)) {
            names.insert(entry.path().filename().string());
        }
    }
    return names;
}

class code_documents : public ::testing::TestWithParam<char const*> {};

TEST_P(code_documents, name_files_that_are_there) {
    std::ifstream document(fs::path(SHOP_SOURCE_DIR) / "docs" / GetParam());
    std::string const text(std::istreambuf_iterator<char>(document), {});
    auto const names = names_of_the_tree();
    auto const named = paths_in(text);
    for (auto const& path : named) {
        bool const is_there =
            path.find('/') == path.npos ? names.contains(path) : fs::exists(fs::path(SHOP_SOURCE_DIR) / path);
        EXPECT_TRUE(is_there) << path;
    }
    EXPECT_GT(named.size(), 20U);
}

INSTANTIATE_TEST_SUITE_P(house, code_documents, ::testing::Values("architecture.md", "glossary.md"),
                         [](auto const& info) {
                             std::string const name = info.param;
                             return name.substr(0, name.find('.'));
                         });

}  // namespace
