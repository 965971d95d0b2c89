#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace shop_server {

using sha256_digest = std::array<std::uint8_t, 32>;

sha256_digest sha256(std::string_view bytes);

/// Takes as long for any two digests: how much of a guess was right cannot be measured.
bool same_digest(sha256_digest const& a, sha256_digest const& b);

/// `sha256:` and 64 lower-case hex digits.
std::string to_string(sha256_digest const& digest);
/// Reads what `to_string` writes, and nothing else.
std::optional<sha256_digest> parse_sha256(std::string_view text);

}  // namespace shop_server
