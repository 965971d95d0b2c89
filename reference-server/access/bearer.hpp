#pragma once

#include <optional>
#include <string_view>

namespace shop_server {

/// Whether a text is a `b64token` (RFC 6750, 2.1): letters, digits, `-._~+/`, then perhaps `=`.
bool is_bearer_token(std::string_view text);

/// Whether the value of an `Authorization` field is of the scheme `Bearer`.
bool is_of_bearer_scheme(std::string_view authorization);

/// The token in the value of an `Authorization` field.
/// @return nothing for another scheme, no token, two of them, or what is no `b64token`.
std::optional<std::string_view> bearer_token(std::string_view authorization);

}  // namespace shop_server
