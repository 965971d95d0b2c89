#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace shop {

/// Whether line feeds, tabs and Unicode's line separators may stand in a text.
enum class line_breaks { refuse, allow };

/// Whether a text can be shown to people as it stands: valid UTF-8, without control characters (C0, DEL, C1), marks
/// that turn the direction of writing (a name could then read as another), or a byte order mark. Line feeds, tabs and
/// the line separators of Unicode are allowed only on request.
bool is_plain_text(std::string_view utf8, line_breaks breaks = line_breaks::refuse);

/// Whether nothing of a text is to be seen: it is empty, or all of it is white space (Unicode's `White_Space`) and
/// characters without a glyph (zero width spaces and joiners, fillers).
bool is_blank(std::string_view utf8);

/// Whether a text has white space anywhere.
bool has_white_space(std::string_view utf8);

/// Whether every store can hold a text: valid UTF-8 without a NUL.
bool is_storable_text(std::string_view utf8);

/// How many characters (code points) a text has. @pre it is UTF-8.
inline std::size_t count_characters(std::string_view utf8) {
    auto const begins = [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; };
    return static_cast<std::size_t>(std::count_if(utf8.begin(), utf8.end(), begins));
}

}  // namespace shop
