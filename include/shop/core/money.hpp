#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string_view>

#include <shop/core/result.hpp>

namespace shop {

/// An ISO 4217 code: three upper-case letters.
class currency {
public:
    constexpr currency() = default;
    /// Nothing unless the text is three upper-case letters.
    static constexpr std::optional<currency> parse(std::string_view text) {
        if (text.size() != 3) return std::nullopt;
        currency read;
        for (std::size_t i = 0; i < 3; ++i) {
            if (text[i] < 'A' || text[i] > 'Z') return std::nullopt;
            read.letters_[i] = text[i];
        }
        return read;
    }
    constexpr std::string_view text() const { return {letters_.data(), 3}; }
    friend constexpr auto operator<=>(currency const&, currency const&) = default;

private:
    std::array<char, 3> letters_{'X', 'X', 'X'};  // ISO 4217: no currency
};

/// An amount in minor units (cents) of one currency. Arithmetic never overflows silently and never mixes currencies.
class money {
public:
    constexpr money() = default;
    constexpr money(std::int64_t minor_units, shop::currency in) : amount_(minor_units), currency_(in) {}

    constexpr std::int64_t amount() const { return amount_; }
    constexpr shop::currency currency() const { return currency_; }

    /// @par Errors
    /// `mixed_currency`, `amount_overflow`.
    result<money> plus(money other) const;
    /// @par Errors
    /// `amount_overflow`.
    result<money> times(std::int64_t factor) const;

    friend constexpr auto operator<=>(money const&, money const&) = default;

private:
    std::int64_t amount_ = 0;
    shop::currency currency_;
};

constexpr money eur(std::int64_t cents) { return {cents, *currency::parse("EUR")}; }
constexpr money usd(std::int64_t cents) { return {cents, *currency::parse("USD")}; }

}  // namespace shop
