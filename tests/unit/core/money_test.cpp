#include <shop/core/money.hpp>

#include <limits>

#include <gtest/gtest.h>

namespace shop {
namespace {

constexpr auto most = std::numeric_limits<std::int64_t>::max();
constexpr auto least = std::numeric_limits<std::int64_t>::min();

TEST(currency, is_three_capital_letters) {
    EXPECT_EQ(currency::parse("EUR")->text(), "EUR");
    for (std::string_view text : {"", "EU", "EURO", "eur", "E1R", "E R"}) EXPECT_FALSE(currency::parse(text)) << text;
}

TEST(money, adds_up) {
    EXPECT_EQ(eur(1999).plus(eur(1)).value(), eur(2000));
    EXPECT_EQ(eur(5).plus(eur(-7)).value(), eur(-2));
    EXPECT_EQ(eur(most - 1).plus(eur(1)).value(), eur(most));
}

TEST(money, refuses_to_mix_currencies) {
    EXPECT_EQ(eur(1).plus(usd(1)).error().code(), error_code::mixed_currency);
}

TEST(money, refuses_sums_that_overflow) {
    EXPECT_EQ(eur(most).plus(eur(1)).error().code(), error_code::amount_overflow);
    EXPECT_EQ(eur(least).plus(eur(-1)).error().code(), error_code::amount_overflow);
}

TEST(money, multiplies) {
    EXPECT_EQ(eur(1999).times(3).value(), eur(5997));
    EXPECT_EQ(eur(1999).times(0).value(), eur(0));
}

TEST(money, refuses_products_that_overflow) {
    EXPECT_EQ(eur(most / 2 + 1).times(2).error().code(), error_code::amount_overflow);
    EXPECT_EQ(eur(least).times(-1).error().code(), error_code::amount_overflow);
}

}  // namespace
}  // namespace shop
