#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <shop/core/result.hpp>

#include "access/verification_key.hpp"

namespace shop_server {

inline constexpr std::size_t jwks_bytes_max = 256 * 1024;
inline constexpr std::size_t jwks_keys_max = 100;
inline constexpr std::size_t jwks_kid_bytes_max = 256;

/// Whether a set may hold secrets (`oct`): one that is published must not, everybody who reads it could sign.
enum class jwks_secrets { refuse, allow };

/// The keys of an issuer (RFC 7517), each bound to one algorithm: its `alg`, else that of its type.
///
/// Passed over is what this server has no use for: another type or curve, another `alg`, a `use` other than `sig`,
/// `key_ops` without `verify`.
/// @par Thread safety
/// Distinct objects: safe. Shared objects: safe to read.
class jwks {
public:
    /// @return the set, which may be empty: then no token is accepted.
    /// @par Errors
    /// `malformed_json`, `malformed_request`, `invalid_value`; the detail says which key and what to mend, and repeats
    /// nothing of it. Refused are private members, weak keys, a `kid` that occurs twice, an `alg` of another type.
    static shop::result<jwks> parse(std::string_view text, jwks_secrets secrets = jwks_secrets::refuse);

    /// The key a token means.
    /// @param kid none: the only key of that algorithm, if there is just one.
    /// @return none if there is no such key; with a `kid`, a key of any algorithm: to be compared by the caller. Valid
    /// while the set lives.
    verification_key const* find(std::optional<std::string_view> kid, jws_algorithm algorithm) const;

    std::size_t size() const { return by_kid_.size() + without_kid_.size(); }
    bool holds_secrets() const;

private:
    std::map<std::string, verification_key, std::less<>> by_kid_;
    std::vector<verification_key> without_kid_;
};

}  // namespace shop_server
