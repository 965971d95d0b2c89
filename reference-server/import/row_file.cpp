#include "row_file.hpp"

namespace shop_server {

std::optional<file_format> format_of(std::string const& path) {
    auto const dot = path.rfind('.');
    auto const ending = dot == path.npos ? std::string() : path.substr(dot);
    if (ending == ".csv") return file_format::csv;
    if (ending == ".jsonl" || ending == ".ndjson" || ending == ".json") return file_format::json_lines;
    return std::nullopt;
}

std::string in_words(shop::error const& e) {
    std::string out;
    for (auto const& place : e.details().errors) {
        if (!out.empty()) out += "; ";
        auto const name = place.pointer.starts_with('/') ? place.pointer.substr(1) : place.pointer;
        if (!name.empty()) out.append(name).append(": ");
        out += place.detail;
    }
    return out.empty() ? std::string(e.message()) : out;
}

std::optional<std::string> why_not_cells(std::vector<std::string> const& cells) {
    auto const& header = cells.front();
    if (header.starts_with("\xFF\xFE") || header.starts_with("\xFE\xFF") || header.find('\0') != header.npos) {
        return "the file is in UTF-16: save it as CSV in UTF-8";
    }
    if (cells.size() > 1) return std::nullopt;
    if (cells.size() > 1) return std::nullopt;
    for (auto const& [separator, name] : {std::pair{';', "semicolons"}, std::pair{'\t', "tabs"}}) {
        if (header.find(separator) == header.npos) continue;
        return "the header is one cell, " + shown_cell(header) + ": separate columns with commas, not with " + name;
    }
    return std::nullopt;
}

std::string shown_cell(std::string_view cell) {
    constexpr std::size_t most = 60;
    std::string shown = "\"";
    for (char const c : cell.substr(0, most)) shown += c == '\t' || (c >= ' ' && c != '\x7f') || c < 0 ? c : '?';
    if (!shop::is_plain_text(shown, shop::line_breaks::allow)) {
        for (char& c : shown) c = c < ' ' || c > '~' ? '?' : c;
    }
    for (char& c : shown) c = c == '\t' ? ' ' : c;
    return shown + (cell.size() > most ? "...\"" : "\"");
}

bool is_like(std::string_view cell, std::string_view name) {
    auto const is_space = [](char c) { return c == ' ' || c == '\t'; };
    while (!cell.empty() && is_space(cell.front())) cell.remove_prefix(1);
    while (!cell.empty() && is_space(cell.back())) cell.remove_suffix(1);
    auto const lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    return std::ranges::equal(cell, name, {}, lower, lower);
}

bool read_line(std::istream& from, std::string& into) {
    into.clear();
    auto* const in = from.rdbuf();
    constexpr auto end_of_file = std::char_traits<char>::eof();
    bool any = false;
    for (auto c = in->sbumpc(); c != end_of_file; c = in->sbumpc()) {
        any = true;
        if (c == '\n') break;
        if (into.size() <= import_row_bytes_max) into += static_cast<char>(c);
    }
    if (!into.empty() && into.back() == '\r') into.pop_back();
    return any;
}

}  // namespace shop_server
