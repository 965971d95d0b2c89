#include <shop/core/money.hpp>

#include <algorithm>

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

std::optional<std::string> minor_units_of(std::string_view amount) {
    auto const point = amount.find_first_of(".,");
    if (point == amount.npos || point == 0) return std::nullopt;
    auto const whole = amount.substr(0, point), part = amount.substr(point + 1);
    auto const is_digit = [](char c) { return c >= '0' && c <= '9'; };
    bool const is_amount = whole.size() <= 15 && (part.size() == 1 || part.size() == 2) &&
                           std::ranges::all_of(whole, is_digit) && std::ranges::all_of(part, is_digit);
    if (!is_amount) return std::nullopt;
    auto digits = std::string(whole) + std::string(part) + (part.size() == 1 ? "0" : "");
    digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size() - 1));
    return digits;
}

}  // namespace shop
