#include <algorithm>
#include <array>
#include <string_view>

#include "rules.hpp"

namespace house {

namespace {

constexpr std::size_t file_lines_max = 500;
constexpr std::size_t columns_max = 120;
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

/// Code points, of which each has one byte that does not continue another.
std::size_t columns(std::string_view line) {
    return static_cast<std::size_t>(std::ranges::count_if(line, [](char c) { return (c & 0xc0) != 0x80; }));
}

/// Whether a type is defined here, at the left edge, which is no specialization of another.
bool defines_type(std::string_view line) {
    constexpr std::array<std::string_view, 3> kinds{"class ", "struct ", "enum class "};
    auto const kind = std::ranges::find_if(kinds, [&](auto k) { return line.starts_with(k); });
    if (kind == kinds.end() || line.ends_with(';')) return false;
    auto const name = line.substr(kind->size());
    return name.find('<') > name.find_first_of(" {");
}

/// Public types without a word about what they are.
void check_briefs(source_file const& file, findings& found) {
    bool internal = false;
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
        std::string_view const line = file.lines[i];
        if (line.starts_with("namespace ") && line.find("detail") != line.npos) internal = line.ends_with('{');
        if (line.starts_with("}  // namespace") && line.find("detail") != line.npos) internal = false;
        if (internal || !defines_type(line)) continue;
        auto above = i;
        while (above > 0 &&
               (file.lines[above - 1].starts_with("template") || file.lines[above - 1].starts_with("requires") ||
                file.lines[above - 1].starts_with("    requires")))
            --above;
        if (above == 0 || !file.lines[above - 1].starts_with("///"))
            found.push_back({file.path, i + 1, "say in a line of /// what this type is"});
    }
}

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
        if (columns(line) > columns_max) found.push_back({file.path, i + 1, "longer than 120 columns"});
        if (line.find('\t') != line.npos) found.push_back({file.path, i + 1, "a tab: indent by spaces"});
        if (line.ends_with(' ') || line.ends_with('\r')) found.push_back({file.path, i + 1, "blanks at the end"});
    }
    if (file.path.find("include/shop/") != file.path.npos) check_briefs(file, found);
    return found;
}

}  // namespace house
