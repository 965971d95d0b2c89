#pragma once

#include <string_view>

#include <shop/core/result.hpp>

namespace shop {

/// @par Errors
/// `idempotency_key_missing` when empty; `idempotency_key_malformed` unless it is 1 to
/// `limits::idempotency_key_bytes_max` printable ASCII characters.
result<void> check_idempotency_key(std::string_view key);

}  // namespace shop
