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

std::optional<std::string> refuse_decimal_amount(std::string_view amount, std::string_view currency_code) {
    auto const point = amount.find_first_of(".,");
    if (point == amount.npos || point == 0) return std::nullopt;
    auto const whole = amount.substr(0, point);
    auto part = amount.substr(point + 1);
    auto const is_digit = [](char c) { return c >= '0' && c <= '9'; };
    bool const is_amount = whole.size() <= 15 && !part.empty() && part.size() <= 4 &&
                           std::ranges::all_of(whole, is_digit) && std::ranges::all_of(part, is_digit);
    if (!is_amount) return std::nullopt;
    std::string why = "must be a whole number of minor units";
    auto const in = currency::parse(currency_code);
    auto const* facts = in ? find_currency(*in) : nullptr;
    if (facts == nullptr) return why;
    auto const exponent = static_cast<std::size_t>(facts->exponent);
    while (part.size() > exponent && part.ends_with('0')) part.remove_suffix(1);
    if (part.size() > exponent) return why;
    auto digits = std::string(whole) + std::string(part) + std::string(exponent - part.size(), '0');
    digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size() - 1));
    return why + ": " + digits;
}

}  // namespace shop
