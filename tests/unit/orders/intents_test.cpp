#include "fixture.hpp"

namespace shop::orders::tests {

using ::testing::IsEmpty;
using ::testing::SizeIs;

class placing : public order_rules {};

TEST_F(placing, stores_the_order_its_key_and_its_first_event_together) {
    auto const begun = run(order_rules::placing("k1"));
    ASSERT_TRUE(begun);
    EXPECT_TRUE(begun->fresh);
    EXPECT_THAT(written.puts<order_record>(), SizeIs(1));
    EXPECT_THAT(written.puts<key_record>(), SizeIs(1));
    EXPECT_THAT(written.puts<event_record>(), SizeIs(1));
    auto const order = stored(begun->order.id);
    EXPECT_EQ(order.status, status::pending);
    EXPECT_EQ(order.version, 1u);
    EXPECT_EQ(order.customer_id, "ann");
    ASSERT_TRUE(order.open);
    EXPECT_EQ(order.open->type, operation_type::place);
    EXPECT_EQ(key("k1").order_id, order.id);
    EXPECT_EQ(key("k1").created_at, now);
}

TEST_F(placing, tells_the_revision_only_of_an_order_that_is_stored_as_told) {
    auto const answer = run(order_rules::placing("k"));
    auto const id = answer->order.id;
    EXPECT_EQ(answer->order, stored(id));
    auto const both = run_all({concluding(id), moving(id, status::shipped, "s")});
    EXPECT_EQ(both[1]->order, stored(id));
    EXPECT_EQ(both[0]->order.status, status::confirmed) << "changed again before it was stored";
    EXPECT_NE(both[0]->order.revision, stored(id).revision) << "it would pass for what is stored";
}

TEST_F(placing, a_repeat_finds_the_order_and_writes_nothing) {
    auto const first = run(order_rules::placing("k1"));
    auto const again = run(order_rules::placing("k1"));
    ASSERT_TRUE(again);
    EXPECT_FALSE(again->fresh);
    EXPECT_EQ(again->order.id, first->order.id);
    EXPECT_TRUE(written.empty());
    EXPECT_THAT(rows.all<order_record>(), SizeIs(1));
}

TEST_F(placing, twins_in_one_batch_are_one_order) {
    auto const answers = run_all({order_rules::placing("k1"), order_rules::placing("k1"), order_rules::placing("k2")});
    EXPECT_TRUE(answers[0]->fresh);
    EXPECT_FALSE(answers[1]->fresh);
    EXPECT_EQ(answers[1]->order.id, answers[0]->order.id);
    EXPECT_TRUE(answers[2]->fresh);
    EXPECT_THAT(rows.all<order_record>(), SizeIs(2));
}

TEST_F(placing, a_key_used_for_another_request_is_refused) {
    have_pending("k1");
    EXPECT_EQ(code_of(run(order_rules::placing("k1", 3))), error_code::idempotency_key_reused);
    EXPECT_TRUE(written.empty());
}

TEST_F(placing, keys_of_two_accounts_do_not_meet) {
    have_pending("k1");
    auto theirs = order_rules::placing("k1", 3);
    theirs.key.account = "another";
    EXPECT_TRUE(run(theirs)->fresh);
}

TEST_F(placing, a_refused_request_stores_nothing) {
    auto command = order_rules::placing("k1");
    command.refused = error(error_code::unknown_sku);
    EXPECT_EQ(code_of(run(command)), error_code::unknown_sku);
    EXPECT_TRUE(written.empty());
    EXPECT_THAT(rows.all<key_record>(), IsEmpty());
}

TEST_F(placing, a_known_key_is_answered_before_a_refusal) {
    auto const id = have_confirmed("k1");
    auto late = order_rules::placing("k1");
    late.refused = error(error_code::product_not_active);  // archived since
    auto const answer = run(late);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->order.id, id);
}

TEST_F(placing, an_order_is_never_older_than_its_id) {
    auto const born = now;
    auto command = order_rules::placing("k1");
    now -= std::chrono::seconds(5);  // the clock of the store is behind
    auto const begun = run(command);
    EXPECT_EQ(begun->order.updated_at, born);
}

TEST_F(placing, a_key_without_its_order_is_a_damaged_store) {
    key_record lost;
    lost.account = "local";
    lost.idempotency_key = "k1";
    lost.fingerprint = fingerprint_of("orders.place", "2");
    lost.order_id = draw();
    rows.hold(lost);
    EXPECT_EQ(code_of(run(order_rules::placing("k1"))), error_code::store_corrupt);
}

class concluding_placing : public order_rules {};

TEST_F(concluding_placing, confirms_what_was_promised) {
    auto const id = have_pending();
    now += std::chrono::milliseconds(7);
    auto const done = run(concluding(id));
    ASSERT_TRUE(done);
    EXPECT_TRUE(done->fresh);
    auto const order = stored(id);
    EXPECT_EQ(order.status, status::confirmed);
    EXPECT_EQ(order.version, 2u);
    EXPECT_EQ(order.settled_at, now);
    EXPECT_FALSE(order.open);
    EXPECT_FALSE(done->key) << "what placing answered follows from the order";
}

TEST_F(concluding_placing, rejects_what_was_refused_and_remembers_what_was_short) {
    auto const id = have_pending();
    ASSERT_TRUE(run(concluding(id, out_of_stock())));
    auto const order = stored(id);
    EXPECT_EQ(order.status, status::rejected);
    EXPECT_EQ(order.outcome->reason, "out_of_stock");
    EXPECT_EQ(order.outcome->shortages, out_of_stock().shortages());
    EXPECT_EQ(history(id).back().note, "out_of_stock");
    EXPECT_FALSE(order.open);
}

TEST_F(concluding_placing, a_second_conclusion_changes_nothing) {
    auto const id = have_pending();
    auto const command = concluding(id);
    ASSERT_TRUE(run(command));
    auto late = command;
    late.refused = out_of_stock();
    auto const again = run(late);
    ASSERT_TRUE(again);
    EXPECT_FALSE(again->fresh);
    EXPECT_EQ(again->order.status, status::confirmed);
    EXPECT_TRUE(written.empty());
}

TEST_F(concluding_placing, two_conclusions_in_one_batch_are_one) {
    auto const id = have_pending();
    auto const answers = run_all({concluding(id), concluding(id)});
    EXPECT_TRUE(answers[0]->fresh);
    EXPECT_FALSE(answers[1]->fresh);
    EXPECT_EQ(stored(id).version, 2u);
}

TEST_F(concluding_placing, the_conclusion_of_another_operation_is_not_its_own) {
    auto const id = have_pending();
    auto command = concluding(id);
    command.order.open->id = operation_id{draw().value};
    auto const answer = run(command);
    EXPECT_FALSE(answer->fresh);
    EXPECT_EQ(stored(id).status, status::pending);
}

TEST_F(concluding_placing, of_an_order_that_is_not_there_is_not_found) {
    auto command = concluding(have_pending());
    command.order.id = draw();
    EXPECT_EQ(code_of(run(command)), error_code::not_found);
}

TEST_F(concluding_placing, time_does_not_run_backwards_in_a_history) {
    auto const id = have_pending();
    auto const placed = now;
    now -= std::chrono::minutes(1);
    ASSERT_TRUE(run(concluding(id)));
    EXPECT_EQ(stored(id).updated_at, placed);
}

}  // namespace shop::orders::tests
