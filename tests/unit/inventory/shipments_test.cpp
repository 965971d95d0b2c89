#include "fixture.hpp"

namespace shop::inventory::tests {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class releasing : public inventory_rules {};
class shipping : public inventory_rules {};

TEST_F(releasing, gives_back_what_was_promised_where_it_lies) {
    have("MUG", 2);
    have("MUG", 5, "attic");
    ASSERT_TRUE(allocate(1, {of("MUG", 4)}));
    auto const freed = release(1, 7);
    ASSERT_TRUE(freed);
    EXPECT_EQ(*freed, (order_stock{order(1), decision::released, {}}));
    EXPECT_EQ(at("MUG").allocated, 0);
    EXPECT_EQ(at("MUG", "attic").allocated, 0);
    EXPECT_EQ(at("MUG").on_hand, 2);
    auto const line = last_line();
    EXPECT_EQ(line.kind, movement_kind::released);
    EXPECT_EQ(line.allocated_delta, -2);
    EXPECT_EQ(line.order_id, order(1));
    EXPECT_EQ(line.operation, operation(7));
}

TEST_F(releasing, loads_the_stock_that_only_the_decision_names) {
    have("MUG", 2);
    ASSERT_TRUE(allocate(1, {of("MUG", 1)}));
    ASSERT_TRUE(release(1));
    EXPECT_EQ(rows.decisions, 2);
}

TEST_F(releasing, sees_what_an_earlier_command_of_the_batch_allocated) {
    have("MUG", 2);
    auto const answers = run_all({allocate_order(order(1), {of("MUG", 2)}), release_order(order(1), operation(1)),
                                  allocate_order(order(2), {of("MUG", 2)})});
    EXPECT_TRUE(answers[0]);
    EXPECT_TRUE(answers[1]);
    EXPECT_TRUE(answers[2]);
    EXPECT_EQ(at("MUG").allocated, 2);
}

TEST_F(releasing, remembers_an_order_never_seen) {
    auto const freed = release(1);
    ASSERT_TRUE(freed);
    EXPECT_EQ(freed->decision, decision::released);
    EXPECT_EQ(rows.find<decision_record>({order(1)})->decision, decision::released);
    EXPECT_FALSE(ledger_grew);
}

TEST_F(releasing, changes_nothing_the_second_time) {
    have("MUG", 2);
    ASSERT_TRUE(allocate(1, {of("MUG", 1)}));
    auto const first = release(1, 1);
    auto const again = release(1, 1);
    auto const with_another_operation = release(1, 2);
    EXPECT_EQ(*again, *first);
    EXPECT_EQ(*with_another_operation, *first);
    EXPECT_TRUE(written.empty());
    EXPECT_EQ(at("MUG").allocated, 0);
}

TEST_F(releasing, lets_a_refusal_stand) {
    ASSERT_FALSE(allocate(1, {of("MUG", 1)}));
    auto const freed = release(1);
    ASSERT_TRUE(freed);
    EXPECT_EQ(freed->decision, decision::refused);
    EXPECT_TRUE(written.empty());
    EXPECT_EQ(code_of(allocate(1, {of("MUG", 1)})), error_code::out_of_stock);
}

TEST_F(releasing, frees_only_what_was_not_shipped) {
    have("MUG", 3);
    ASSERT_TRUE(allocate(1, {of("MUG", 2)}));
    ASSERT_TRUE(ship(1, 1));
    auto const freed = release(1, 2);
    ASSERT_TRUE(freed);
    EXPECT_EQ(freed->decision, decision::released);
    EXPECT_FALSE(ledger_grew);
    EXPECT_EQ(at("MUG").on_hand, 1);
    EXPECT_EQ(at("MUG").allocated, 0);
}

TEST_F(releasing, needs_no_rows_for_untracked_skus) {
    ASSERT_TRUE(run<stock_level>(configure_stock(shop::sku("GIFT")).tracked(false)));
    ASSERT_TRUE(allocate(1, {of("GIFT", 2)}));
    ASSERT_TRUE(run<stock_level>(configure_stock(shop::sku("GIFT")).tracked(true)));
    EXPECT_TRUE(release(1));
    EXPECT_EQ(at("GIFT").allocated, 0);
}

TEST_F(shipping, takes_what_is_promised_off_the_shelf) {
    have("MUG", 5);
    ASSERT_TRUE(allocate(1, {of("MUG", 3)}));
    auto const gone = ship(1, 9);
    ASSERT_TRUE(gone);
    EXPECT_EQ(*gone, (order_stock{order(1), decision::allocated, {}}));
    EXPECT_EQ(at("MUG").on_hand, 2);
    EXPECT_EQ(at("MUG").allocated, 0);
    auto const line = last_line();
    EXPECT_EQ(line.kind, movement_kind::shipped);
    EXPECT_EQ(line.on_hand_delta, -3);
    EXPECT_EQ(line.allocated_delta, -3);
    EXPECT_EQ(line.operation, operation(9));
    auto const& content = rows.find<decision_record>({order(1)})->content.get();
    ASSERT_THAT(content.operations, SizeIs(1));
    EXPECT_EQ(content.operations[0].id, operation(9));
    EXPECT_EQ(content.operations[0].lines, content.lines);
}

TEST_F(shipping, is_applied_once_per_operation) {
    have("MUG", 5);
    ASSERT_TRUE(allocate(1, {of("MUG", 3)}));
    auto const first = ship(1, 9);
    auto const again = ship(1, 9);
    ASSERT_TRUE(again);
    EXPECT_EQ(*again, *first);
    EXPECT_EQ(at("MUG").on_hand, 2);
    EXPECT_TRUE(written.empty());
}

TEST_F(shipping, answers_a_late_repeat_after_the_release_of_the_rest) {
    have("MUG", 5);
    ASSERT_TRUE(allocate(1, {of("MUG", 3)}));
    ASSERT_TRUE(ship(1, 9));
    ASSERT_TRUE(release(1, 10));
    auto const again = ship(1, 9);
    ASSERT_TRUE(again);
    EXPECT_EQ(again->decision, decision::released);
}

TEST_F(shipping, is_refused_when_nothing_is_promised_any_more) {
    have("MUG", 5);
    ASSERT_TRUE(allocate(1, {of("MUG", 3)}));
    ASSERT_TRUE(ship(1, 9));
    EXPECT_EQ(code_of(ship(1, 10)), error_code::not_found);
}

TEST_F(shipping, is_refused_for_orders_without_an_allocation) {
    EXPECT_EQ(code_of(ship(1)), error_code::not_found);
    ASSERT_FALSE(allocate(2, {of("MUG", 1)}));
    EXPECT_EQ(code_of(ship(2)), error_code::allocation_refused);
    ASSERT_TRUE(release(3));
    EXPECT_EQ(code_of(ship(3, 2)), error_code::allocation_released);
}

TEST_F(shipping, is_refused_while_a_backorder_is_not_on_hand) {
    have("MUG", 2);
    have("CUP", 2);
    allow_backorders("MUG", 5);
    ASSERT_TRUE(allocate(1, {of("MUG", 4), of("CUP", 1)}));
    auto const refused = ship(1, 9);
    ASSERT_EQ(code_of(refused), error_code::insufficient_stock);
    EXPECT_THAT(refused.error().shortages(), ElementsAre(shortage{shop::sku("MUG"), 4, 2}));
    EXPECT_EQ(at("CUP").on_hand, 2);
    EXPECT_TRUE(written.empty());
    have("MUG", 2);
    EXPECT_TRUE(ship(1, 9));
    EXPECT_EQ(at("MUG").on_hand, 0);
}

TEST_F(shipping, answers_internal_rather_than_writing_a_broken_count) {
    have("MUG", 5);
    ASSERT_TRUE(allocate(1, {of("MUG", 3)}));
    auto& row = rows.groups<stock_record>().begin()->second.front();
    row.allocated = 1;
    auto const broken = ship(1);
    ASSERT_FALSE(broken);
    EXPECT_EQ(broken.error().code(), error_code::internal);
    EXPECT_TRUE(written.empty());
    row.allocated = 3;
}

TEST(still_promised, subtracts_shipments_and_releases_but_no_returns) {
    allocated_line const mugs{shop::sku("MUG"), location(), 5, false};
    decision_content content{{mugs}, {}, {}};
    content.operations.push_back({operation(1), movement_kind::shipped, {{shop::sku("MUG"), location(), 2, false}}});
    content.operations.push_back({operation(2), movement_kind::returned, {{shop::sku("MUG"), location(), 1, false}}});
    EXPECT_THAT(rules::still_promised(content), ElementsAre(allocated_line{shop::sku("MUG"), location(), 3, false}));
    content.operations.push_back({operation(3), movement_kind::released, {{shop::sku("MUG"), location(), 3, false}}});
    EXPECT_THAT(rules::still_promised(content), IsEmpty());
}

}  // namespace shop::inventory::tests
