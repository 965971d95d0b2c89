#include <shop/core/money.hpp>

namespace shop {

result<money> money::plus(money other) const {
    if (currency_ != other.currency_) return error(error_code::mixed_currency);
    std::int64_t sum = 0;
    if (__builtin_add_overflow(amount_, other.amount_, &sum)) return error(error_code::amount_overflow);
    return money(sum, currency_);
}

result<money> money::times(std::int64_t factor) const {
    std::int64_t product = 0;
    if (__builtin_mul_overflow(amount_, factor, &product)) return error(error_code::amount_overflow);
    return money(product, currency_);
}

}  // namespace shop
