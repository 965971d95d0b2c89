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

TEST(a_delivery, is_named_by_its_event_and_its_channel_alone) {
    auto const one = rules::new_delivery(confirmed(), "log");
    EXPECT_EQ(rules::new_delivery(confirmed(), "log").id, one.id);
    EXPECT_NE(rules::new_delivery(confirmed(), "mail").id, one.id);
    auto other = confirmed();
    other.sequence = 3;
    EXPECT_NE(rules::new_delivery(other, "log").id, one.id);
    other = confirmed();
    other.subject[0] = '9';
    EXPECT_NE(rules::new_delivery(other, "log").id, one.id);
    other = confirmed();
    other.source.value.bytes[0] = 9;
    EXPECT_NE(rules::new_delivery(other, "log").id, one.id) << "a restored store tells again";
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
    auto const id = to_string(rules::new_delivery(confirmed(), "log").id);
    EXPECT_EQ(id[14], '8');
    EXPECT_THAT(id[19], ::testing::AnyOf('8', '9', 'a', 'b'));
}

TEST(a_delivery, becomes_a_message_for_people) {
    auto const message = rules::to_message(rules::new_delivery(confirmed(), "log"));
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
    auto const one = rules::new_delivery(ran_out, "log");
    EXPECT_EQ(rules::new_delivery(ran_out, "log").subject, one.subject);
    EXPECT_EQ(one.subject.born(), ran_out.time);
    auto later = ran_out;
    later.time += 1ms;
    later.sequence = 8;
    EXPECT_LT(one.subject, rules::new_delivery(later, "log").subject);
    auto const other = [&] {
        auto e = ran_out;
        e.subject = "CUP";
        return rules::new_delivery(e, "log");
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
        explicit one_attempt(std::vector<rules::record_attempt> c) : commands(std::move(c)) {}
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
        std::vector<rules::record_attempt> commands;
    };

    void record(delivery_record before, std::optional<std::string> failure = {}, std::uint64_t jitter = 0) {
        one_attempt batch({{std::move(before), std::move(failure), jitter}});
        rows.run(batch, {now});
    }
    delivery_record stored() {
        auto const all = rows.all<delivery_record>();
        EXPECT_THAT(all, SizeIs(1));
        return all.front();
    }

    shop::tests::held_rows<store_schema> rows;
    timestamp now{1'700'000'000'000ms};
    delivery_record fresh = rules::new_delivery(confirmed(), "log");
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
    record(fresh, "unavailable");
    EXPECT_EQ(stored().status, delivery_status::pending);
    EXPECT_EQ(*stored().next_attempt_at, now + 1s);
    record(stored(), "unavailable", 999);
    EXPECT_EQ(*stored().next_attempt_at, now + 1999ms);
    for (int i = 0; i < 7; ++i) {
        record(stored(), "unavailable", ~0ull);
        EXPECT_LE(*stored().next_attempt_at, now + 1h);
        EXPECT_GT(*stored().next_attempt_at, now + 1s);
    }
    EXPECT_EQ(stored().status, delivery_status::pending);
}

TEST_F(recording, after_ten_tries_it_is_given_up_and_stays_on_record) {
    record(fresh, "unavailable");
    for (int i = 1; i < 10; ++i) record(stored(), "unavailable");
    EXPECT_EQ(stored().status, delivery_status::dead);
    EXPECT_FALSE(stored().next_attempt_at);
    EXPECT_THAT(stored().attempts.get(), SizeIs(10));
}

TEST_F(recording, a_retry_that_goes_through_ends_the_waiting) {
    record(fresh, "unavailable");
    auto const created = now;
    now += 1s;
    record(stored());
    EXPECT_EQ(stored().status, delivery_status::delivered);
    EXPECT_FALSE(stored().next_attempt_at);
    EXPECT_EQ(stored().created_at, created);
    EXPECT_THAT(stored().attempts.get(), SizeIs(2));
}

TEST_F(recording, who_comes_second_changes_nothing) {
    record(fresh, "unavailable");
    auto const seen_by_both = stored();
    record(seen_by_both);
    record(seen_by_both, "unavailable");
    record(fresh, "unavailable");  // the event told again
    EXPECT_EQ(stored().status, delivery_status::delivered);
    EXPECT_THAT(stored().attempts.get(), SizeIs(2));
}

TEST_F(recording, a_delivery_shows_all_its_tries) {
    record(fresh, "unavailable");
    auto const seen = rules::view(stored());
    EXPECT_EQ(seen.id, fresh.id);
    EXPECT_EQ(seen.channel, "log");
    EXPECT_EQ(seen.attempts.front().failure, "unavailable");
}

}  // namespace shop::notifications::tests
