#include "fixture.hpp"

namespace shop::inventory::tests {

/// What commands of a batch are to each other, and a batch to its second run.
class inventory_batch : public inventory_rules {};

TEST_F(inventory_batch, answers_each_command_in_its_place) {
    auto known = received("MUG", 5);
    known.reference = "delivery";
    auto const answers = run_all({rules::book_movement{known, {}, true}, allocate_order(order(1), {of("MUG", 9)}),
                                  configure_stock(shop::sku("MUG")).warn_below(2),
                                  allocate_order(order(2), {of("MUG", 5)}), ship_order(order(2), operation(1))});
    EXPECT_EQ(std::get<recorded>(*answers[0]).movement.on_hand, 5);
    EXPECT_EQ(code_of(answers[1]), error_code::out_of_stock);
    EXPECT_EQ(std::get<stock_level>(*answers[2]).version, 2u);
    EXPECT_EQ(std::get<allocation>(*answers[3]).order_id, order(2));
    EXPECT_EQ(std::get<order_stock>(*answers[4]).decision, decision::allocated);
    EXPECT_EQ(at("MUG").on_hand, 0);
    EXPECT_EQ(at("MUG").revision, 1u);
    EXPECT_EQ(at("MUG").sequence, 4u);
}

TEST_F(inventory_batch, records_who_moved_or_configured_stock) {
    auto const ann = std::make_shared<principal const>(principal{"ann", {"*"}, {}});
    auto const bob = std::make_shared<principal const>(principal{"bob", {"*"}, {}});
    auto some = received("MUG", 5);
    some.reference = "delivery";
    batch b({rules::book_movement{some, {}, true}, configure_stock(shop::sku("MUG")).warn_below(2),
             allocate_order(order(1), {of("MUG", 1)})},
            {ann, bob, bob});
    rows.run(b, {now});
    auto const lines = ledger();
    EXPECT_EQ(lines[0].actor, "ann");
    EXPECT_EQ(lines[1].actor, "bob");
    EXPECT_EQ(lines[2].actor, std::nullopt) << "the order's history tells";
    EXPECT_EQ(std::get<recorded>(*b.take_answers()[0]).movement.actor, "ann");
}

TEST_F(inventory_batch, leaves_out_a_command_whose_rule_fails_and_decides_the_others) {
    have("MUG", 5);
    have("CUP", 5);
    auto& cups = rows.groups<stock_record>().at({shop::sku("CUP")}).front();
    cups.allocated = -1;  // a broken row
    auto const answers =
        run_all({allocate_order(order(1), {of("MUG", 1)}), allocate_order(order(2), {of("MUG", 1), of("CUP", 1)}),
                 allocate_order(order(3), {of("MUG", 1)})});
    EXPECT_TRUE(answers[0]);
    ASSERT_FALSE(answers[1]);
    EXPECT_EQ(answers[1].error().code(), error_code::internal);
    EXPECT_TRUE(answers[2]);
    EXPECT_EQ(at("MUG").allocated, 2);
    EXPECT_EQ(rows.find<decision_record>({order(2)}), nullptr);
    cups.allocated = 0;
}

TEST_F(inventory_batch, answers_store_corrupt_for_an_unreadable_decision_only) {
    have("MUG", 5);
    rows.hold(decision_record{order(1), 1, decision::allocated, document<decision_content>::from_text("{\"lines\": 7}"),
                              now});
    auto const answers = run_all({release_order(order(1), operation(1)), allocate_order(order(2), {of("MUG", 1)})});
    EXPECT_EQ(code_of(answers[0]), error_code::store_corrupt);
    EXPECT_TRUE(answers[1]);
}

TEST_F(inventory_batch, answers_a_second_run_after_an_unknown_commit_as_the_first) {
    have("MUG", 5);
    auto settings = configure_stock(shop::sku("MUG")).warn_below(3);
    settings.if_match = 1;
    auto more = received("CUP", 2);
    more.reference = "delivery";
    batch b({settings, allocate_order(order(1), {of("CUP", 1)}), rules::book_movement{more, {}, true},
             allocate_order(order(2), {of("CUP", 1)}), ship_order(order(2), operation(1))});
    rows.run(b, {now, 1});
    auto const again = rows.run(b, {now, 2});
    EXPECT_TRUE(again.empty());
    auto const answers = b.take_answers();
    ASSERT_TRUE(answers[0]) << answers[0].error().word();
    EXPECT_EQ(std::get<stock_level>(*answers[0]).version, 2u);
    EXPECT_EQ(code_of(answers[1]), error_code::out_of_stock);
    EXPECT_TRUE(answers[2]);
    EXPECT_TRUE(answers[3]);
    EXPECT_TRUE(answers[4]);
    EXPECT_EQ(at("CUP").on_hand, 1);
}

TEST_F(inventory_batch, is_refused_in_the_second_run_when_somebody_else_was_faster) {
    have("MUG", 5);
    auto settings = configure_stock(shop::sku("MUG")).warn_below(3);
    settings.if_match = 1;
    batch b({settings});
    rows.decide(b, {now, 1});  // decided, but never written: a conflict
    have("MUG", 1);
    rows.run(b, {now, 2});
    EXPECT_EQ(code_of(b.take_answers()[0]), error_code::version_mismatch);
}

}  // namespace shop::inventory::tests
