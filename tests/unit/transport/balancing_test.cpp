#include <shop/transport/balancing.hpp>

#include "unit/transport/fake_channel.hpp"

namespace shop::transport::tests {
namespace {

using namespace std::chrono_literals;

class balancing : public channel_test {
protected:
    std::shared_ptr<fake_channel> a = std::make_shared<fake_channel>(clock);
    std::shared_ptr<fake_channel> b = std::make_shared<fake_channel>(clock);
    balancing_channel one{context(), {{"a", a}}};
    balancing_channel both{context(), {{"a", a}, {"b", b}}};

    void fail(fake_channel& which, error_code why = error_code::unavailable) {
        which.answer = false;
        which.failure = error(why);
    }
};

TEST_F(balancing, spreads_items_over_instances) {
    send_each(both, 200);
    EXPECT_EQ(a->messages.size() + b->messages.size(), 200u);
    EXPECT_GT(a->messages.size(), 60u);
    EXPECT_GT(b->messages.size(), 60u);
}

TEST_F(balancing, prefers_the_instance_with_less_under_way) {
    a->takes = 1s;
    for (int i = 0; i < 100; ++i) send_each(both, 4);
    EXPECT_GT(b->messages.size(), a->messages.size());
}

TEST_F(balancing, an_item_that_did_not_arrive_goes_to_another_instance) {
    fail(*a);
    for (int i = 0; i < 50; ++i) EXPECT_TRUE(send(both));
    EXPECT_GT(both.retries(), 0u);
}

TEST_F(balancing, what_the_service_answered_is_not_asked_again) {
    fail(*a, error_code::overloaded);
    EXPECT_EQ(send(one).error().code(), error_code::overloaded);
    EXPECT_EQ(a->messages.size(), 1u);
}

TEST_F(balancing, an_item_is_tried_at_most_three_times) {
    fail(*a, error_code::outcome_unknown);
    EXPECT_EQ(send(one).error().code(), error_code::outcome_unknown);
    EXPECT_EQ(a->messages.size(), 3u);
}

TEST_F(balancing, nothing_is_tried_again_after_its_deadline) {
    fail(*a, error_code::outcome_unknown);
    a->takes = 100ms;
    EXPECT_FALSE(send(one, clock.now() + 50ms));
    EXPECT_EQ(a->messages.size(), 1u);
}

TEST_F(balancing, retries_end_with_their_budget) {
    balancing_options options;
    options.retries_max = 5;
    options.retries_per_item = 0;
    options.failures_to_open = 1'000;
    balancing_channel thrifty(context(), {{"a", a}}, options);
    fail(*a);
    for (int i = 0; i < 100; ++i) EXPECT_FALSE(send(thrifty));
    EXPECT_EQ(thrifty.retries(), 5u);
    EXPECT_EQ(a->messages.size(), 105u);
}

TEST_F(balancing, an_instance_that_keeps_failing_is_left_alone_until_one_message_finds_it_well) {
    fail(*a);
    for (int i = 0; i < 10; ++i) EXPECT_FALSE(send(one));
    EXPECT_EQ(a->messages.size(), 5u);
    EXPECT_FALSE(one.is_available());
    EXPECT_TRUE(one.instances().front().open);

    clock.advance(1s);
    EXPECT_TRUE(one.is_available());
    EXPECT_FALSE(send(one));  // the probe
    EXPECT_EQ(a->messages.size(), 6u);
    clock.advance(1s);
    EXPECT_FALSE(one.is_available()) << "the second time it is left alone for longer";
    clock.advance(1s);
    a->answer = true;
    EXPECT_TRUE(send(one));
    EXPECT_FALSE(one.instances().front().open);
}

TEST_F(balancing, an_instance_that_is_said_to_be_well_again_is_asked_at_once) {
    fail(*a);
    for (int i = 0; i < 10; ++i) EXPECT_FALSE(send(one));
    EXPECT_FALSE(one.is_available());
    one.set_healthy("a", true);
    EXPECT_TRUE(one.is_available());
    a->answer = true;
    EXPECT_TRUE(send(one));
}

TEST_F(balancing, while_one_message_probes_the_others_are_refused) {
    fail(*a);
    for (int i = 0; i < 10; ++i) send(one);
    clock.advance(1s);
    a->answer = true;
    a->takes = 100ms;
    auto const before = a->messages.size();
    auto const answers = send_each(one, 10);
    EXPECT_EQ(a->messages.size() - before, 1u);
    EXPECT_EQ(std::ranges::count_if(answers, [](auto const& r) { return r.has_value(); }), 1);
}

TEST_F(balancing, an_unhealthy_instance_is_asked_only_when_none_is_well) {
    both.set_healthy("a", false);
    send_each(both, 50);
    EXPECT_EQ(a->messages.size(), 0u);
    both.set_healthy("b", false);
    send_each(both, 50);
    EXPECT_GT(a->messages.size(), 0u);
}

TEST_F(balancing, an_instance_that_is_twice_said_not_to_be_well_is_left_alone) {
    one.set_healthy("a", false);
    EXPECT_TRUE(one.is_available());
    EXPECT_TRUE(send(one)) << "once may be bad luck";
    one.set_healthy("a", false);
    EXPECT_FALSE(one.is_available());
    EXPECT_FALSE(send(one));
    EXPECT_EQ(a->messages.size(), 1u);
    one.set_healthy("a", false);
    EXPECT_EQ(one.instances().front().ejections, 1u);
    clock.advance(1min);
    EXPECT_FALSE(one.is_available()) << "time alone does not make it well";
    one.set_healthy("a", true);
    EXPECT_TRUE(send(one));
    EXPECT_FALSE(one.instances().front().open);
}

TEST_F(balancing, known_instances_keep_what_is_known_of_them) {
    fail(*a);
    for (int i = 0; i < 10; ++i) send(one);
    one.set_instances({{"a", a}, {"b", b}});
    EXPECT_TRUE(one.instances().front().open);
    EXPECT_TRUE(send(one));
    one.set_instances({});
    EXPECT_FALSE(one.is_available());
    EXPECT_EQ(send(one).error().code(), error_code::unavailable);
}

}  // namespace
}  // namespace shop::transport::tests
