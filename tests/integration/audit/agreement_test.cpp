#include "audit/agreement.hpp"

#include <limits>

#include <gtest/gtest.h>

namespace {

using shop::eur;
using shop::money;

shop::orders::order_content order_of(money price, std::int64_t pieces, money line_total, money total) {
    shop::orders::order_content content;
    content.lines.push_back({shop::sku("MUG"), "Mug", shop::quantity(pieces), price, line_total});
    content.total = total;
    return content;
}

TEST(adds_up, judges_orders_of_before_amounts_had_their_limit) {
    constexpr std::int64_t old = 4'000'000'000'000'000'000;
    EXPECT_TRUE(shop::auditing::adds_up(order_of(eur(old), 2, eur(2 * old), eur(2 * old))));
    EXPECT_FALSE(shop::auditing::adds_up(order_of(eur(old), 2, eur(2 * old), eur(2 * old - 1))));
    EXPECT_FALSE(shop::auditing::adds_up(order_of(eur(old), 2, eur(old), eur(old))));
    EXPECT_FALSE(shop::auditing::adds_up(order_of(eur(std::numeric_limits<std::int64_t>::max()), 2, eur(-2), eur(-2))));
}

TEST(adds_up, wants_one_currency_and_a_line) {
    EXPECT_TRUE(shop::auditing::adds_up(order_of(eur(5), 2, eur(10), eur(10))));
    EXPECT_FALSE(shop::auditing::adds_up(order_of(shop::usd(5), 2, shop::usd(10), eur(10))));
    EXPECT_FALSE(shop::auditing::adds_up(order_of(eur(5), 2, shop::usd(10), eur(10))));
    EXPECT_FALSE(shop::auditing::adds_up({}));
}

}  // namespace
