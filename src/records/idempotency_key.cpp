#include <shop/core/idempotency_key.hpp>

#include <algorithm>

#include <shop/core/limits.hpp>
#include <shop/records/key_record.hpp>

namespace shop {

result<void> check_idempotency_key(std::string_view key) {
    if (key.empty()) return error(error_code::idempotency_key_missing);
    bool const printable = std::all_of(key.begin(), key.end(), [](char c) { return c >= 0x20 && c <= 0x7e; });
    if (!printable || key.size() > limits::idempotency_key_bytes_max) {
        return error(error_code::idempotency_key_malformed);
    }
    return {};
}

key_record new_key_record(call_key const& key, timestamp now) {
    key_record record;
    record.account = key.account;
    record.idempotency_key = key.idempotency_key;
    record.fingerprint = key.fingerprint;
    record.created_at = now;
    return record;
}

result<void> check_repeat(key_record const& known, fingerprint const& asked) {
    if (known.fingerprint != asked) return error(error_code::idempotency_key_reused);
    return {};
}

}  // namespace shop
