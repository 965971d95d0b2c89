#pragma once

#include <string_view>

namespace shop {

enum class line_breaks { refuse, allow };

/// Whether a text can be shown to people as it stands: valid UTF-8, without control characters (C0, DEL, C1), marks that
/// turn the direction of writing (a name could then read as another), or a byte order mark. Line feeds, tabs and the
/// line separators of Unicode are allowed only on request.
bool is_plain_text(std::string_view utf8, line_breaks breaks = line_breaks::refuse);

}  // namespace shop
