#include <shop/notifications/rules.hpp>

#include <gmock/gmock.h>

#include "unit/held_rows.hpp"

namespace shop::notifications::tests {

using namespace std::chrono_literals;
using ::testing::SizeIs;

events::event confirmed() {
    events::event e;
    e.type = "shop.order.confirmed.v1";
    e.source.value.bytes[15] = 1;
    e.subject = "00000000-0000-0000-0000-000000000002";
    e.sequence = 2;
    e.data.status = "confirmed";
    e.data.customer_id = "ann";
    return e;
}

TEST(a_delivery, is_named_by_its_event_its_channel_and_its_recipient_alone) {
    auto const one = rules::new_delivery(confirmed(), "log", "ann");
    EXPECT_EQ(rules::new_delivery(confirmed(), "log", "ann").id, one.id);
    EXPECT_NE(rules::new_delivery(confirmed(), "mail", "ann").id, one.id);
    EXPECT_NE(rules::new_delivery(confirmed(), "log", "bob").id, one.id);
    auto other = confirmed();
    other.sequence = 3;
    EXPECT_NE(rules::new_delivery(other, "log", "ann").id, one.id);
    other = confirmed();
    other.subject[0] = '9';
    EXPECT_NE(rules::new_delivery(other, "log", "ann").id, one.id);
    other = confirmed();
    other.source.value.bytes[0] = 9;
    EXPECT_NE(rules::new_delivery(other, "log", "ann").id, one.id) << "a restored store tells again";
}

TEST(an_event, is_refused_when_its_subject_is_not_what_its_type_is_about) {
    auto about = confirmed();
    EXPECT_TRUE(rules::is_known(about));
    EXPECT_TRUE(rules::check(about));
    about.subject = "MUG";
    auto const no_order = rules::check(about);
    ASSERT_FALSE(no_order);
    EXPECT_EQ(no_order.error().code(), error_code::invalid_value);
    EXPECT_EQ(no_order.error().details().errors.front().pointer, "/subject");
    about.type = "shop.stock.in_stock.v1";
    EXPECT_TRUE(rules::check(about));
    about.subject = "";
    EXPECT_FALSE(rules::check(about));
    about.type = "shop.weather.changed.v1";
    EXPECT_FALSE(rules::is_known(about));
}

TEST(a_delivery, has_an_id_of_version_8) {
    auto const id = to_string(rules::new_delivery(confirmed(), "log", "ann").id);
    EXPECT_EQ(id[14], '8');
    EXPECT_THAT(id[19], ::testing::AnyOf('8', '9', 'a', 'b'));
}

TEST(a_delivery, becomes_a_message_for_people) {
    auto const message = rules::to_message(rules::new_delivery(confirmed(), "log", "ann"));
    EXPECT_EQ(message.recipient, "ann");
    EXPECT_EQ(message.event.type, "shop.order.confirmed.v1");
    EXPECT_EQ(rules::summary(message), "Your order 00000000-0000-0000-0000-000000000002 is confirmed.");
}

TEST(a_delivery, of_stock_stands_where_its_event_happened_and_names_the_sku) {
    events::event ran_out;
    ran_out.type = "shop.stock.out_of_stock.v1";
    ran_out.subject = "MUG";
    ran_out.sequence = 7;
    ran_out.data.status = "out_of_stock";
    ran_out.time = timestamp(1'700'000'000'000ms);
    auto const one = rules::new_delivery(ran_out, "log", "shop");
    EXPECT_EQ(rules::new_delivery(ran_out, "log", "shop").subject, one.subject);
    EXPECT_EQ(one.subject.born(), ran_out.time);
    auto later = ran_out;
    later.time += 1ms;
    later.sequence = 8;
    EXPECT_LT(one.subject, rules::new_delivery(later, "log", "shop").subject);
    auto const other = [&] {
        auto e = ran_out;
        e.subject = "CUP";
        return rules::new_delivery(e, "log", "shop");
    }();
    EXPECT_NE(other.subject, one.subject);
    EXPECT_NE(other.id, one.id);
    auto const message = rules::to_message(one);
    EXPECT_EQ(message.event.type, "shop.stock.out_of_stock.v1");
    EXPECT_EQ(message.recipient, "shop");
    EXPECT_EQ(message.sku, sku("MUG"));
    EXPECT_FALSE(message.order_id);
    EXPECT_EQ(rules::summary(message), "MUG is out of stock.");
}

class recording : public ::testing::Test {
protected:
    class one_attempt final : public decision_batch<store_schema> {
    public:
        explicit one_attempt(std::vector<rules::record_outcome> c) : commands(std::move(c)) {}
        key_set<store_schema> wanted() const override {
            key_set<store_schema> keys;
            for (auto const& c : commands) rules::want(keys, c);
            return keys;
        }
        boost::system::result<changes<store_schema>, key_set<store_schema>> decide(
            loaded_rows<store_schema> const& rows, attempt const& now) override {
            rules::rows state(rows);
            for (auto const& c : commands) rules::decide(state, c, now);
            return state.take_changes();
        }
        std::vector<rules::record_outcome> commands;
    };

    void record(delivery_record before, std::optional<error> failure = {}, std::uint64_t jitter = 0) {
        rules::record_outcome tried;
        tried.delivery = std::move(before);
        if (failure) tried.failure = *failure;
        tried.is_final = failure && failure->code() == error_code::undeliverable;
        tried.schedule = &schedule;
        tried.jitter = jitter;
        one_attempt batch({std::move(tried)});
        rows.run(batch, {now});
    }
    delivery_record stored() {
        auto const all = rows.all<delivery_record>();
        EXPECT_THAT(all, SizeIs(1));
        return all.front();
    }

    error const down{error_code::unavailable};
    retry_schedule const schedule = usual_retries();
    shop::tests::held_rows<store_schema> rows;
    timestamp now{1'700'000'000'000ms};
    delivery_record fresh = rules::new_delivery(confirmed(), "log", "ann");
};

TEST_F(recording, what_went_through_is_delivered) {
    record(fresh);
    EXPECT_EQ(stored().status, delivery_status::delivered);
    EXPECT_EQ(stored().created_at, now);
    EXPECT_FALSE(stored().next_attempt_at);
    ASSERT_THAT(stored().attempts.get(), SizeIs(1));
    EXPECT_FALSE(stored().attempts.get().front().failure);
}

TEST_F(recording, what_failed_waits_longer_each_time_and_never_more_than_an_hour) {
    record(fresh, down);
    EXPECT_EQ(stored().status, delivery_status::pending);
    EXPECT_EQ(*stored().next_attempt_at, now + 1s);
    record(stored(), down, 999);
    EXPECT_EQ(*stored().next_attempt_at, now + 1999ms);
    for (int i = 0; i < 7; ++i) {
        record(stored(), down, ~0ull);
        EXPECT_LE(*stored().next_attempt_at, now + 1h);
        EXPECT_GT(*stored().next_attempt_at, now + 1s);
    }
    EXPECT_EQ(stored().status, delivery_status::pending);
}

TEST_F(recording, after_ten_tries_it_is_given_up_and_stays_on_record) {
    record(fresh, down);
    for (int i = 1; i < 10; ++i) record(stored(), down);
    EXPECT_EQ(stored().status, delivery_status::dead);
    EXPECT_FALSE(stored().next_attempt_at);
    EXPECT_THAT(stored().attempts.get(), SizeIs(10));
}

TEST_F(recording, a_retry_that_goes_through_ends_the_waiting) {
    record(fresh, down);
    auto const created = now;
    now += 1s;
    record(stored());
    EXPECT_EQ(stored().status, delivery_status::delivered);
    EXPECT_FALSE(stored().next_attempt_at);
    EXPECT_EQ(stored().created_at, created);
    EXPECT_THAT(stored().attempts.get(), SizeIs(2));
}

TEST_F(recording, what_failed_for_good_is_dead_at_once_and_says_why) {
    record(fresh, error(error_code::undeliverable, "550 no such mailbox"));
    EXPECT_EQ(stored().status, delivery_status::dead);
    auto const tried = stored().attempts.get().front();
    EXPECT_EQ(tried.failure, "undeliverable");
    EXPECT_EQ(tried.detail, "550 no such mailbox");
    record(stored(),
           error(error_code::unavailable, std::string(limits::delivery_detail_bytes_max - 1, 'x') + "\u00e4"));
    EXPECT_EQ(stored().attempts.get().back().detail, std::string(limits::delivery_detail_bytes_max - 1, 'x'));
}

TEST_F(recording, who_asks_to_be_left_alone_is_and_no_longer_than_a_day) {
    error_details asks;
    asks.retry_after_s = 60;
    record(fresh, error(error_code::rate_limited, asks));
    EXPECT_EQ(*stored().next_attempt_at, now + 60s);
    asks.retry_after_s = 1'000'000;
    record(stored(), error(error_code::rate_limited, asks));
    EXPECT_EQ(*stored().next_attempt_at, now + 24h);
}

TEST_F(recording, what_is_asked_for_again_is_due_at_once_and_is_tried_by_the_whole_schedule) {
    record(fresh, down);
    for (int i = 1; i < 10; ++i) record(stored(), down);
    ASSERT_EQ(stored().status, delivery_status::dead);
    now += 1h;
    auto const ask = [&] {
        rules::keys keys;
        rules::redeliver again{key_of_record(fresh)};
        rules::want(keys, again);
        keys.normalise();
        auto const before = rows.all<delivery_record>();
        loaded_rows<store_schema> loaded(keys);
        loaded.groups<delivery_record>()[0] = before;
        rules::rows state(loaded);
        auto const answer = rules::decide(state, again, {now});
        auto changed = state.take_changes();
        for (auto& r : changed.puts<delivery_record>()) {
            r.revision += 1;
            rows.groups<delivery_record>().begin()->second = {r};
        }
        return answer;
    };
    auto const answer = ask();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, delivery_status::pending);
    EXPECT_EQ(stored().next_attempt_at, now);
    record(stored(), down);
    EXPECT_EQ(stored().status, delivery_status::pending);
    EXPECT_EQ(stored().next_attempt_at, now + 1s);
    EXPECT_THAT(stored().attempts.get(), SizeIs(11));
}

TEST_F(recording, what_is_put_off_or_not_wanted_was_not_tried) {
    record(fresh, down);
    rules::record_outcome later;
    later.delivery = stored();
    later.instead = delivery_status::pending;
    later.until = now + 8h;
    one_attempt batch({later});
    rows.run(batch, {now});
    EXPECT_EQ(stored().next_attempt_at, now + 8h);
    EXPECT_THAT(stored().attempts.get(), SizeIs(1));
    later.delivery = stored();
    later.instead = delivery_status::skipped;
    later.until.reset();
    one_attempt skipping({later});
    rows.run(skipping, {now});
    EXPECT_EQ(stored().status, delivery_status::skipped);
    EXPECT_FALSE(stored().next_attempt_at);
}

TEST(the_schedule_of_webhooks, is_that_of_the_standard) {
    EXPECT_EQ(webhook_retries().pauses,
              (std::vector<std::chrono::milliseconds>{5s, 5min, 30min, 2h, 5h, 10h, 14h, 20h, 24h}));
}

TEST_F(recording, who_comes_second_changes_nothing) {
    record(fresh, down);
    auto const seen_by_both = stored();
    record(seen_by_both);
    record(seen_by_both, down);
    record(fresh, down);  // the event told again
    EXPECT_EQ(stored().status, delivery_status::delivered);
    EXPECT_THAT(stored().attempts.get(), SizeIs(2));
}

TEST_F(recording, a_delivery_shows_all_its_tries) {
    record(fresh, down);
    auto const seen = rules::view(stored());
    EXPECT_EQ(seen.id, fresh.id);
    EXPECT_EQ(seen.channel, "log");
    EXPECT_EQ(seen.attempts.front().failure, "unavailable");
}

}  // namespace shop::notifications::tests
