#pragma once

#include <string>
#include <string_view>

#include <shop/core/fingerprint.hpp>
#include <shop/core/result.hpp>

namespace shop {

/// @par Errors
/// `idempotency_key_missing` when empty; `idempotency_key_malformed` unless it is 1 to
/// `limits::idempotency_key_bytes_max` printable ASCII characters (0x20 to 0x7E).
result<void> check_idempotency_key(std::string_view key);

/// The idempotency key of a call, and what it was used for. A key belongs to its account, over all operations.
struct call_key {
    std::string account;              ///< the key's scope; see `principal::account`
    std::string idempotency_key;      ///< 1 to 255 printable ASCII characters
    shop::fingerprint fingerprint{};  ///< of the operation and its request
};

}  // namespace shop
