#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <shop/core/limits.hpp>
#include <shop/core/result.hpp>

namespace shop {

/// A code of three upper-case letters, as ISO 4217 has them. Whether it stands for a currency of today is told by
/// `find_currency`: what was stored long ago is readable in any case.
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
    /// The three letters of ISO 4217; valid as long as this is.
    constexpr std::string_view text() const { return {letters_.data(), 3}; }
    friend constexpr auto operator<=>(currency const&, currency const&) = default;

private:
    std::array<char, 3> letters_{'X', 'X', 'X'};  // ISO 4217: no currency
};

/// What ISO 4217 says of a currency.
struct currency_facts {
    std::string_view code;       ///< ISO 4217, three capital letters
    int exponent;                ///< digits of the minor unit: 1 EUR is 10^2 of them, 1 JPY is one
    std::string_view successor;  ///< what replaced it when it was withdrawn; empty while it is in use
};

/// All currencies in use, and those withdrawn since 2021, by code.
///
/// Source: ISO 4217:2015 with its amendments up to number 180 (BGN withdrawn on 2026-01-01), lists one and three as
/// published by the maintenance agency, SIX Group. Codes without a minor unit are no currencies to price in and are
/// left out: metals (XAU), baskets (XDR), tests (XTS), none (XXX).
std::span<currency_facts const> currency_table();

/// The row of a currency; null if the table does not have it.
currency_facts const* find_currency(currency which);

/// Why nothing new may be priced in a currency, and what to use instead; nothing if it may.
std::optional<std::string> refuse_currency(currency which);

/// An amount in minor units (cents) of one currency. Arithmetic never overflows silently, never leaves what every JSON
/// client reads exactly (`limits::money_amount_max`, either side of 0), and never mixes currencies.
class money {
public:
    constexpr money() = default;
    /// @param minor_units as ISO 4217 divides the currency: cents of EUR, whole JPY, thousandths of KWD
    constexpr money(std::int64_t minor_units, shop::currency in) : amount_(minor_units), currency_(in) {}

    constexpr std::int64_t amount() const { return amount_; }        ///< In minor units; may be below 0.
    constexpr shop::currency currency() const { return currency_; }  ///< Whose minor units `amount` counts.

    /// Whether the amount is within `limits::money_amount_max`; one that was stored earlier may not be.
    constexpr bool is_within_limits() const {
        return amount_ >= -limits::money_amount_max && amount_ <= limits::money_amount_max;
    }

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

constexpr money eur(std::int64_t cents) {
    return {cents, *currency::parse("EUR")};
}  ///< EUR, in cents.
constexpr money usd(std::int64_t cents) {
    return {cents, *currency::parse("USD")};
}  ///< USD, in cents.

/// Why a decimal amount is refused, with what it comes to in minor units where the currency is known and has that many
/// digits: `19.99` in EUR is 1999, `1,5` in KWD 1500, `19.99` in JPY nothing. Nothing if the text is no decimal amount.
std::optional<std::string> refuse_decimal_amount(std::string_view amount, std::string_view currency_code);

}  // namespace shop
