#include "import/row_file.hpp"

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
