#include "unit/service_fixture.hpp"

#include <set>

#include <shop/core/pagination_cursor.hpp>
#include <shop/notifications/make_service.hpp>
#include <shop/notifications/rules.hpp>

namespace shop::notifications::tests {

using shop::testing::fault;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// Keeps what it is handed, and refuses what goes to those it is told to refuse.
class letter_box final : public channel {
public:
    std::string_view name() const override { return "letters"; }
    channel_traits traits() const override {
        channel_traits at_once;
        at_once.is_immediate = true;
        return at_once;
    }
    results<void> send(std::vector<message> messages) override {
        std::vector<result<void>> answers;
        for (auto& m : messages) {
            if (unreachable.contains(m.recipient)) {
                answers.emplace_back(error(error_code::unavailable));
                continue;
            }
            answers.emplace_back();
            got.push_back(std::move(m));
        }
        co_return answers;
    }
    std::vector<std::string> texts() const {
        std::vector<std::string> out;
        for (auto const& m : got) out.push_back(m.recipient + ": " + rules::summary(m));
        return out;
    }

    std::vector<message> got;
    std::set<std::string> unreachable;
};

class notifications_service : public shop::tests::service_suite<service> {
protected:
    notifications_service() { tested = reached(std::shared_ptr<service>(telling), &transport::remote_notifications); }
    ~notifications_service() override {
        telling->stop();
        io.poll();
    }

    events::event became(std::string status, std::string customer = "ann", std::uint64_t version = 2) {
        events::event e;
        e.type = events::type_of(events::about_order, status);
        e.source.value.bytes[15] = 1;
        e.subject = to_string(orders.try_emplace(customer, ids.draw<order_id>(clock.stamp())).first->second);
        e.sequence = version;
        e.time = clock.stamp();
        e.data.status = std::move(status);
        e.data.customer_id = std::move(customer);
        return e;
    }
    events::event ran(char const* which, std::string status, std::uint64_t version = 7) {
        events::event e;
        e.type = events::type_of(events::about_stock, status);
        e.source.value.bytes[15] = 2;
        e.subject = which;
        e.sequence = version;
        e.time = clock.stamp();
        e.data.status = std::move(status);
        return e;
    }
    /// `shop.order.confirmed.v1 ann delivered`, as the list has them.
    std::vector<std::string> listed(list_notifications what = {}, call with = {}) {
        std::vector<std::string> out;
        auto const page = ask(&service::list, std::move(what), std::move(with));
        if (!page) return {std::string(page.error().word())};
        for (auto const& d : page->items) {
            out.push_back(d.event_type + ' ' + d.recipient + ' ' + std::string(to_word(d.status)));
        }
        return out;
    }
    static call as(std::string customer) {
        auto who = std::make_shared<principal>();
        who->account = who->customer_id = std::move(customer);
        who->scopes = {"notifications:read"};
        return call(std::move(who));
    }

    std::map<std::string, order_id> orders;
    std::shared_ptr<letter_box> letters = std::make_shared<letter_box>();
    std::shared_ptr<running_service> telling = make_service({stores.notifications, {letters}, context()});
};

TEST_F(notifications_service, tells_the_customer_once_however_often_it_is_told) {
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(ask(&service::notify, became("confirmed")));
    ASSERT_THAT(letters->got, SizeIs(1));
    EXPECT_EQ(letters->got[0].recipient, "ann");
    EXPECT_EQ(letters->got[0].order_id, orders.at("ann"));
    EXPECT_EQ(letters->got[0].version, 2u);
    EXPECT_EQ(rules::summary(letters->got[0]), "Your order " + to_string(orders.at("ann")) + " is confirmed.");
    EXPECT_THAT(listed(), ElementsAre("shop.order.confirmed.v1 ann delivered"));
}

TEST_F(notifications_service, tells_who_runs_the_shop_what_runs_out) {
    ASSERT_TRUE(ask(&service::notify, ran("MUG", "low_stock", 3)));
    clock.advance(std::chrono::milliseconds(1));
    ASSERT_TRUE(ask(&service::notify, ran("MUG", "out_of_stock", 5)));
    clock.advance(std::chrono::milliseconds(1));
    ASSERT_TRUE(ask(&service::notify, ran("MUG", "in_stock", 6)));
    EXPECT_THAT(letters->texts(), ElementsAre("shop: MUG is low in stock.", "shop: MUG is out of stock.",
                                              "shop: MUG is in stock again."));
    auto const all = ask(&service::list, list_notifications());
    ASSERT_THAT(all->items, SizeIs(3));
    EXPECT_EQ(all->items[1].event_type, "shop.stock.out_of_stock.v1");
    EXPECT_EQ(all->items[1].sku, sku("MUG"));
    EXPECT_EQ(all->items[1].stock_version, 5u);
    EXPECT_FALSE(all->items[1].order_id);
    EXPECT_FALSE(all->items[1].order_version);
}

TEST_F(notifications_service, skips_what_it_does_not_know_and_refuses_what_cannot_be) {
    auto unknown = became("confirmed");
    unknown.type = "shop.weather.changed.v1";
    auto wrong = became("confirmed", "bob");
    wrong.subject = "no order";
    auto const answers = ask_all<noted, events::event>(&service::notify, {unknown, wrong, became("confirmed", "cat")});
    EXPECT_TRUE(answers[0]);
    ASSERT_FALSE(answers[1]);
    EXPECT_EQ(answers[1].error().code(), error_code::invalid_value);
    EXPECT_TRUE(answers[2]);
    EXPECT_THAT(listed(), ElementsAre("shop.order.confirmed.v1 cat delivered"));
}

TEST_F(notifications_service, takes_many_events_in_with_one_commit) {
    std::vector<events::event> many;
    for (int i = 0; i < 300; ++i) many.push_back(became("confirmed", "customer-" + std::to_string(i)));
    for (auto const& one : ask_all<noted, events::event>(&service::notify, many)) EXPECT_TRUE(one);
    EXPECT_THAT(letters->got, SizeIs(300));
    EXPECT_EQ(plan->commits(), 1u);
    for (auto const& one : ask_all<noted, events::event>(&service::notify, many)) EXPECT_TRUE(one);
    EXPECT_THAT(letters->got, SizeIs(300));
}

TEST_F(notifications_service, one_that_cannot_be_reached_does_not_keep_the_others_from_hearing) {
    letters->unreachable = {"ann"};
    for (auto const& one :
         ask_all<noted, events::event>(&service::notify, {became("confirmed"), became("confirmed", "bob")})) {
        EXPECT_TRUE(one) << "taken in is taken in";
    }
    EXPECT_THAT(listed(), ElementsAre("shop.order.confirmed.v1 bob delivered", "shop.order.confirmed.v1 ann pending"));
    letters->unreachable.clear();
    telling->start();
    clock.advance(std::chrono::seconds(3));
    list_notifications delivered;
    delivered.status = delivery_status::delivered;
    EXPECT_TRUE(run_until([&] { return letters->got.size() == 2; }));
    run_until([&] { return plan->commits() == 2; });
    EXPECT_THAT(listed(delivered), SizeIs(2));
}

TEST_F(notifications_service, lists_newest_first_page_by_page_and_what_is_asked_for) {
    for (auto const* who : {"ann", "bob", "cat"}) ASSERT_TRUE(ask(&service::notify, became("confirmed", who)));
    ASSERT_TRUE(ask(&service::notify, became("shipped", "ann", 3)));
    list_notifications next;
    next.limit = 3;
    auto const first = ask(&service::list, next);
    ASSERT_THAT(first->items, SizeIs(3));
    EXPECT_EQ(first->items[0].recipient, "cat");
    EXPECT_EQ(first->items[2].event_type, "shop.order.shipped.v1") << "the order stands where it was placed";
    ASSERT_TRUE(first->next_cursor);
    next.cursor = first->next_cursor;
    EXPECT_THAT(listed(next), ElementsAre("shop.order.confirmed.v1 ann delivered"));
    list_notifications of_ann;
    of_ann.order_id = orders.at("ann");
    EXPECT_THAT(listed(of_ann),
                ElementsAre("shop.order.shipped.v1 ann delivered", "shop.order.confirmed.v1 ann delivered"));
}

TEST_F(notifications_service, shows_a_customer_their_own_and_nothing_of_stock) {
    for (auto const* who : {"ann", "bob", "shop"}) ASSERT_TRUE(ask(&service::notify, became("confirmed", who)));
    ASSERT_TRUE(ask(&service::notify, ran("MUG", "out_of_stock")));
    EXPECT_THAT(listed(), SizeIs(4));
    EXPECT_THAT(listed({}, as("bob")), ElementsAre("shop.order.confirmed.v1 bob delivered"));
    EXPECT_THAT(listed({}, as("shop")), ElementsAre("shop.order.confirmed.v1 shop delivered"))
        << "a customer of that name";
    list_notifications of_ann;
    of_ann.order_id = orders.at("ann");
    EXPECT_THAT(listed(of_ann, as("bob")), IsEmpty());
}

TEST_F(notifications_service, gives_a_customer_whole_pages_and_no_place_among_the_things_of_others) {
    for (int i = 0; i < 3; ++i) {
        for (auto const* who : {"ann", "bob", "cat"}) {
            orders.erase(who);
            ASSERT_TRUE(ask(&service::notify, became("confirmed", who)));
        }
    }
    list_notifications next;
    next.limit = 1;
    int pages = 0;
    do {
        auto const page = ask(&service::list, next, as("bob"));
        ASSERT_TRUE(page);
        ASSERT_THAT(page->items, SizeIs(1)) << "page " << pages;
        EXPECT_EQ(page->items[0].recipient, "bob");
        next.cursor = page->next_cursor;
        if (next.cursor) {
            EXPECT_THAT(*read_cursor("notifications.list", *next.cursor), ::testing::EndsWith("/bob"));
        }
        ++pages;
    } while (next.cursor);
    EXPECT_EQ(pages, 3);
}

TEST_F(notifications_service, refuses_bad_limits_and_cursors) {
    list_notifications bad;
    bad.limit = 101;
    EXPECT_THAT(listed(bad), ElementsAre("invalid_value"));
    bad.limit = 10;
    bad.cursor = "forged";
    EXPECT_THAT(listed(bad), ElementsAre("malformed_request"));
}

TEST_F(notifications_service, says_that_it_could_not_take_in_and_repeats_when_told_again) {
    fault_at_next = fault::unavailable;
    EXPECT_EQ(ask(&service::notify, became("confirmed")).error().code(), error_code::store_unavailable);
    ASSERT_TRUE(ask(&service::notify, became("confirmed")));
    EXPECT_THAT(letters->got, SizeIs(2)) << "repeats are possible, gaps are not";
    EXPECT_EQ(letters->got[0].id, letters->got[1].id);
    EXPECT_THAT(listed(), SizeIs(1));
}

}  // namespace shop::notifications::tests
