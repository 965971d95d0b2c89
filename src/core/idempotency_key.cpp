#include <shop/core/idempotency_key.hpp>

#include <algorithm>

#include <shop/core/limits.hpp>

namespace shop {

result<void> check_idempotency_key(std::string_view key) {
    if (key.empty()) return error(error_code::idempotency_key_missing);
    bool const printable = std::all_of(key.begin(), key.end(), [](char c) { return c >= 0x20 && c <= 0x7e; });
    if (!printable || key.size() > limits::idempotency_key_bytes_max) {
        return error(error_code::idempotency_key_malformed);
    }
    return {};
}

}  // namespace shop
