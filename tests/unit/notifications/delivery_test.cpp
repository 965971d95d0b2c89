// How deliveries are made: on virtual time, over a channel that does as it is told.

#include "deliveries.hpp"

namespace shop::notifications::tests {

TEST_F(deliveries, are_recorded_before_the_teller_is_answered_and_sent_after) {
    turn->on = false;
    tell(became("confirmed"));
    EXPECT_THAT(listed(), ElementsAre("ann/2 pending 0"));
    EXPECT_THAT(letters->tried, IsEmpty()) << "somebody else sends";
    turn->on = true;
    ASSERT_TRUE(arrive(1));
    EXPECT_THAT(listed(), ElementsAre("ann/2 delivered 1"));
    auto const& m = letters->got[0].what;
    EXPECT_EQ(m.event.type, "shop.order.confirmed.v1");
    EXPECT_EQ(m.event.data.customer_id, "ann");
    EXPECT_EQ(m.channel, "post");
}

TEST_F(deliveries, are_made_once_however_often_the_event_is_told) {
    for (int i = 0; i < 3; ++i) tell(became("confirmed"));
    ASSERT_TRUE(arrive(1));
    tell(became("confirmed"));
    pass(1000s);
    EXPECT_THAT(letters->tried, SizeIs(1));
}

TEST_F(deliveries, that_fail_are_tried_again_by_the_schedule_with_the_same_id) {
    letters->failing["ann/2"] = {down, down, error(error_code::outcome_unknown)};
    tell(became("confirmed"));
    ASSERT_TRUE(arrive(1));
    auto const at = letters->times();
    ASSERT_THAT(at, SizeIs(4));
    EXPECT_GE(at[1] - at[0], 1s);
    EXPECT_LE(at[1] - at[0], 3s) << "a look a second";
    EXPECT_GE(at[2] - at[1], 10s);
    EXPECT_GE(at[3] - at[2], 100s);
    std::set<delivery_id> named;
    for (auto const& one : letters->tried) named.insert(one.what.id);
    EXPECT_THAT(named, SizeIs(1));
    EXPECT_THAT(listed(), ElementsAre("ann/2 delivered 4"));
}

TEST_F(deliveries, that_fail_too_often_are_dead_and_are_made_when_somebody_asks_again) {
    letters->failing["ann/2"] = {down, down, down, down};
    tell(became("confirmed"));
    ASSERT_TRUE(run_until([&] { return letters->tried.size() == 4; }));
    pass(1000s);
    EXPECT_THAT(letters->tried, SizeIs(4));
    list_notifications dead;
    dead.status = delivery_status::dead;
    dead.channel = "post";
    ASSERT_THAT(listed(dead), ElementsAre("ann/2 dead 4"));
    auto const id = ask(&service::list, dead)->items[0].id;
    auto const again = ask(&service::redeliver, redeliver_notification(id));
    ASSERT_TRUE(again) << again.error().message();
    EXPECT_EQ(again->status, delivery_status::pending);
    ASSERT_TRUE(arrive(1));
    EXPECT_THAT(listed(), ElementsAre("ann/2 delivered 5"));
    EXPECT_EQ(letters->got[0].what.id, id);
    ASSERT_TRUE(ask(&service::redeliver, redeliver_notification(id))) << "what was delivered can be asked for, too";
    ASSERT_TRUE(arrive(2));
    EXPECT_EQ(ask(&service::redeliver, redeliver_notification(delivery_id{})).error().code(), error_code::not_found);
}

TEST_F(deliveries, that_are_dead_are_asked_for_by_filter) {
    for (auto const* who : {"ann", "bob", "cat"}) {
        letters->failing[std::string(who) + "/2"] = {no_such_box};
        tell(became("confirmed", who));
    }
    ASSERT_TRUE(run_until([&] { return letters->tried.size() == 3 && telling->is_idle(); }));
    EXPECT_THAT(listed(), ElementsAre("cat/2 dead 1", "bob/2 dead 1", "ann/2 dead 1"));
    redeliver_notifications wanted;
    EXPECT_EQ(ask(&service::redeliver_all, wanted).error().code(), error_code::invalid_value);
    wanted.order_id = ordered.at("bob0");
    auto const one = ask(&service::redeliver_all, wanted);
    ASSERT_TRUE(one);
    EXPECT_EQ(one->count, 1);
    EXPECT_FALSE(one->next_cursor);
    ASSERT_TRUE(arrive(1));
    EXPECT_THAT(letters->names(), ElementsAre("bob/2"));
    wanted = {};
    wanted.channel = "post";
    EXPECT_EQ(ask(&service::redeliver_all, wanted)->count, 2);
    ASSERT_TRUE(arrive(3));
    EXPECT_EQ(ask(&service::redeliver_all, wanted)->count, 0);
    wanted.status = delivery_status::delivered;
    wanted.limit = 2;
    auto const some = ask(&service::redeliver_all, wanted);
    EXPECT_EQ(some->count, 2);
    ASSERT_TRUE(some->next_cursor);
    wanted.cursor = some->next_cursor;
    ASSERT_TRUE(arrive(5));
    EXPECT_EQ(ask(&service::redeliver_all, wanted)->count, 1);
    ASSERT_TRUE(arrive(6));
    wanted.cursor.reset();
    wanted.since = clock.stamp() + 1h;
    EXPECT_EQ(ask(&service::redeliver_all, wanted)->count, 0);
    wanted.status = delivery_status::pending;
    EXPECT_EQ(ask(&service::redeliver_all, wanted).error().details().errors.front().pointer, "/status");
}

TEST_F(deliveries, of_one_order_keep_their_order_and_hold_back_nobody_elses) {
    letters->failing["ann/2"] = {down, down};
    tell(became("confirmed"));
    tell(became("shipped", "ann", 3));
    tell(became("confirmed", "ann", 5, 1));
    tell(became("confirmed", "bob"));
    ASSERT_TRUE(arrive(4));
    auto const names = letters->names();
    EXPECT_THAT(std::vector(names.begin(), names.begin() + 2), ::testing::UnorderedElementsAre("ann/5", "bob/2"));
    EXPECT_THAT(std::vector(names.begin() + 2, names.end()), ElementsAre("ann/2", "ann/3"));
}

TEST_F(deliveries, that_are_poison_hold_back_their_own_order_until_they_are_given_up) {
    letters->failing["ann/2"] = {no_such_box};
    letters->failing["bob/2"] = {down, down, down, down};
    for (auto const* who : {"ann", "bob"}) {
        tell(became("confirmed", who));
        tell(became("shipped", who, 3));
    }
    ASSERT_TRUE(arrive(2));
    EXPECT_THAT(letters->names(), ElementsAre("ann/3", "bob/3"));
    EXPECT_LT(letters->got[0].at, 3s);
    EXPECT_GE(letters->got[1].at, 111s);
    EXPECT_THAT(listed(), ElementsAre("bob/3 delivered 1", "bob/2 dead 4", "ann/3 delivered 1", "ann/2 dead 1"));
}

TEST_F(deliveries, to_somebody_who_hangs_delay_nobody_else) {
    end();
    letters->like.recipients_max = 4;
    begin();
    for (int i = 0; i < 3; ++i) {
        auto const who = "hanging-" + std::to_string(i);
        letters->slowness[who] = 15s;
        for (std::uint64_t v = 2; v < 40; ++v) letters->failing[who + '/' + std::to_string(v)] = {down, down, down};
        for (int n = 0; n < 20; ++n) tell(became("confirmed", who, 2 + static_cast<std::uint64_t>(n), n));
    }
    for (int i = 0; i < 50; ++i) tell(became("confirmed", "customer-" + std::to_string(i)));
    ASSERT_TRUE(run_until([&] { return letters->got.size() >= 50; }));
    EXPECT_LT(letters->got.back().at, 2s);
    EXPECT_EQ(letters->most_under_way, 4u);
}

TEST_F(deliveries, to_more_who_hang_than_have_a_turn_at_once_leave_turns_for_others) {
    end();
    letters->like.recipients_max = 2;
    begin();
    for (int i = 0; i < 4; ++i) {
        auto const who = "hanging-" + std::to_string(i);
        letters->slowness[who] = 15s;
        for (int n = 0; n < 3; ++n) {
            letters->failing[who + '/' + std::to_string(2 + n)] = {down, down, down, down};
            tell(became("confirmed", who, 2 + static_cast<std::uint64_t>(n), n));
        }
    }
    pass(5s);
    for (int i = 0; i < 10; ++i) tell(became("confirmed", "customer-" + std::to_string(i)));
    ASSERT_TRUE(run_until([&] { return letters->got.size() >= 10; }));
    EXPECT_LT(letters->got.back().at, 150s) << "after a turn of each";
}

TEST_F(deliveries, that_were_sent_and_not_recorded_are_sent_again_with_the_same_id) {
    turn->on = false;
    tell(became("confirmed"));
    fault_at_next = fault::crash_before;
    turn->on = true;
    ASSERT_TRUE(run_until([&] { return plan->dead(); }));
    ASSERT_THAT(letters->got, SizeIs(1));
    end();
    plan = std::make_shared<testing::fault_plan>([](std::uint64_t) { return fault::none; });
    stores = testing::with_faults(memory, plan);
    begin();
    ASSERT_TRUE(arrive(2));
    EXPECT_EQ(letters->got[0].what.id, letters->got[1].what.id);
    EXPECT_THAT(listed(), ElementsAre("ann/2 delivered 1"));
}

TEST_F(deliveries, that_a_process_left_are_made_by_the_next) {
    turn->on = false;
    for (int i = 0; i < 1000; ++i) tell(became("confirmed", "customer-" + std::to_string(i)));
    end();
    turn->on = true;
    begin();
    ASSERT_TRUE(arrive(1000));
    EXPECT_THAT(letters->got, SizeIs(1000));
}

TEST_F(deliveries, to_many_are_recorded_with_few_commits) {
    std::vector<events::event> many;
    for (int i = 0; i < 300; ++i) many.push_back(became("confirmed", "customer-" + std::to_string(i)));
    for (auto const& one : ask_all<noted, events::event>(&service::notify, many)) EXPECT_TRUE(one);
    ASSERT_TRUE(arrive(300));
    EXPECT_LE(plan->commits(), 30u);
}

TEST_F(deliveries, of_a_channel_that_takes_several_come_together_and_none_of_one_order) {
    end();
    letters->like.messages_max = 8;
    turn->on = false;
    begin();
    for (int n = 0; n < 20; ++n) tell(became("confirmed", "ann", 2, n));
    tell(became("shipped", "ann", 3, 0));
    turn->on = true;
    ASSERT_TRUE(arrive(21));
    EXPECT_EQ(letters->largest, 8u);
    EXPECT_EQ(letters->names().back(), "ann/3");
}

TEST_F(deliveries, are_put_off_as_long_as_a_recipient_asks) {
    error_details asks;
    asks.retry_after_s = 60;
    letters->failing["ann/2"] = {error(error_code::rate_limited, asks)};
    tell(became("confirmed"));
    ASSERT_TRUE(arrive(1));
    EXPECT_GE(letters->times()[1], 60s);
}

TEST_F(deliveries, of_a_channel_that_breaks_off_are_tried_again) {
    letters->throws = true;
    tell(became("confirmed"));
    ASSERT_TRUE(run_until([&] { return letters->tried.size() == 1 && telling->is_idle(); }));
    letters->throws = false;
    ASSERT_TRUE(arrive(1));
    auto const all = ask(&service::list, list_notifications());
    EXPECT_EQ(all->items[0].attempts[0].failure, "internal");
}

TEST_F(deliveries, wait_when_a_recipient_got_as_many_as_they_may) {
    end();
    options.rate = 2;
    options.rate_window = 60s;
    letters->like.is_for_people = true;
    begin();
    for (int n = 0; n < 5; ++n) tell(became("confirmed", "ann", 2, n));
    tell(became("confirmed", "bob"));
    ASSERT_TRUE(arrive(6));
    std::map<std::string, std::vector<std::chrono::milliseconds>> at;
    for (auto const& one : letters->got) at[one.what.recipient].push_back(one.at);
    EXPECT_LT(at["bob"][0], 2s);
    EXPECT_LT(at["ann"][1], 2s);
    EXPECT_GE(at["ann"][2], 60s);
    EXPECT_GE(at["ann"][4], 120s);
}

/// A crash, or a commit of which nobody knows, at each commit in turn.
TEST_F(deliveries, are_all_made_in_order_and_with_one_id_each_whatever_breaks_at_whichever_commit) {
    for (auto const how : {fault::crash_before, fault::crash_after, fault::unknown_written, fault::unknown_unwritten,
                           fault::unavailable}) {
        bool struck = true;
        for (std::uint64_t n = 1; struck; ++n) {
            SCOPED_TRACE("fault " + std::to_string(static_cast<int>(how)) + " at commit " + std::to_string(n));
            end();
            memory = storage::memory()(store_context).value();
            plan = testing::fault_plan::at(n, how);
            stores = testing::with_faults(memory, plan);
            letters = std::make_shared<post>(clock);
            letters->like.retries = {{1s, 10s, 100s}, 0};
            letters->failing["bob/2"] = {down};
            ordered.clear();
            std::vector<events::event> events;
            for (auto const* who : {"ann", "bob", "cat"}) {
                events.push_back(became("confirmed", who));
                events.push_back(became("shipped", who, 3));
            }
            begin();
            (void)ask_all<noted, events::event>(&service::notify, events);
            pass(20s);
            if (plan->dead()) {
                end();
                stores = memory;
                begin();
            }
            // The relay tells again what it does not know to be taken in.
            for (auto const& one : ask_all<noted, events::event>(&service::notify, events)) ASSERT_TRUE(one);
            auto const all_made = [&] {
                std::set<delivery_id> made;
                for (auto const& one : letters->got) made.insert(one.what.id);
                return made.size() == events.size() && telling->is_idle();
            };
            ASSERT_TRUE(run_until(all_made));
            list_notifications delivered;
            delivered.status = delivery_status::delivered;
            ASSERT_TRUE(run_until([&] { return telling->is_idle(); }));
            pass(3s);
            EXPECT_THAT(listed(delivered), SizeIs(events.size()));
            std::map<std::string, std::set<delivery_id>> ids_of;
            std::map<std::string, std::uint64_t> seen;
            for (auto const& one : letters->got) {
                ids_of[post::key(one.what)].insert(one.what.id);
                EXPECT_GE(one.what.version, seen[one.what.recipient]) << "a later one came first";
                seen[one.what.recipient] = one.what.version;
            }
            for (auto const& [which, named] : ids_of) EXPECT_THAT(named, SizeIs(1)) << which;
            struck = plan->struck() > 0;
        }
    }
}

}  // namespace shop::notifications::tests
