#include <shop/testing/store_contracts.hpp>

#include "record_contract.hpp"

namespace shop::testing {

namespace {

using notifications::delivery_query;
using notifications::delivery_record;
using notifications::delivery_status;
using world = opened<notifications_room>;
using texts = std::vector<std::string>;

delivery_record delivery(int order, std::uint64_t version, std::string channel = "log",
                         delivery_status now = delivery_status::pending) {
    auto r = sample<delivery_record>::make(order);
    r.sequence = version;
    r.channel = std::move(channel);
    r.status = now;
    if (now != delivery_status::pending) r.next_attempt_at.reset();
    return r;
}
delivery_record due_at(int order, int when) {
    auto r = delivery(order, 2);
    r.next_attempt_at = nth_time(when);
    return r;
}

/// `1.2/log` is order 1, version 2.
texts names(std::vector<delivery_record> const& records) {
    texts out;
    for (auto const& r : records) {
        auto const order = (r.subject.born() - nth_time(0)).count();
        out.push_back(std::to_string(order) + '.' + std::to_string(r.sequence) + '/' + r.channel);
    }
    return out;
}
texts listed(world& w, delivery_query query) {
    if (query.limit == 0) query.limit = 100;
    return names(run(w.store().list(std::move(query))).value());
}
notifications::lane lane_of(std::string channel, std::string recipient = "ann") {
    return {std::move(channel), std::move(recipient)};
}
texts due(world& w, int when, std::size_t limit = 100, std::vector<notifications::lane> lanes = {lane_of("log")}) {
    return names(run(w.store().due(std::move(lanes), nth_time(when), limit)).value());
}
/// `log/ann`
texts lanes(world& w, int when, std::size_t limit = 100, std::optional<notifications::lane> after = {}) {
    texts out;
    for (auto const& l : run(w.store().due_lanes(nth_time(when), std::move(after), limit)).value()) {
        out.push_back(l.channel + '/' + l.recipient);
    }
    return out;
}

void register_list_tests(contract_suite<notifications_room>& suite) {
    suite.test("lists_deliveries_newest_orders_and_last_events_first_page_by_page", [](world& w) {
        ASSERT_TRUE(put(w.store(), std::vector{delivery(2, 2), delivery(1, 3), delivery(3, 2), delivery(1, 2),
                                               delivery(1, 2, "email"), delivery(1, 10)}));
        texts const all{"3.2/log", "2.2/log", "1.10/log", "1.3/log", "1.2/log", "1.2/email"};
        EXPECT_EQ(listed(w, {}), all);
        for (std::size_t size : {1, 2, 5, 6}) {
            texts seen;
            delivery_query page;
            page.limit = size;
            for (;;) {
                auto next = run(w.store().list(page)).value();
                auto more = names(next);
                seen.insert(seen.end(), more.begin(), more.end());
                ASSERT_LE(next.size(), size);
                if (next.size() < size) break;
                page.before = key_of_record(next.back());
            }
            EXPECT_EQ(seen, all) << "pages of " << size;
        }
    });

    suite.test("filters_deliveries_by_order_and_status", [](world& w) {
        ASSERT_TRUE(put(w.store(), std::vector{delivery(1, 2, "log", delivery_status::delivered), delivery(1, 3),
                                               delivery(2, 2, "log", delivery_status::dead), delivery(2, 3),
                                               delivery(3, 2, "log", delivery_status::delivered)}));
        delivery_query q;
        q.order_id = nth_id(1);
        EXPECT_EQ(listed(w, q), (texts{"1.3/log", "1.2/log"}));
        q.status = delivery_status::delivered;
        EXPECT_EQ(listed(w, q), (texts{"1.2/log"}));
        q = {};
        q.status = delivery_status::delivered;
        EXPECT_EQ(listed(w, q), (texts{"3.2/log", "1.2/log"}));
        q.limit = 1;
        EXPECT_EQ(listed(w, q), (texts{"3.2/log"}));
        q.before = key_of_record(delivery(3, 2));
        EXPECT_EQ(listed(w, q), (texts{"1.2/log"}));
        q.status = delivery_status::dead;
        EXPECT_EQ(listed(w, q), (texts{"2.2/log"}));
        q = {};
        q.order_id = nth_id(2);
        q.before = key_of_record(delivery(2, 3));
        EXPECT_EQ(listed(w, q), (texts{"2.2/log"}));
        q.before = key_of_record(delivery(1, 3));
        EXPECT_EQ(listed(w, q), texts{});
        q = {};
        q.order_id = nth_id(9);
        EXPECT_EQ(listed(w, q), texts{});
    });

    suite.test("filters_deliveries_by_channel", [](world& w) {
        ASSERT_TRUE(put(w.store(), std::vector{delivery(1, 2, "email"), delivery(1, 2), delivery(2, 2, "email"),
                                               delivery(3, 2, "email", delivery_status::dead)}));
        delivery_query q;
        q.channel = "email";
        EXPECT_EQ(listed(w, q), (texts{"3.2/email", "2.2/email", "1.2/email"}));
        q.status = delivery_status::dead;
        EXPECT_EQ(listed(w, q), (texts{"3.2/email"}));
        q.channel = "log";
        EXPECT_EQ(listed(w, q), texts{});
        q.status = {};
        q.order_id = nth_id(1);
        EXPECT_EQ(listed(w, q), (texts{"1.2/log"}));
        q.order_id = {};
        q.customer_id = "ann";
        EXPECT_EQ(listed(w, q), (texts{"1.2/log"}));
    });

    suite.test("lists_what_a_webhook_endpoint_is_told_and_nothing_else", [](world& w) {
        auto const to = [](std::string channel, std::string who, int order, std::uint64_t version,
                           delivery_status now = delivery_status::delivered) {
            auto r = delivery(order, version, std::move(channel), now);
            r.recipient = std::move(who);
            return r;
        };
        auto of_stock = to("webhook", "one", 9, 2);
        of_stock.sku = nth_sku(1);
        ASSERT_TRUE(put(w.store(), std::vector{to("webhook", "one", 1, 2), to("webhook", "two", 1, 2),
                                               to("email", "one", 2, 2), to("webhook", "one", 3, 2),
                                               to("webhook", "one", 3, 3, delivery_status::dead), of_stock}));
        delivery_query q;
        q.endpoint = "one";
        EXPECT_EQ(listed(w, q), (texts{"9.2/webhook", "3.3/webhook", "3.2/webhook", "1.2/webhook"}));
        q.limit = 2;
        EXPECT_EQ(listed(w, q), (texts{"9.2/webhook", "3.3/webhook"}));
        q.before = key_of_record(to("webhook", "one", 3, 3));
        EXPECT_EQ(listed(w, q), (texts{"3.2/webhook", "1.2/webhook"}));
        q = {};
        q.endpoint = "one";
        q.status = delivery_status::dead;
        EXPECT_EQ(listed(w, q), (texts{"3.3/webhook"}));
        q.endpoint = "nobody";
        EXPECT_EQ(listed(w, q), texts{});
    });

    suite.test("lists_what_a_customer_was_told_of_orders_and_nothing_else", [](world& w) {
        auto const to = [](std::string who, int order, std::uint64_t version,
                           delivery_status now = delivery_status::delivered) {
            auto r = delivery(order, version, "log", now);
            r.recipient = std::move(who);
            return r;
        };
        auto of_stock = to("bob", 9, 2);
        of_stock.sku = nth_sku(1);
        ASSERT_TRUE(put(w.store(), std::vector{to("ann", 1, 2), to("bob", 2, 2), to("bob", 2, 3, delivery_status::dead),
                                               to("ann", 3, 2), to("bob", 4, 2), to("bobby", 5, 2), of_stock}));
        delivery_query q;
        q.customer_id = "bob";
        EXPECT_EQ(listed(w, q), (texts{"4.2/log", "2.3/log", "2.2/log"}));
        q.limit = 2;
        EXPECT_EQ(listed(w, q), (texts{"4.2/log", "2.3/log"})) << "the others take no place of a page";
        q.before = key_of_record(to("bob", 2, 3));
        EXPECT_EQ(listed(w, q), (texts{"2.2/log"}));
        q.before = key_of_record(to("ann", 3, 2));
        EXPECT_EQ(listed(w, q), (texts{"2.3/log", "2.2/log"}));
        q.status = delivery_status::delivered;
        EXPECT_EQ(listed(w, q), (texts{"2.2/log"}));
        q = {};
        q.customer_id = "bob";
        q.order_id = nth_id(2);
        EXPECT_EQ(listed(w, q), (texts{"2.3/log", "2.2/log"}));
        q.order_id = nth_id(1);
        EXPECT_EQ(listed(w, q), texts{}) << "of an order of another customer";
        q.order_id = nth_id(9);
        EXPECT_EQ(listed(w, q), texts{}) << "of stock";
        q = {};
        q.customer_id = "nobody";
        EXPECT_EQ(listed(w, q), texts{});
        changes<notifications::store_schema> gone;
        gone.erase<delivery_record>(key_of_record(to("bob", 4, 2)));
        ASSERT_TRUE(write(w.store(), gone));
        q.customer_id = "bob";
        EXPECT_EQ(listed(w, q), (texts{"2.3/log", "2.2/log"}));
    });

    suite.test("lists_deliveries_as_they_are_now", [](world& w) {
        ASSERT_TRUE(put(w.store(), delivery(1, 2)));
        auto now = scan_all<delivery_record>(w.store()).at(0);
        now.status = delivery_status::delivered;
        now.next_attempt_at.reset();
        ASSERT_TRUE(put(w.store(), now));
        delivery_query q;
        q.status = delivery_status::pending;
        EXPECT_EQ(listed(w, q), texts{});
        q.status = delivery_status::delivered;
        EXPECT_EQ(listed(w, q), (texts{"1.2/log"}));
    });
}

void register_due_tests(contract_suite<notifications_room>& suite) {
    suite.test("finds_pending_deliveries_whose_time_has_come_the_longest_due_first", [](world& w) {
        ASSERT_TRUE(
            put(w.store(), std::vector{due_at(3, 10), due_at(1, 20), due_at(2, 11), due_at(5, 11), due_at(4, 5)}));
        EXPECT_EQ(due(w, 4), texts{});
        EXPECT_EQ(due(w, 10), (texts{"4.2/log", "3.2/log"})) << "at its time, not after it";
        EXPECT_EQ(due(w, 30), (texts{"4.2/log", "3.2/log", "2.2/log", "5.2/log", "1.2/log"}))
            << "those of one moment by key";
        EXPECT_EQ(due(w, 30, 2), (texts{"4.2/log", "3.2/log"}));
        EXPECT_EQ(due(w, 30, 0), texts{});
    });

    suite.test("finds_no_delivery_that_is_done_or_has_no_time", [](world& w) {
        auto dead = due_at(1, 1);
        dead.status = delivery_status::dead;
        auto delivered = due_at(2, 1);
        delivered.status = delivery_status::delivered;
        auto resting = delivery(3, 2);
        resting.next_attempt_at.reset();
        ASSERT_TRUE(put(w.store(), std::vector{dead, delivered, resting, due_at(4, 1)}));
        EXPECT_EQ(due(w, 5), (texts{"4.2/log"}));
    });

    suite.test("forgets_a_delivery_that_is_made_and_finds_one_that_is_due_again", [](world& w) {
        ASSERT_TRUE(put(w.store(), std::vector{due_at(1, 1), due_at(2, 1)}));
        auto all = scan_all<delivery_record>(w.store());
        all.at(0).status = delivery_status::delivered;
        all.at(0).next_attempt_at.reset();
        all.at(1).next_attempt_at = nth_time(50);
        ASSERT_TRUE(put(w.store(), all));
        EXPECT_EQ(due(w, 49), texts{});
        EXPECT_EQ(due(w, 50), (texts{"2.2/log"}));
        changes<notifications::store_schema> gone;
        gone.erase<delivery_record>(key_of_record(all.at(1)));
        ASSERT_TRUE(write(w.store(), gone));
        EXPECT_EQ(due(w, 50), texts{});
    });

    suite.test("finds_what_is_due_lane_by_lane", [](world& w) {
        auto const in = [](std::string channel, std::string recipient, int order, int when) {
            auto r = due_at(order, when);
            r.channel = std::move(channel);
            r.recipient = std::move(recipient);
            return r;
        };
        ASSERT_TRUE(
            put(w.store(), std::vector{in("email", "ann", 1, 5), in("email", "bob", 2, 5), in("log", "ann", 3, 5),
                                       in("email", "ann", 4, 1), in("email", "cat", 5, 90)}));
        EXPECT_EQ(lanes(w, 10), (texts{"email/ann", "email/bob", "log/ann"}));
        EXPECT_EQ(lanes(w, 1), (texts{"email/ann"}));
        EXPECT_EQ(lanes(w, 0), texts{});
        EXPECT_EQ(lanes(w, 99, 2), (texts{"email/ann", "email/bob"}));
        EXPECT_EQ(lanes(w, 99, 2, lane_of("email", "bob")), (texts{"email/cat", "log/ann"}));
        EXPECT_EQ(lanes(w, 10, 9, lane_of("log")), texts{});
        EXPECT_EQ(due(w, 10, 9, {lane_of("email")}), (texts{"4.2/email", "1.2/email"}));
        EXPECT_EQ(due(w, 10, 1, {lane_of("log"), lane_of("email"), lane_of("email", "bob"), lane_of("no")}),
                  (texts{"3.2/log", "4.2/email", "2.2/email"}));
    });

    suite.test("holds_back_what_stands_behind_an_earlier_one_of_its_subject_and_lane_alone", [](world& w) {
        auto first = due_at(1, 50);
        auto second = due_at(1, 1);
        second.sequence = 3;
        auto to_bob = second;
        to_bob.recipient = "bob";
        auto by_mail = second;
        by_mail.channel = "email";
        ASSERT_TRUE(put(w.store(), std::vector{first, second, to_bob, by_mail, due_at(2, 2)}));
        EXPECT_EQ(due(w, 9), (texts{"2.2/log"})) << "the first waits for its time, and the second for the first";
        EXPECT_EQ(due(w, 9, 9, {lane_of("log", "bob")}), (texts{"1.3/log"}));
        EXPECT_EQ(due(w, 9, 9, {lane_of("email")}), (texts{"1.3/email"}));
        EXPECT_EQ(due(w, 60), (texts{"2.2/log", "1.2/log"}));
        for (auto& r : scan_all<delivery_record>(w.store())) {
            if (key_of_record(r) != key_of_record(first)) continue;
            r.status = delivery_status::dead;
            r.next_attempt_at.reset();
            ASSERT_TRUE(put(w.store(), r));
        }
        EXPECT_EQ(due(w, 9), (texts{"1.3/log", "2.2/log"})) << "nobody waits for a dead one";
    });

    suite.test("finds_a_delivery_by_its_id_unless_it_went_through_at_once", [](world& w) {
        auto at_once = delivery(1, 2, "log", delivery_status::delivered);
        auto by_mail = delivery(2, 2, "email", delivery_status::delivered);
        by_mail.event = document(events::event{});
        ASSERT_TRUE(put(w.store(),
                        std::vector{at_once, by_mail, delivery(3, 2, "log", delivery_status::dead), delivery(4, 2)}));
        auto const found = [&](int order) {
            auto const one = run(w.store().find(nth_id<delivery_id>(order))).value();
            return one ? names({*one}) : texts{};
        };
        EXPECT_EQ(found(1), texts{});
        EXPECT_EQ(found(2), (texts{"2.2/email"}));
        EXPECT_EQ(found(3), (texts{"3.2/log"}));
        EXPECT_EQ(found(4), (texts{"4.2/log"}));
        EXPECT_EQ(found(5), texts{});
        auto all = scan_all<delivery_record>(w.store());
        all.at(2).status = delivery_status::delivered;
        ASSERT_TRUE(put(w.store(), all.at(2)));
        EXPECT_EQ(found(3), texts{});
    });

    suite.test("keeps_one_delivery_per_event_channel_and_recipient", [](world& w) {
        ASSERT_TRUE(put(w.store(), delivery(1, 2)));
        EXPECT_FALSE(put(w.store(), std::vector{delivery(1, 3), delivery(1, 2)})) << "the event was taken in before";
        EXPECT_EQ(listed(w, {}), (texts{"1.2/log"}));
        auto to_bob = delivery(1, 2);
        to_bob.recipient = "bob";
        EXPECT_TRUE(put(w.store(), std::vector{delivery(1, 2, "email"), to_bob}));
        EXPECT_EQ(listed(w, {}).size(), 3u);
    });
}

}  // namespace

void register_notifications_store_contract(std::string const& name, store_subject const& subject) {
    contract_suite<notifications_room> suite(name + "_notifications_store", subject);
    register_record_contract(suite);
    register_list_tests(suite);
    register_due_tests(suite);
}

}  // namespace shop::testing
