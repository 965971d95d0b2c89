#include "fixture.hpp"

namespace shop::orders::tests {

using ::testing::ElementsAre;
using ::testing::SizeIs;

class transitions : public order_rules {};

TEST_F(transitions, shipping_is_open_until_its_effect_is_known) {
    auto const id = have_confirmed();
    auto command = moving(id, status::shipped, "s1");
    command.tracking = "RX1";
    auto const begun = run(command);
    ASSERT_TRUE(begun);
    EXPECT_TRUE(begun->fresh);
    auto const order = stored(id);
    EXPECT_EQ(order.status, status::confirmed);
    ASSERT_TRUE(order.open);
    EXPECT_EQ(order.open->type, operation_type::ship);
    EXPECT_EQ(order.open->tracking, "RX1");
    EXPECT_EQ(key("s1").operation, command.operation);
    EXPECT_EQ(key("s1").outcome_version, 0u);
}

TEST_F(transitions, what_was_shipped_is_all_lines_and_the_key_remembers_the_version) {
    auto const id = have_confirmed();
    auto command = moving(id, status::shipped, "s1");
    command.tracking = "RX1";
    ASSERT_TRUE(run(command));
    auto const done = run(concluding(id));
    auto const order = stored(id);
    EXPECT_EQ(order.status, status::shipped);
    EXPECT_EQ(order.version, 3u);
    ASSERT_THAT(order.outcome->shipments, SizeIs(1));
    auto const& shipment = order.outcome->shipments.front();
    EXPECT_EQ(shipment.id.value, command.operation.value);
    EXPECT_EQ(shipment.tracking, "RX1");
    EXPECT_EQ(shipment.version, 3u);
    EXPECT_THAT(shipment.lines, ElementsAre(shipped_line{sku("MUG"), 2}));
    EXPECT_EQ(key("s1").outcome_version, 3u);
    EXPECT_EQ(done->key->outcome_version, 3u);
    EXPECT_EQ(history(id).back().tracking, "RX1");
}

TEST_F(transitions, a_refused_shipment_leaves_the_order_and_its_key_remembers_why) {
    auto const id = have_confirmed();
    ASSERT_TRUE(run(moving(id, status::shipped, "s1")));
    ASSERT_TRUE(run(concluding(id, error(error_code::insufficient_stock))));
    auto const order = stored(id);
    EXPECT_EQ(order.status, status::confirmed);
    EXPECT_EQ(order.version, 2u);
    EXPECT_FALSE(order.open);
    ASSERT_TRUE(key("s1").refusal);
    EXPECT_EQ(rules::recorded_error(*key("s1").refusal), error(error_code::insufficient_stock));
    EXPECT_TRUE(run(moving(id, status::shipped, "s2"))) << "it can be tried again under another key";
}

TEST_F(transitions, cancelling_keeps_the_reason) {
    auto const id = have_confirmed();
    auto command = moving(id, status::cancelled, "c1");
    command.note = "changed my mind";
    ASSERT_TRUE(run(command));
    EXPECT_EQ(stored(id).open->type, operation_type::cancel);
    ASSERT_TRUE(run(concluding(id)));
    EXPECT_EQ(stored(id).status, status::cancelled);
    EXPECT_EQ(stored(id).outcome->reason, "changed my mind");
    EXPECT_EQ(history(id).back().note, "changed my mind");
}

TEST_F(transitions, delivering_has_no_effect_elsewhere_and_is_done_at_once) {
    auto const id = have_shipped();
    auto const done = run(moving(id, status::delivered, "d1"));
    ASSERT_TRUE(done);
    EXPECT_EQ(stored(id).status, status::delivered);
    EXPECT_FALSE(stored(id).open);
    EXPECT_EQ(key("d1").outcome_version, 4u);
}

TEST_F(transitions, a_repeat_under_the_key_finds_what_was_done) {
    auto const id = have_shipped();
    auto const done = run(moving(id, status::delivered, "d1"));
    auto const again = run(moving(id, status::delivered, "d1"));
    ASSERT_TRUE(again);
    EXPECT_FALSE(again->fresh);
    EXPECT_EQ(again->key->operation, done->key->operation);
    EXPECT_TRUE(written.empty());
}

TEST_F(transitions, a_key_used_for_another_step_is_refused) {
    auto const id = have_confirmed();
    ASSERT_TRUE(run(moving(id, status::shipped, "k")));
    EXPECT_EQ(code_of(run(moving(id, status::cancelled, "k"))), error_code::idempotency_key_reused);
}

TEST_F(transitions, what_is_there_already_is_only_remembered) {
    auto const id = have_shipped();
    auto const answer = run(moving(id, status::shipped, "again"));
    ASSERT_TRUE(answer);
    EXPECT_EQ(key("again").outcome_version, 3u);
    EXPECT_EQ(stored(id).version, 3u);
    EXPECT_THAT(written.puts<event_record>(), SizeIs(0));
}

TEST_F(transitions, an_illegal_step_is_refused_and_its_key_stays_free) {
    auto const id = have_confirmed();
    auto const refused = run(moving(id, status::delivered, "d1"));
    ASSERT_EQ(code_of(refused), error_code::invalid_transition);
    EXPECT_THAT(refused.error().details().allowed, ElementsAre("partially_shipped", "shipped", "cancelled"));
    EXPECT_TRUE(written.empty());
}

TEST_F(transitions, one_thing_is_done_to_an_order_at_a_time) {
    auto const id = have_confirmed();
    ASSERT_TRUE(run(moving(id, status::shipped, "s1")));
    EXPECT_EQ(code_of(run(moving(id, status::cancelled, "c1"))), error_code::operation_in_progress);
    EXPECT_EQ(code_of(run(moving(have_pending("other"), status::cancelled, "c2"))), error_code::operation_in_progress);
}

TEST_F(transitions, shipping_and_cancelling_in_one_batch_end_in_one_of_them) {
    auto const id = have_confirmed();
    auto const answers = run_all({moving(id, status::cancelled, "c"), moving(id, status::shipped, "s")});
    EXPECT_TRUE(answers[0]);
    EXPECT_EQ(code_of(answers[1]), error_code::operation_in_progress);
    EXPECT_EQ(stored(id).open->type, operation_type::cancel);
}

TEST_F(transitions, the_order_of_another_customer_is_not_found) {
    auto const id = have_confirmed();
    auto command = moving(id, status::cancelled, "c1");
    command.by = std::make_shared<principal const>(principal{"web", {"orders:write"}, "bob"});
    EXPECT_EQ(code_of(run(command)), error_code::not_found);
    EXPECT_EQ(code_of(run(moving(draw(), status::cancelled, "c2"))), error_code::not_found);
}

}  // namespace shop::orders::tests
