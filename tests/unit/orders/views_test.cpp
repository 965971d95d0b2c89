#include <shop/json/json.hpp>

#include "fixture.hpp"

namespace shop::orders::tests {

using ::testing::IsEmpty;
using ::testing::SizeIs;

class views : public order_rules {};

TEST_F(views, an_order_shows_what_was_bought_and_when) {
    auto const id = have_confirmed();
    auto const seen = rules::view(stored(id));
    EXPECT_EQ(seen.id, id);
    EXPECT_EQ(seen.status, status::confirmed);
    EXPECT_EQ(seen.customer.id, "ann");
    EXPECT_EQ(seen.total, eur(1000));
    EXPECT_EQ(seen.version, 2u);
    EXPECT_EQ(seen.placed_at, id.value.born());
    EXPECT_FALSE(seen.reason);
    EXPECT_THAT(seen.shipments, IsEmpty());
}

TEST_F(views, what_placing_answered_stays_the_same_whatever_happens_later) {
    auto const id = have_confirmed();
    auto const first = json::encode(rules::placed(stored(id)).value());
    now += std::chrono::hours(1);
    ASSERT_TRUE(run(moving(id, status::shipped, "s1")));
    EXPECT_EQ(json::encode(rules::placed(stored(id)).value()), first);
    ASSERT_TRUE(run(concluding(id)));
    EXPECT_EQ(json::encode(rules::placed(stored(id)).value()), first);
    ASSERT_TRUE(run(moving(id, status::delivered, "d1")));
    EXPECT_EQ(json::encode(rules::placed(stored(id)).value()), first);
}

TEST_F(views, what_placing_refused_stays_the_same) {
    auto const id = have_pending();
    ASSERT_TRUE(run(concluding(id, out_of_stock())));
    auto const answer = rules::placed(stored(id));
    ASSERT_EQ(code_of(answer), error_code::out_of_stock);
    EXPECT_EQ(answer.error().shortages(), out_of_stock().shortages());
    EXPECT_EQ(rules::view(stored(id)).reason, "out_of_stock");
}

TEST_F(views, a_promise_taken_back_is_told_as_such) {
    auto const id = have_pending();
    ASSERT_TRUE(run(concluding(id, error(error_code::allocation_released))));
    EXPECT_EQ(code_of(rules::placed(stored(id))), error_code::allocation_released);
}

TEST_F(views, an_order_can_be_shown_as_any_version_left_it) {
    auto const id = have_shipped();
    now += std::chrono::hours(1);
    ASSERT_TRUE(run(moving(id, status::delivered, "d1")));
    auto const steps = history(id);
    auto const confirmed = rules::view_at(stored(id), 2, steps);
    EXPECT_EQ(confirmed.status, status::confirmed);
    EXPECT_EQ(confirmed.version, 2u);
    EXPECT_THAT(confirmed.shipments, IsEmpty());
    auto const shipped = rules::view_at(stored(id), 3, steps);
    EXPECT_EQ(shipped.status, status::shipped);
    EXPECT_THAT(shipped.shipments, SizeIs(1));
    EXPECT_LT(shipped.updated_at, now);
    EXPECT_EQ(rules::view_at(stored(id), 4, steps), rules::view(stored(id)));
}

TEST_F(views, a_version_before_the_end_does_not_know_its_reason) {
    auto const id = have_confirmed();
    auto command = moving(id, status::cancelled, "c1");
    command.note = "changed my mind";
    ASSERT_TRUE(run(command));
    ASSERT_TRUE(run(concluding(id)));
    EXPECT_EQ(rules::view(stored(id)).reason, "changed my mind");
    EXPECT_FALSE(rules::view_at(stored(id), 2, history(id)).reason);
}

TEST_F(views, a_recorded_refusal_reads_as_it_was) {
    auto const recorded = rules::to_recorded(out_of_stock());
    EXPECT_EQ(rules::recorded_error(recorded), out_of_stock());
    EXPECT_EQ(rules::recorded_error({"a word of a later version", {}}).code(), error_code::internal);
}

}  // namespace shop::orders::tests
