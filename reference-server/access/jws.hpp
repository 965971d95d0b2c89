#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "access/verification_key.hpp"

namespace shop_server {

inline constexpr std::size_t token_bytes_max = 8 * 1024;

/// A signed token in compact form (RFC 7515, 7.1), taken apart; nothing of it is trusted yet.
struct compact_jws {
    jws_algorithm algorithm{};       ///< what the token claims; the key decides
    std::optional<std::string> kid;  ///< only ever looked up in a map
    std::string payload;
    std::string signature;
    std::string_view signed_text;  ///< points into the token
};

/// Takes a token apart.
///
/// Its header may hold `alg`, `kid`, `typ` (`JWT` or `at+jwt`), and members that mean nothing here. Refused is what
/// would make it another thing than it seems: `crit` and `b64`, keys and places of keys (`jwk`, `jku`, `x5c`, `x5u`),
/// another `typ`, an `alg` that is none of `jws_algorithm`.
/// @param token must outlive what is returned.
/// @return nothing for whatever is no such token: which part was wrong is not to be told to who sent it.
std::optional<compact_jws> parse_compact_jws(std::string_view token);

}  // namespace shop_server
