#include <shop/transport/balancing.hpp>

#include "fake_channel.hpp"

namespace shop::transport::tests {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

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
    /// Takes messages and gives no answer, until whoever sent them has given up.
    void hang(fake_channel& which) {
        fail(which, error_code::outcome_unknown);
        which.takes = given_up_after;
    }
    /// How long it took to answer an item; nothing unless it was answered.
    std::optional<milliseconds> time_of_answer(channel& over) {
        auto const began = clock.now();
        if (!send(over, began + given_up_after)) return std::nullopt;
        return std::chrono::ceil<milliseconds>(clock.now() - began);
    }
    /// Lets an operation be known for answering at once.
    void warm_up(channel& over) {
        for (int i = 0; i < 100; ++i) EXPECT_TRUE(send(over));
    }
    asio::awaitable<void> ignore_answer(channel& over) {
        std::vector<outgoing> one;
        one.push_back(item("x", clock.now() + given_up_after));
        co_await over.send({"orders.get", safety::safe}, std::move(one));
    }
    asio::awaitable<void> say_unwell_twice(balancing_channel& of, steady_time at) {
        co_await clock.sleep_until(at);
        of.set_healthy("a", false);
        of.set_healthy("a", false);
    }
    static balancing_options with_batching(std::size_t messages_max) {
        balancing_options options;
        options.batching.emplace();
        options.batching->batches_max = messages_max;
        return options;
    }

    static constexpr milliseconds given_up_after = 9s;
};

TEST_F(balancing, spreads_items_over_instances) {
    send_each(both, 200);
    EXPECT_EQ(a->messages.size() + b->messages.size(), 200u);
    EXPECT_GT(a->messages.size(), 60u);
    EXPECT_GT(b->messages.size(), 60u);
}

TEST_F(balancing, prefers_the_instance_with_less_under_way) {
    a->takes = 200ms;
    for (int i = 0; i < 100; ++i) {
        asio::co_spawn(io, ignore_answer(both), asio::detached);
        clock.run_for(io, 10ms);
    }
    clock.run_for(io, 1s);
    EXPECT_GT(b->messages.size(), 2 * a->messages.size());
    EXPECT_EQ(both.hedges(), 0u);
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

TEST_F(balancing, an_overdue_item_is_asked_of_another_instance_and_the_one_that_hangs_is_passed_over) {
    warm_up(both);
    hang(*a);
    auto const before = a->messages.size();
    std::size_t slow = 0;
    for (int i = 0; i < 100; ++i) {
        auto const took = time_of_answer(both);
        ASSERT_TRUE(took);
        EXPECT_LE(*took, 252ms);
        slow += *took > 1ms;
        clock.advance(10ms);
    }
    EXPECT_EQ(slow, 1u) << "while it has something under way, and for a second, others are asked";
    EXPECT_EQ(a->messages.size() - before, 1u);
    EXPECT_EQ(both.hedges(), 1u);
    EXPECT_EQ(both.retries(), 0u);
}

TEST_F(balancing, an_item_is_overdue_when_it_takes_longer_than_its_operation_usually_does) {
    a->takes = b->takes = 2s;
    warm_up(both);
    auto const before = both.hedges();
    a->takes = b->takes = 2'100ms;
    for (int i = 0; i < 20; ++i) EXPECT_EQ(time_of_answer(both), 2'100ms);
    EXPECT_EQ(both.hedges(), before) << "slow, but not slower than usual";
}

TEST_F(balancing, an_operation_of_which_nothing_is_known_is_overdue_after_a_second) {
    hang(*a);
    hang(*b);
    asio::co_spawn(io, ignore_answer(both), asio::detached);
    clock.run_for(io, 999ms);
    EXPECT_EQ(both.hedges(), 0u);
    clock.run_for(io, 1ms);
    EXPECT_EQ(both.hedges(), 1u);
    EXPECT_EQ(a->messages.size(), 1u);
    EXPECT_EQ(b->messages.size(), 1u);
    clock.run_for(io, given_up_after);
}

TEST_F(balancing, while_all_instances_are_overdue_nothing_is_hedged) {
    warm_up(both);
    a->takes = b->takes = 400ms;  // a database that all wait for
    send_each(both, 10);
    EXPECT_LE(both.hedges(), 10u);
    auto const before = both.hedges();
    send_each(both, 10);
    EXPECT_LE(both.hedges() - before, 10u);
    EXPECT_LE(a->messages.size() + b->messages.size(), 100u + 40u);
}

TEST_F(balancing, hedges_end_with_the_budget_of_retries) {
    balancing_options options;
    options.retries_max = 5;
    options.retries_per_item = 0;
    options.suspect_for = 0ms;
    balancing_channel thrifty(context(), {{"a", a}, {"b", b}}, options);
    warm_up(thrifty);
    hang(*a);
    auto const answers = send_each(thrifty, 40, {"orders.get", safety::safe}, clock.now() + given_up_after);
    EXPECT_EQ(thrifty.hedges(), 5u);
    EXPECT_EQ(std::ranges::count_if(answers, [](auto const& r) { return r.has_value(); }), 20 + 5);
}

TEST_F(balancing, what_is_under_way_at_an_instance_that_is_left_alone_goes_to_another_at_once_whatever_the_budget) {
    balancing_options options;
    options.retries_max = 0;
    options.retries_per_item = 0;
    balancing_channel thrifty(context(), {{"a", a}, {"b", b}}, options);
    warm_up(thrifty);
    hang(*a);
    auto const began = clock.now();
    asio::co_spawn(io, say_unwell_twice(thrifty, began + 1s), asio::detached);
    auto const answers = send_each(thrifty, 400, {"orders.get", safety::safe}, began + given_up_after);
    for (auto const& one : answers) EXPECT_TRUE(one);
    EXPECT_EQ(std::chrono::ceil<milliseconds>(clock.now() - began), 1'001ms);
    EXPECT_EQ(thrifty.hedges(), 200u);
}

TEST_F(balancing, an_instance_that_hangs_holds_up_only_what_was_sent_to_it) {
    balancing_channel over(context(), {{"a", a}, {"b", b}}, with_batching(1));
    warm_up(over);
    hang(*a);
    auto const before = a->messages.size();
    for (int i = 0; i < 5; ++i) {  // of each ten a half goes there first
        auto const began = clock.now();
        for (auto const& one : send_each(over, 10, {"orders.get", safety::safe}, began + given_up_after))
            EXPECT_TRUE(one);
        EXPECT_LE(clock.now() - began, 260ms);
        clock.advance(1s);
    }
    EXPECT_EQ(a->most_under_way, 1u);
    EXPECT_EQ(a->messages.size() - before, 1u) << "the others waited there, and were answered elsewhere";
    clock.run_for(io, 2 * given_up_after);
    EXPECT_EQ(over.waiting(), 0u);
}

TEST_F(balancing, an_instance_that_is_well_again_does_not_let_new_items_wait_behind_those_it_holds) {
    balancing_channel over(context(), {{"a", a}}, with_batching(1));
    warm_up(over);
    hang(*a);
    asio::co_spawn(io, ignore_answer(over), asio::detached);
    clock.run_for(io, 10ms);
    over.set_healthy("a", false);
    over.set_healthy("a", false);
    over.set_healthy("a", true);
    a->answer = true;
    a->takes = 1ms;
    EXPECT_EQ(time_of_answer(over), 1ms);
    clock.run_for(io, given_up_after);
    EXPECT_FALSE(over.instances().front().open) << "that the old one was lost says nothing of it now";
}

TEST_F(balancing, a_message_that_is_lost_counts_once_however_many_items_it_carried) {
    auto options = with_batching(1);
    options.attempts_max = 1;
    balancing_channel over(context(), {{"a", a}}, options);
    fail(*a);
    for (int i = 0; i < 5; ++i) {
        EXPECT_TRUE(over.is_available());
        send_each(over, 64);
    }
    EXPECT_EQ(a->messages.size(), 5u);
    EXPECT_FALSE(over.is_available());
}

TEST_F(balancing, once_an_item_may_have_arrived_nobody_says_that_it_did_not) {
    balancing_options options;
    options.failures_to_open = 1'000;
    balancing_channel over(context(), {{"a", a}, {"b", b}}, options);
    fail(*a, error_code::outcome_unknown);
    for (auto why : {error_code::unavailable, error_code::overloaded}) {
        fail(*b, why);
        for (int i = 0; i < 20; ++i) {
            auto const before = a->messages.size();
            auto const code = send(over).error().code();
            EXPECT_EQ(code, a->messages.size() > before ? error_code::outcome_unknown : why);
        }
    }
}

}  // namespace
}  // namespace shop::transport::tests
