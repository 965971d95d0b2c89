#include <algorithm>
#include <array>
#include <string_view>

#include "rules.hpp"

namespace house {

namespace {

constexpr std::size_t file_lines_max = 500;
// In halves, so that this file may stand in the house too.
constexpr std::array<std::string_view, 4> leftovers{
    "TO"
    "DO",
    "FIX"
    "ME",
    "XX"
    "X:",
    "HA"
    "CK"};

}  // namespace

findings check_form(source_file const& file) {
    findings found;
    if (file.lines.size() > file_lines_max)
        found.push_back({file.path, file.lines.size(), "longer than 500 lines: cut it where its subject changes"});
    if (file.is_header() && std::ranges::find(file.code, "#pragma once") == file.code.end())
        found.push_back({file.path, 1, "a header begins with #pragma once"});
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
        auto const& line = file.lines[i];
        for (auto const& word : leftovers) {
            if (line.find(word) != line.npos) found.push_back({file.path, i + 1, "a leftover: do it now, or drop it"});
        }
        if (line.find('\t') != line.npos) found.push_back({file.path, i + 1, "a tab: indent by spaces"});
        if (line.ends_with(' ') || line.ends_with('\r')) found.push_back({file.path, i + 1, "blanks at the end"});
    }
    return found;
}

}  // namespace house
