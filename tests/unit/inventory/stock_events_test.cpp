#include "fixture.hpp"

namespace shop::inventory::tests {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// What people are told of.
class turns_of_stock : public inventory_rules {
protected:
    void warn_below(char const* which, std::int64_t pieces) {
        ASSERT_TRUE(run<stock_level>(configure_stock(sku(which)).warn_below(pieces)));
    }
    /// `MUG@3 low_stock 2`: sku, version of its stock, status, available.
    std::vector<std::string> events() {
        std::vector<std::string> out;
        for (auto const& e : rows.all<stock_event_record>()) {
            out.push_back(std::string(e.sku.text()) + '@' + std::to_string(e.version) + ' ' +
                          std::string(to_word(e.status)) + ' ' + std::to_string(e.available));
        }
        return out;
    }
};

TEST_F(turns_of_stock, the_first_stock_of_a_sku_is_no_news) {
    have("MUG", 10);
    EXPECT_THAT(events(), IsEmpty());
}

TEST_F(turns_of_stock, each_step_down_and_up_is_told_once) {
    have("MUG", 4);
    warn_below("MUG", 2);
    ASSERT_TRUE(allocate(1, {of("MUG", 1)}));
    EXPECT_THAT(events(), IsEmpty()) << "3 are left, 2 would be low";
    ASSERT_TRUE(allocate(2, {of("MUG", 1)}));
    ASSERT_TRUE(allocate(3, {of("MUG", 1)}));
    ASSERT_TRUE(allocate(4, {of("MUG", 1)}));
    ASSERT_TRUE(release(4));
    have("MUG", 10);
    EXPECT_THAT(events(),
                ElementsAre("MUG@4 low_stock 2", "MUG@6 out_of_stock 0", "MUG@7 low_stock 1", "MUG@8 in_stock 11"));
}

TEST_F(turns_of_stock, what_a_batch_takes_and_gives_back_is_no_turn) {
    have("MUG", 1);
    auto const answers = run_all({allocate_order(order(1), {of("MUG", 1)}), release_order(order(1), operation(1))});
    for (auto const& one : answers) ASSERT_TRUE(one);
    EXPECT_THAT(events(), IsEmpty());
}

TEST_F(turns_of_stock, all_locations_of_a_sku_count_together) {
    have("MUG", 1);
    have("MUG", 1, "attic");
    ASSERT_TRUE(record(transferred("MUG", 1, "main", "attic")));
    EXPECT_THAT(events(), IsEmpty());
    ASSERT_TRUE(record(adjusted("MUG", 1)));
    ASSERT_TRUE(allocate(1, {of("MUG", 3)}));
    EXPECT_THAT(events(), ElementsAre("MUG@7 out_of_stock 0"));
}

TEST_F(turns_of_stock, settings_turn_it_too) {
    have("MUG", 3);
    warn_below("MUG", 5);
    warn_below("MUG", 1);
    EXPECT_THAT(events(), ElementsAre("MUG@2 low_stock 3", "MUG@3 in_stock 3"));
    ASSERT_TRUE(run<stock_level>(configure_stock(sku("MUG")).tracked(false)));
    EXPECT_THAT(events(), ::testing::SizeIs(2)) << "what nobody counts has no turns";
}

TEST_F(turns_of_stock, shipping_what_was_promised_is_no_turn) {
    have("MUG", 1);
    ASSERT_TRUE(allocate(1, {of("MUG", 1)}));
    ASSERT_TRUE(ship(1));
    EXPECT_THAT(events(), ElementsAre("MUG@2 out_of_stock 0"));
}

}  // namespace shop::inventory::tests
