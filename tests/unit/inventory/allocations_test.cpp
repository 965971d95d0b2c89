#include "fixture.hpp"

namespace shop::inventory::tests {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class allocating : public inventory_rules {};

allocated_line promised(char const* sku, std::int64_t pieces, char const* where = "main") {
    return {shop::sku(sku), location(where), pieces, false};
}

TEST_F(allocating, promises_all_lines) {
    have("MUG", 10);
    have("CUP", 5);
    auto const made = allocate(1, {of("MUG", 3), of("CUP", 5)});
    ASSERT_TRUE(made);
    EXPECT_EQ(made->order_id, order(1));
    EXPECT_THAT(made->lines, ElementsAre(promised("CUP", 5), promised("MUG", 3)));
    EXPECT_EQ(at("MUG").allocated, 3);
    EXPECT_EQ(at("MUG").on_hand, 10);
    EXPECT_EQ(at("MUG").available(), 7);
    EXPECT_EQ(at("CUP").available(), 0);
}

TEST_F(allocating, writes_one_line_of_the_ledger_for_each_row_and_one_decision) {
    have("MUG", 10);
    now += std::chrono::seconds(1);
    ASSERT_TRUE(allocate(1, {of("MUG", 3)}));
    EXPECT_TRUE(ledger_grew);
    EXPECT_THAT(written.puts<movement_record>(), SizeIs(1));
    EXPECT_THAT(written.puts<decision_record>(), SizeIs(1));
    auto const line = last_line();
    EXPECT_EQ(line.kind, movement_kind::allocated);
    EXPECT_EQ(line.on_hand_delta, 0);
    EXPECT_EQ(line.allocated_delta, 3);
    EXPECT_EQ(line.sequence, 2u);
    EXPECT_EQ(line.order_id, order(1));
    EXPECT_EQ(line.at, now);
    EXPECT_EQ(rows.find<decision_record>({order(1)})->decided_at, now);
}

TEST_F(allocating, refuses_all_lines_when_one_is_short) {
    have("MUG", 10);
    have("CUP", 1);
    auto const refused = allocate(1, {of("MUG", 3), of("CUP", 2), of("NEVER-SEEN", 1)});
    ASSERT_EQ(code_of(refused), error_code::out_of_stock);
    EXPECT_THAT(refused.error().shortages(),
                ElementsAre(shortage{shop::sku("CUP"), 2, 1}, shortage{shop::sku("NEVER-SEEN"), 1, 0}));
    EXPECT_EQ(at("MUG").allocated, 0);
    EXPECT_FALSE(ledger_grew);
    EXPECT_THAT(written.puts<stock_record>(), IsEmpty());
}

TEST_F(allocating, sums_lines_of_one_sku_first) {
    have("MUG", 5);
    auto const refused = allocate(1, {of("MUG", 3), of("MUG", 3)});
    ASSERT_EQ(code_of(refused), error_code::out_of_stock);
    EXPECT_THAT(refused.error().shortages(), ElementsAre(shortage{shop::sku("MUG"), 6, 5}));
    auto const made = allocate(2, {of("MUG", 3), of("MUG", 2)});
    ASSERT_TRUE(made);
    EXPECT_THAT(made->lines, ElementsAre(promised("MUG", 5)));
}

TEST_F(allocating, answers_the_same_allocation_again_whatever_is_asked_then) {
    have("MUG", 5);
    auto const first = allocate(1, {of("MUG", 3)});
    auto const second = allocate(1, {of("MUG", 1)});
    ASSERT_TRUE(second);
    EXPECT_EQ(*second, *first);
    EXPECT_EQ(at("MUG").allocated, 3);
    EXPECT_TRUE(written.empty());
}

TEST_F(allocating, answers_a_refusal_again_even_when_stock_has_come) {
    have("MUG", 1);
    ASSERT_EQ(code_of(allocate(1, {of("MUG", 3)})), error_code::out_of_stock);
    have("MUG", 100);
    auto const again = allocate(1, {of("MUG", 3)});
    ASSERT_EQ(code_of(again), error_code::out_of_stock);
    EXPECT_THAT(again.error().shortages(), ElementsAre(shortage{shop::sku("MUG"), 3, 1}));
    EXPECT_EQ(at("MUG").allocated, 0);
}

TEST_F(allocating, is_refused_for_ever_after_a_release_that_came_first) {
    have("MUG", 5);
    ASSERT_TRUE(release(1));
    EXPECT_EQ(code_of(allocate(1, {of("MUG", 3)})), error_code::allocation_released);
    EXPECT_EQ(at("MUG").allocated, 0);
}

TEST_F(allocating, is_refused_after_it_was_released) {
    have("MUG", 5);
    ASSERT_TRUE(allocate(1, {of("MUG", 3)}));
    ASSERT_TRUE(release(1));
    EXPECT_EQ(code_of(allocate(1, {of("MUG", 3)})), error_code::allocation_released);
}

TEST_F(allocating, gives_the_last_unit_to_the_first_of_a_batch) {
    have("MUG", 1);
    auto const answers = run_all({allocate_order(order(1), {of("MUG", 1)}), allocate_order(order(2), {of("MUG", 1)})});
    EXPECT_TRUE(answers[0]);
    EXPECT_EQ(code_of(answers[1]), error_code::out_of_stock);
    EXPECT_EQ(at("MUG").allocated, 1);
}

TEST_F(allocating, writes_a_row_once_however_many_orders_of_a_batch_want_it) {
    have("MUG", 100);
    std::vector<any_command> commands;
    for (std::uint8_t i = 0; i < 50; ++i) commands.emplace_back(allocate_order(order(i), {of("MUG", 2)}));
    for (auto const& answer : run_all(std::move(commands))) EXPECT_TRUE(answer);
    EXPECT_THAT(written.puts<stock_record>(), SizeIs(1));
    EXPECT_THAT(written.puts<movement_record>(), SizeIs(50));
    EXPECT_EQ(at("MUG").revision, 2u);
    EXPECT_EQ(at("MUG").sequence, 51u);
    EXPECT_EQ(at("MUG").allocated, 100);
}

TEST_F(allocating, takes_from_main_first_then_from_the_others_by_name) {
    have("MUG", 2, "main");
    have("MUG", 5, "zoo");
    have("MUG", 3, "attic");
    auto const made = allocate(1, {of("MUG", 7)});
    ASSERT_TRUE(made);
    EXPECT_THAT(made->lines, ElementsAre(promised("MUG", 2), promised("MUG", 3, "attic"), promised("MUG", 2, "zoo")));
    EXPECT_EQ(at("MUG", "zoo").available(), 3);
}

TEST_F(allocating, leaves_out_places_that_have_nothing) {
    have("MUG", 3, "attic");
    auto const made = allocate(1, {of("MUG", 3)});
    ASSERT_TRUE(made);
    EXPECT_THAT(made->lines, ElementsAre(promised("MUG", 3, "attic")));
    EXPECT_EQ(at("MUG").sequence, 0u);
}

TEST_F(allocating, promises_on_main_what_goes_beyond_the_stock) {
    have("MUG", 2);
    have("MUG", 3, "attic");
    allow_backorders("MUG", 4);
    auto const made = allocate(1, {of("MUG", 8)});
    ASSERT_TRUE(made);
    EXPECT_THAT(made->lines, ElementsAre(promised("MUG", 5), promised("MUG", 3, "attic")));
    EXPECT_EQ(at("MUG").available(), -3);
}

TEST_F(allocating, stops_at_the_backorder_limit) {
    have("MUG", 2);
    have("MUG", 3, "attic");
    allow_backorders("MUG", 4);
    ASSERT_TRUE(allocate(1, {of("MUG", 8)}));
    auto const refused = allocate(2, {of("MUG", 2)});
    ASSERT_EQ(code_of(refused), error_code::out_of_stock);
    EXPECT_THAT(refused.error().shortages(), ElementsAre(shortage{shop::sku("MUG"), 2, 1}));
    EXPECT_TRUE(allocate(3, {of("MUG", 1)}));
    EXPECT_EQ(at("MUG").available(), -4);
}

TEST_F(allocating, promises_untracked_skus_without_rows) {
    ASSERT_TRUE(run<stock_level>(configure_stock(shop::sku("GIFT-CARD")).tracked(false)));
    have("MUG", 5);
    auto const made = allocate(1, {of("GIFT-CARD", 1'000'000), of("MUG", 1)});
    ASSERT_TRUE(made);
    EXPECT_THAT(made->lines,
                ElementsAre(allocated_line{shop::sku("GIFT-CARD"), location(), 1'000'000, true}, promised("MUG", 1)));
    EXPECT_THAT(written.puts<stock_record>(), SizeIs(1));
}

TEST_F(allocating, does_not_count_what_is_held) {
    have("MUG", 5);
    rows.groups<stock_record>().begin()->second.front().held = 3;
    EXPECT_EQ(code_of(allocate(1, {of("MUG", 3)})), error_code::out_of_stock);
    EXPECT_TRUE(allocate(2, {of("MUG", 2)}));
}

TEST_F(allocating, wants_1_to_100_lines_and_records_no_decision_otherwise) {
    have("MUG", 200);
    EXPECT_EQ(code_of(allocate(1, {})), error_code::invalid_value);
    EXPECT_EQ(code_of(allocate(1, std::vector<line>(101, of("MUG", 1)))), error_code::invalid_value);
    EXPECT_TRUE(written.empty());
    EXPECT_TRUE(allocate(1, std::vector<line>(100, of("MUG", 1))));
}

TEST_F(allocating, never_stamps_a_row_before_its_last_change) {
    have("MUG", 5);
    auto const before = now;
    now -= std::chrono::hours(1);
    ASSERT_TRUE(allocate(1, {of("MUG", 1)}));
    EXPECT_EQ(last_line().at, before);
    EXPECT_EQ(at("MUG").updated_at, before);
}

}  // namespace shop::inventory::tests
