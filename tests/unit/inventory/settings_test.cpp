#include "fixture.hpp"

namespace shop::inventory::tests {

using ::testing::ElementsAre;
using ::testing::SizeIs;

class configuring : public inventory_rules {
protected:
    result<stock_level> configured(configure_stock c) { return run<stock_level>(std::move(c)); }
};

configure_stock mug() {
    return configure_stock(shop::sku("MUG"));
}

TEST_F(configuring, makes_a_sku_known) {
    auto const level = configured(mug().warn_below(5).backorder(7).tracked(false));
    ASSERT_TRUE(level);
    EXPECT_EQ(level->low_stock_threshold, 5);
    EXPECT_EQ(level->backorder_limit, 7);
    EXPECT_TRUE(level->untracked);
    EXPECT_EQ(level->version, 1u);
    EXPECT_THAT(level->locations, SizeIs(1));
}

TEST_F(configuring, changes_only_what_is_named) {
    ASSERT_TRUE(configured(mug().warn_below(5).backorder(7)));
    auto const level = configured(mug().backorder(8));
    ASSERT_TRUE(level);
    EXPECT_EQ(level->low_stock_threshold, 5);
    EXPECT_EQ(level->backorder_limit, 8);
    EXPECT_FALSE(level->untracked);
}

TEST_F(configuring, marks_the_change_in_the_ledger) {
    have("MUG", 3);
    ASSERT_TRUE(configured(mug().warn_below(5)));
    auto const line = last_line();
    EXPECT_EQ(line.kind, movement_kind::configured);
    EXPECT_EQ(line.on_hand_delta, 0);
    EXPECT_EQ(line.allocated_delta, 0);
    EXPECT_EQ(line.on_hand, 3);
    EXPECT_EQ(line.sequence, 2u);
}

TEST_F(configuring, leaves_equal_settings_untouched) {
    ASSERT_TRUE(configured(mug().warn_below(5)));
    auto const level = configured(mug().warn_below(5));
    ASSERT_TRUE(level);
    EXPECT_EQ(level->version, 1u);
    EXPECT_TRUE(written.empty());
}

TEST_F(configuring, compares_the_version_when_one_is_given) {
    have("MUG", 3);
    have("MUG", 3, "attic");
    auto c = mug().warn_below(5);
    c.if_match = 1;
    auto const stale = configured(c);
    ASSERT_EQ(code_of(stale), error_code::version_mismatch);
    EXPECT_EQ(stale.error().details().current_version, 2u);
    c.if_match = 2;
    auto const level = configured(c);
    ASSERT_TRUE(level);
    EXPECT_EQ(level->version, 3u);
}

TEST_F(configuring, knows_an_unknown_sku_as_version_0) {
    auto c = mug().warn_below(5);
    c.if_match = 1;
    EXPECT_EQ(code_of(configured(c)), error_code::version_mismatch);
    c.if_match = 0;
    EXPECT_TRUE(configured(c));
}

TEST_F(configuring, takes_back_what_was_read_and_refuses_what_only_the_shop_sets) {
    have("MUG", 3);
    ASSERT_TRUE(allocate(1, {of("MUG", 1)}));
    auto const read = configured(mug().warn_below(2));
    ASSERT_TRUE(read);
    auto sent = mug().warn_below(4);
    sent.on_hand = read->on_hand;
    sent.allocated = read->allocated;
    sent.held = read->held;
    sent.available = read->available;
    sent.locations = read->locations;
    sent.version = read->version;
    auto changed = sent;
    changed.on_hand = 30;
    changed.locations->front().on_hand = 30;
    auto const refused = configured(changed);
    ASSERT_EQ(code_of(refused), error_code::invalid_value);
    EXPECT_THAT(pointers_of(refused.error()), ElementsAre("/on_hand", "/locations"));
    EXPECT_TRUE(written.empty());
    auto const level = configured(sent);
    ASSERT_TRUE(level);
    EXPECT_EQ(level->low_stock_threshold, 4);
    EXPECT_EQ(level->on_hand, 3);
}

TEST_F(configuring, over_the_edge_makes_what_is_new_and_wants_the_version_of_what_is_known) {
    auto c = mug().warn_below(5);
    c.guarded = true;
    ASSERT_TRUE(configured(c)) << "nobody can have read it";
    auto again = mug().warn_below(6);
    again.guarded = true;
    EXPECT_EQ(code_of(configured(again)), error_code::version_required);
    again.if_match = 1;
    EXPECT_TRUE(configured(again));
}

TEST_F(configuring, only_what_is_new_when_asked_so) {
    auto c = mug().warn_below(5);
    c.if_none_match = c.guarded = true;
    ASSERT_TRUE(configured(c));
    auto const refused = configured(c);
    ASSERT_EQ(code_of(refused), error_code::version_mismatch);
    EXPECT_EQ(refused.error().details().current_version, 1u);
}

TEST_F(configuring, refuses_a_backorder_limit_below_what_is_promised) {
    have("MUG", 1);
    ASSERT_TRUE(configured(mug().backorder(5)));
    ASSERT_TRUE(allocate(1, {of("MUG", 4)}));
    EXPECT_EQ(code_of(configured(mug().backorder(2))), error_code::stock_committed);
    EXPECT_TRUE(configured(mug().backorder(3)));
}

TEST_F(configuring, refuses_values_out_of_range) {
    auto const refused = configured(mug().warn_below(-1).backorder(limits::stock_count_max + 1));
    ASSERT_EQ(code_of(refused), error_code::invalid_value);
    EXPECT_THAT(pointers_of(refused.error()), ElementsAre("/low_stock_threshold", "/backorder_limit"));
    EXPECT_EQ(at("MUG").sequence, 0u);
}

TEST(level_of, sums_the_locations_main_first) {
    stock_record attic, main, zoo;
    attic.location = location("attic");
    zoo.location = location("zoo");
    attic.on_hand = 5;
    attic.allocated = 1;
    attic.sequence = 2;
    zoo.held = 0;
    zoo.on_hand = 7;
    zoo.sequence = 1;
    main.on_hand = 1;
    main.allocated = 3;
    main.sequence = 4;
    main.backorder_limit = 9;
    main.low_stock_threshold = 8;
    std::vector<stock_record> const all{zoo, attic, main};
    auto const level = rules::level_of(shop::sku("MUG"), all);
    EXPECT_EQ(level.on_hand, 13);
    EXPECT_EQ(level.allocated, 4);
    EXPECT_EQ(level.available, 9);
    EXPECT_EQ(level.version, 7u);
    EXPECT_EQ(level.backorder_limit, 9);
    EXPECT_EQ(level.low_stock_threshold, 8);
    EXPECT_THAT(level.locations,
                ElementsAre(location_level{location(), 1, 3, 0, -2}, location_level{location("attic"), 5, 1, 0, 4},
                            location_level{location("zoo"), 7, 0, 0, 7}));
}

}  // namespace shop::inventory::tests
