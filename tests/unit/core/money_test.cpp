#include <shop/core/money.hpp>

#include <initializer_list>
#include <limits>
#include <utility>

#include <gtest/gtest.h>

#include <shop/json/json.hpp>

namespace shop {
namespace {

constexpr std::int64_t most = 9'007'199'254'740'991;  // 2^53 - 1
constexpr auto largest = std::numeric_limits<std::int64_t>::max();
constexpr auto least = std::numeric_limits<std::int64_t>::min();

currency code(std::string_view text) {
    return *currency::parse(text);
}

TEST(currency, is_three_capital_letters) {
    EXPECT_EQ(currency::parse("EUR")->text(), "EUR");
    for (std::string_view text : {"", "EU", "EURO", "eur", "E1R", "E R"}) EXPECT_FALSE(currency::parse(text)) << text;
}

TEST(currency, has_the_digits_that_iso_4217_gives_it) {
    for (auto const& [text, digits] : std::initializer_list<std::pair<std::string_view, int>>{
             {"EUR", 2}, {"USD", 2}, {"JPY", 0}, {"ISK", 0}, {"UYI", 0}, {"CLP", 0}, {"UGX", 0}, {"VND", 0},
             {"HUF", 2}, {"IDR", 2}, {"MGA", 2}, {"MRU", 2}, {"BHD", 3}, {"IQD", 3}, {"KWD", 3}, {"TND", 3},
             {"CLF", 4}, {"UYW", 4}, {"SLE", 2}, {"VED", 2}, {"ZWG", 2}, {"XCG", 2}, {"XAD", 2}, {"XOF", 0}}) {
        auto const* facts = find_currency(code(text));
        ASSERT_NE(facts, nullptr) << text;
        EXPECT_EQ(facts->exponent, digits) << text;
        EXPECT_EQ(refuse_currency(code(text)), std::nullopt) << text;
    }
}

TEST(currency, that_was_withdrawn_is_known_but_not_for_new_prices) {
    for (auto const& [text, instead] : std::initializer_list<std::pair<std::string_view, std::string_view>>{
             {"HRK", "EUR"}, {"BGN", "EUR"}, {"SLL", "SLE"}, {"ZWL", "ZWG"}, {"CUC", "CUP"}, {"ANG", "XCG"}}) {
        ASSERT_NE(find_currency(code(text)), nullptr) << text;
        EXPECT_EQ(find_currency(code(text))->successor, instead);
        EXPECT_EQ(refuse_currency(code(text)), "was withdrawn from ISO 4217: use " + std::string(instead));
        EXPECT_NE(find_currency(code(instead)), nullptr) << instead;
    }
}

TEST(currency, that_iso_4217_does_not_have_or_has_no_minor_unit_for_is_refused) {
    for (std::string_view text : {"ABC", "AAA", "ZZZ", "XXX", "XTS", "XAU", "XDR", "DEM"}) {
        EXPECT_EQ(find_currency(code(text)), nullptr) << text;
        EXPECT_TRUE(refuse_currency(code(text))) << text;
    }
}

TEST(currency, table_has_each_code_once) {
    EXPECT_EQ(currency_table().size(), 171u);
    for (auto const& row : currency_table()) EXPECT_EQ(find_currency(code(row.code)), &row) << row.code;
}

TEST(money, adds_up) {
    EXPECT_EQ(eur(1999).plus(eur(1)).value(), eur(2000));
    EXPECT_EQ(eur(5).plus(eur(-7)).value(), eur(-2));
    EXPECT_EQ(eur(most - 1).plus(eur(1)).value(), eur(most));
}

TEST(money, refuses_to_mix_currencies) {
    EXPECT_EQ(eur(1).plus(usd(1)).error().code(), error_code::mixed_currency);
}

TEST(money, refuses_sums_beyond_what_json_clients_read_exactly) {
    EXPECT_EQ(eur(most).plus(eur(1)).error().code(), error_code::amount_overflow);
    EXPECT_EQ(eur(-most).plus(eur(-1)).error().code(), error_code::amount_overflow);
    EXPECT_EQ(eur(largest).plus(eur(1)).error().code(), error_code::amount_overflow);
    EXPECT_EQ(eur(least).plus(eur(-1)).error().code(), error_code::amount_overflow);
    EXPECT_EQ(eur(most).plus(eur(1)).error().message(), "an amount is at most 9007199254740991 minor units");
    EXPECT_EQ(eur(-most).plus(eur(0)).value(), eur(-most));
}

TEST(money, stored_before_the_limit_is_still_an_amount) {
    EXPECT_EQ(eur(largest).amount(), largest);
    EXPECT_FALSE(eur(largest).is_within_limits());
    EXPECT_FALSE(eur(most + 1).is_within_limits());
    EXPECT_TRUE(eur(most).is_within_limits());
}

TEST(money, multiplies) {
    EXPECT_EQ(eur(1999).times(3).value(), eur(5997));
    EXPECT_EQ(eur(1999).times(0).value(), eur(0));
}

TEST(money, refuses_products_beyond_them) {
    EXPECT_EQ(eur(most / 2 + 1).times(2).error().code(), error_code::amount_overflow);
    EXPECT_EQ(eur(most / 3).times(3).value(), eur(most / 3 * 3));
    EXPECT_EQ(eur(largest / 2 + 1).times(2).error().code(), error_code::amount_overflow);
    EXPECT_EQ(eur(least).times(-1).error().code(), error_code::amount_overflow);
}

}  // namespace
TEST(decimal_amounts, are_refused_with_what_they_come_to) {
    struct {
        std::string_view amount, currency, units;
    } const all[]{{"19.99", "EUR", ": 1999"},  {"19,9", "EUR", ": 1990"}, {"0.05", "USD", ": 5"},
                  {"19.990", "EUR", ": 1999"}, {"1,5", "KWD", ": 1500"},  {"19.00", "JPY", ": 19"},
                  {"19.99", "JPY", ""},        {"1.234", "EUR", ""},      {"19.99", "", ""},
                  {"19.99", "EURO", ""}};
    for (auto const& [amount, currency, units] : all) {
        EXPECT_EQ(refuse_decimal_amount(amount, currency), "must be a whole number of minor units" + std::string(units))
            << amount << ' ' << currency;
    }
    for (auto const* none : {"", "1999", ".5", "1.", "1.2.3", "a.99", "-1.99"}) {
        EXPECT_EQ(refuse_decimal_amount(none, "EUR"), std::nullopt) << none;
    }
}

TEST(decimal_amounts, are_refused_at_their_place) {
    for (auto const* amount : {"19.99", "\"19.99\""}) {
        auto const read = json::decode<money>("{\"amount\":" + std::string(amount) + ",\"currency\":\"EUR\"}");
        ASSERT_FALSE(read);
        EXPECT_EQ(read.error().details().errors.at(0).pointer, "/amount");
        EXPECT_EQ(read.error().details().errors.at(0).detail, "must be a whole number of minor units: 1999");
    }
}

}  // namespace shop
