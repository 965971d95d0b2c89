#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace shop {

/// RFC 4648 section 5, without padding.
std::string to_base64url(std::string_view bytes);

/// Reads what `to_base64url` writes and nothing else: no padding, no other letters, no spare bits that are set, so that
/// a value has exactly one text.
std::optional<std::string> from_base64url(std::string_view text);

}  // namespace shop
