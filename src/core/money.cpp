#include <shop/core/money.hpp>

namespace shop {

namespace {

error too_large() {
    return {error_code::amount_overflow,
            "an amount is at most " + std::to_string(limits::money_amount_max) + " minor units"};
}

}  // namespace

result<money> money::plus(money other) const {
    if (currency_ != other.currency_) return error(error_code::mixed_currency);
    std::int64_t sum = 0;
    if (__builtin_add_overflow(amount_, other.amount_, &sum)) return too_large();
    money const made(sum, currency_);
    if (!made.is_within_limits()) return too_large();
    return made;
}

result<money> money::times(std::int64_t factor) const {
    std::int64_t product = 0;
    if (__builtin_mul_overflow(amount_, factor, &product)) return too_large();
    money const made(product, currency_);
    if (!made.is_within_limits()) return too_large();
    return made;
}

}  // namespace shop
