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

TEST_F(transitions, what_is_there_already_with_other_words_is_compared_with_the_step_that_brought_it_there) {
    auto const id = have_shipped();
    auto command = moving(id, status::shipped, "again");
    command.tracking = "RX2";
    auto const undecided = run(command);
    ASSERT_TRUE(undecided);
    EXPECT_FALSE(undecided->key) << "it is to come back with the step";
    EXPECT_TRUE(written.empty());

    command.last_step = history(id).back();
    auto const refused = run(command);
    ASSERT_EQ(code_of(refused), error_code::invalid_transition);
    EXPECT_EQ(refused.error().details().from, "shipped");
    EXPECT_EQ(refused.error().details().to, "shipped");
    EXPECT_THAT(refused.error().details().allowed, ElementsAre("delivered"));
    EXPECT_THAT(pointers_of(refused.error()), ElementsAre("/tracking"));
    EXPECT_TRUE(written.empty()) << "the key stays free";
}

TEST_F(transitions, a_step_of_another_version_decides_nothing) {
    auto const id = have_shipped();
    auto command = moving(id, status::shipped, "again");
    command.note = "fragile";
    command.last_step = history(id).front();
    auto const undecided = run(command);
    ASSERT_TRUE(undecided);
    EXPECT_FALSE(undecided->key);
}

TEST_F(transitions, what_is_there_already_in_the_same_words_is_remembered) {
    auto const id = have_confirmed();
    auto first = moving(id, status::shipped, "s1");
    first.tracking = "RX1";
    first.note = "fragile";
    ASSERT_TRUE(run(first));
    ASSERT_TRUE(run(concluding(id)));
    for (auto const& [key_text, tracking, note] :
         std::vector<std::tuple<std::string, std::optional<std::string>, std::optional<std::string>>>{
             {"both", "RX1", "fragile"}, {"tracking", "RX1", {}}, {"note", {}, "fragile"}, {"empty", "", ""}}) {
        auto again = moving(id, status::shipped, key_text);
        again.tracking = tracking;
        again.note = note;
        again.last_step = history(id).back();
        auto const answer = run(again);
        ASSERT_TRUE(answer) << key_text;
        EXPECT_EQ(key(key_text).outcome_version, 3u);
    }
}

TEST_F(transitions, an_illegal_step_is_refused_and_its_key_stays_free) {
    auto const id = have_confirmed();
    auto const refused = run(moving(id, status::delivered, "d1"));
    ASSERT_EQ(code_of(refused), error_code::invalid_transition);
    EXPECT_THAT(refused.error().details().allowed, ElementsAre("shipped", "cancelled"));
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

TEST_F(transitions, an_unreadable_order_harms_nobody_else_in_its_batch) {
    auto const unreadable = have_confirmed("a"), good = have_confirmed("b");
    ASSERT_TRUE(run(moving(unreadable, status::shipped, "a1")));
    ASSERT_TRUE(run(moving(good, status::shipped, "b1")));
    auto& row = rows.groups<order_record>().at({unreadable}).front();
    auto const content = std::exchange(row.content, document<order_content>::from_text("{"));
    auto const answers = run_all({concluding(unreadable), concluding(good)});
    ASSERT_FALSE(answers[0]);
    EXPECT_EQ(answers[0].error().code(), error_code::store_corrupt);
    ASSERT_TRUE(answers[1]);
    EXPECT_EQ(stored(good).status, status::shipped);
    EXPECT_TRUE(stored(unreadable).open) << "nothing half done";
    row.content = content;
    EXPECT_TRUE(run(concluding(unreadable)));
}

}  // namespace shop::orders::tests
