#include <limits>

#include "fixture.hpp"

namespace shop::orders::tests {

using ::testing::ElementsAre;
using ::testing::SizeIs;

class pricing : public ::testing::Test {
protected:
    pricing() {
        shelf.offer("MUG", 500);
        shelf.offer("CUP", 350);
        shelf.offer("PEN", 99, "USD");
        shelf.offer("OLD", 100, "EUR", products::status::archived);
        shelf.offer("NEW", 100, "EUR", products::status::draft);
        shelf.offer("GOLD", 9'007'199'254'740'991);
        shelf.offer("SUN", std::numeric_limits<std::int64_t>::max());  // priced before amounts had their limit
    }
    error refusal_of(place_order const& command) {
        auto const priced = shelf.price(command);
        EXPECT_FALSE(priced);
        return priced ? error() : priced.error();
    }
    catalogue shelf;
};

TEST_F(pricing, keeps_names_and_prices_as_they_are_now) {
    auto const priced =
        shelf.price(place_order("ann").line("MUG", 2).line("CUP", 3).metadata_entry("gift", "yes")).value();
    ASSERT_THAT(priced.lines, SizeIs(2));
    EXPECT_EQ(priced.lines[0].name, "The MUG");
    EXPECT_EQ(priced.lines[0].unit_price, eur(500));
    EXPECT_EQ(priced.lines[0].line_total, eur(1000));
    EXPECT_EQ(priced.lines[1].line_total, eur(1050));
    EXPECT_EQ(priced.total, eur(2050));
    EXPECT_EQ(priced.customer.id, "ann");
    EXPECT_EQ(priced.metadata.at("gift"), "yes");
}

TEST_F(pricing, merges_lines_of_one_sku_where_the_first_stood) {
    auto const priced = shelf.price(place_order("ann").line("MUG", 2).line("CUP", 1).line("MUG", 3)).value();
    ASSERT_THAT(priced.lines, SizeIs(2));
    EXPECT_EQ(priced.lines[0].sku, sku("MUG"));
    EXPECT_EQ(priced.lines[0].quantity.count(), 5);
    EXPECT_EQ(priced.total, eur(2850));
}

TEST_F(pricing, names_every_unknown_sku) {
    auto const refused = refusal_of(place_order("ann").line("NO-1", 1).line("MUG", 1).line("NO-2", 1));
    EXPECT_EQ(refused.code(), error_code::unknown_sku);
    EXPECT_THAT(pointers_of(refused), ElementsAre("/lines/0/sku", "/lines/2/sku"));
}

TEST_F(pricing, sells_only_what_is_offered) {
    auto const refused = refusal_of(place_order("ann").line("MUG", 1).line("OLD", 1).line("NEW", 1));
    EXPECT_EQ(refused.code(), error_code::product_not_active);
    EXPECT_THAT(pointers_of(refused), ElementsAre("/lines/1/sku", "/lines/2/sku"));
}

TEST_F(pricing, an_unknown_sku_is_told_before_one_that_is_not_offered) {
    EXPECT_EQ(refusal_of(place_order("ann").line("OLD", 1).line("NO", 1)).code(), error_code::unknown_sku);
}

TEST_F(pricing, an_order_has_one_currency) {
    auto const refused = refusal_of(place_order("ann").line("MUG", 1).line("PEN", 1));
    EXPECT_EQ(refused.code(), error_code::mixed_currency);
    EXPECT_THAT(pointers_of(refused), ElementsAre("/lines/1/sku"));
}

TEST_F(pricing, lines_of_one_sku_must_not_exceed_a_million_pieces_together) {
    EXPECT_TRUE(shelf.price(place_order("ann").line("MUG", 999'999).line("MUG", 1)));
    auto const refused = refusal_of(place_order("ann").line("MUG", 1'000'000).line("MUG", 1));
    EXPECT_EQ(refused.code(), error_code::invalid_value);
    EXPECT_THAT(pointers_of(refused), ElementsAre("/lines/1/quantity"));
}

TEST_F(pricing, a_line_or_a_sum_too_large_is_refused_not_wrapped) {
    EXPECT_TRUE(shelf.price(place_order("ann").line("GOLD", 1)));
    EXPECT_EQ(refusal_of(place_order("ann").line("GOLD", 2)).code(), error_code::amount_overflow);
    EXPECT_EQ(refusal_of(place_order("ann").line("SUN", 1)).code(), error_code::amount_overflow);
    EXPECT_EQ(refusal_of(place_order("ann").line("SUN", 2)).code(), error_code::amount_overflow);
    auto const refused = refusal_of(place_order("ann").line("GOLD", 1).line("MUG", 1));
    EXPECT_EQ(refused.code(), error_code::amount_overflow);
    EXPECT_THAT(pointers_of(refused), ElementsAre("/lines/1/quantity"));
    EXPECT_EQ(refused.message(), "an amount is at most 9007199254740991 minor units");
}

TEST_F(pricing, a_total_the_customer_did_not_expect_is_refused) {
    EXPECT_TRUE(shelf.price(place_order("ann").line("MUG", 2).expect(eur(1000))));
    auto const refused = refusal_of(place_order("ann").line("MUG", 2).expect(eur(999)));
    EXPECT_EQ(refused.code(), error_code::total_mismatch);
    EXPECT_THAT(pointers_of(refused), ElementsAre("/expected_total"));
    EXPECT_EQ(refused.message(), "the order costs 1000 EUR (minor units) now");
    EXPECT_EQ(refusal_of(place_order("ann").line("MUG", 2).expect(money(1000, *currency::parse("USD")))).code(),
              error_code::total_mismatch);
}

}  // namespace shop::orders::tests
