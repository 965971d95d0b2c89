#include "unit/service_fixture.hpp"

#include <map>

#include <shop/events/cloud_event.hpp>
#include <shop/notifications/make_service.hpp>
#include <shop/notifications/webhook_rules.hpp>

#include "notifications/webhook_endpoints.hpp"

namespace shop::notifications::tests {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

/// Keeps what it is to post, and answers as it is told.
class noting_sender final : public webhook_sender {
public:
    result<void> check_url(std::string_view url) const override {
        if (url.starts_with("https://")) return {};
        return invalid_at("/url", "must begin with https://");
    }
    result<std::string> draw_secret() override { return "whsec_" + std::to_string(++drawn); }
    asio::awaitable<std::vector<webhook_response>> post(std::vector<webhook_request> requests) override {
        std::vector<webhook_response> out;
        for (auto& one : requests) {
            auto const known = answers.find(one.url);
            out.push_back(known == answers.end() ? arrived() : known->second);
            posted.push_back(std::move(one));
        }
        co_return out;
    }
    static webhook_response arrived() {
        webhook_response out;
        out.status = 200;
        out.took = 12ms;
        return out;
    }
    static webhook_response failed(webhook_failure why, std::optional<int> status = {}) {
        webhook_response out;
        out.failure = why;
        out.status = status;
        return out;
    }

    int drawn = 0;
    std::map<std::string, webhook_response> answers;
    std::vector<webhook_request> posted;
};

constexpr auto hooks = "https://example.com/hooks", other_hooks = "https://example.org/hooks";

class webhook_endpoints_of_a_shop : public shop::tests::service_suite<service> {
protected:
    webhook_endpoints_of_a_shop() {
        service_parts parts{stores.notifications, {}, context()};
        parts.webhooks.sender = sender;
        notifying = make_service(std::move(parts));
        tested = reached(std::shared_ptr<service>(notifying), &transport::remote_notifications);
        all = std::make_shared<notifications::webhook_endpoints>(stores.notifications, context(),
                                                                 webhook_options{sender});
        all->tell_by([this](events::event event) -> asio::awaitable<result<void>> {
            if (told_fails) co_return error(error_code::store_unavailable);
            told.push_back(std::move(event));
            co_return result<void>{};
        });
        over = webhook_channel(all);
    }
    ~webhook_endpoints_of_a_shop() override {
        notifying->stop();
        io.poll();
    }

    result<webhook_endpoint> create(std::string url, std::string key = "k", std::vector<std::string> events = {}) {
        create_endpoint command(std::move(url));
        command.events = std::move(events);
        return ask(&service::create_endpoint, std::move(command), with_key(std::move(key)));
    }
    webhook_endpoint get(endpoint_id id) { return ask(&service::get_endpoint, get_endpoint(id)).value(); }
    result<webhook_endpoint> rotate(endpoint_id id, std::string key, std::optional<std::int64_t> hours = {}) {
        notifications::rotate_secret command(id);
        command.overlap_hours = hours;
        return ask(&service::rotate_secret, std::move(command), with_key(std::move(key)));
    }
    static message about(endpoint_id to, std::string status = "confirmed", std::uint64_t version = 2) {
        message m;
        m.event.type = events::type_of(events::about_order, status);
        m.event.subject = "019a0000-0000-7000-8000-0000000000a5";
        m.event.sequence = version;
        m.event.data.status = std::move(status);
        m.id.value.bytes[15] = static_cast<std::uint8_t>(version);
        m.recipient = to_string(to);
        return m;
    }
    result<void> send(message m) {
        clock.advance(2s);  // longer than what is known of endpoints is believed
        std::vector<message> one;
        one.push_back(std::move(m));
        return run(over->send(std::move(one))).front();
    }
    std::vector<std::string> takers(std::string type) {
        clock.advance(2s);
        std::vector<events::event> one(1);
        one[0].type = std::move(type);
        std::vector<std::string> out;
        auto const found = run(over->recipients(std::move(one)));
        for (auto const& to : found.front().value()) out.push_back(to.id);
        return out;
    }
    static call as_customer() {
        auto who = std::make_shared<principal>();
        who->account = who->customer_id = "ann";
        who->scopes = {"webhooks:read", "webhooks:write"};
        call c(std::move(who));
        c.idempotency_key = "k";
        return c;
    }

    std::shared_ptr<noting_sender> sender = std::make_shared<noting_sender>();
    std::shared_ptr<running_service> notifying;
    std::shared_ptr<notifications::webhook_endpoints> all;
    std::shared_ptr<channel> over;
    std::vector<events::event> told;
    bool told_fails = false;
};

TEST_F(webhook_endpoints_of_a_shop, are_created_with_a_secret_that_is_shown_once) {
    auto const made = create(hooks);
    ASSERT_TRUE(made);
    EXPECT_EQ(made->secret, "whsec_1");
    EXPECT_EQ(made->url, hooks);
    EXPECT_THAT(made->events, ElementsAre("*"));
    EXPECT_TRUE(made->enabled);
    EXPECT_EQ(made->version, 1u);
    auto without = *made;
    without.secret.reset();
    EXPECT_EQ(get(made->id), without);
    auto const listed = ask(&service::list_endpoints, list_endpoints());
    EXPECT_THAT(listed->items, ElementsAre(without));
}

TEST_F(webhook_endpoints_of_a_shop, created_twice_under_one_key_are_one) {
    auto const first = create(hooks);
    EXPECT_EQ(create(hooks).value(), *first) << "with its secret";
    EXPECT_EQ(create(other_hooks).error().code(), error_code::idempotency_key_reused);
    EXPECT_EQ(create(hooks, "").error().code(), error_code::idempotency_key_missing);
    EXPECT_NE(create(hooks, "k2")->id, first->id) << "another";
    change_endpoint off(first->id);
    off.enabled = false;
    ASSERT_TRUE(ask(&service::change_endpoint, off));
    EXPECT_FALSE(create(hooks)->secret) << "no longer what was answered";
}

TEST_F(webhook_endpoints_of_a_shop, are_refused_with_what_to_mend) {
    EXPECT_EQ(create("http://example.com").error().details().errors.at(0).pointer, "/url");
    for (auto const* bad :
         {"", "orders", "shop", "shop..x", "shop.order.Confirmed", "shop.*.v1", "**", "shop.order.* "}) {
        auto const refused = create(hooks, "k", {"shop.order.shipped.v1", bad});
        ASSERT_FALSE(refused) << bad;
        EXPECT_EQ(refused.error().details().errors.at(0).pointer, "/events/1") << bad;
    }
    create_endpoint odd(hooks);
    odd.description = "a\x01";
    EXPECT_EQ(ask(&service::create_endpoint, odd, with_key("k")).error().details().errors.at(0).pointer,
              "/description");
    odd.description = std::string(201, 'x');
    EXPECT_FALSE(ask(&service::create_endpoint, odd, with_key("k")));
    EXPECT_FALSE(create(hooks, "k", std::vector<std::string>(65, "shop.order.*")));
    EXPECT_TRUE(create(hooks, "k", {"shop.order.*", "shop.stock.out_of_stock.v1"}));
}

TEST_F(webhook_endpoints_of_a_shop, are_for_those_who_run_it) {
    auto const made = create(hooks);
    auto const refused = [](auto const& answer) { return answer.error().code() == error_code::forbidden; };
    EXPECT_TRUE(refused(ask(&service::create_endpoint, create_endpoint(hooks), as_customer())));
    EXPECT_TRUE(refused(ask(&service::get_endpoint, get_endpoint(made->id), as_customer())));
    EXPECT_TRUE(refused(ask(&service::list_endpoints, list_endpoints(), as_customer())));
    EXPECT_TRUE(refused(ask(&service::change_endpoint, change_endpoint(made->id), as_customer())));
    EXPECT_TRUE(refused(ask(&service::remove_endpoint, remove_endpoint(made->id), as_customer())));
    EXPECT_TRUE(refused(ask(&service::rotate_secret, notifications::rotate_secret(made->id), as_customer())));
    EXPECT_TRUE(refused(ask(&service::test_endpoint, test_endpoint(made->id), as_customer())));
    EXPECT_THAT(sender->posted, IsEmpty());
}

TEST_F(webhook_endpoints_of_a_shop, that_sends_none_are_not_supported) {
    auto const without = make_service({stores.notifications, {}, context()});
    std::vector<request<list_endpoints>> one(1);
    EXPECT_EQ(run(without->list_endpoints(std::move(one))).front().error().code(), error_code::not_supported);
}

TEST_F(webhook_endpoints_of_a_shop, are_changed_at_the_version_they_were_read_and_sent_back_as_read) {
    auto const made = create(hooks);
    clock.advance(1s);
    change_endpoint change(made->id);
    change.url = other_hooks;
    change.description = "stock of the second shop";
    change.events = std::vector<std::string>{"shop.stock.*", "shop.stock.*"};
    change.if_match = 1;
    auto const changed = ask(&service::change_endpoint, change);
    ASSERT_TRUE(changed);
    EXPECT_EQ(changed->url, other_hooks);
    EXPECT_THAT(changed->events, ElementsAre("shop.stock.*"));
    EXPECT_EQ(changed->version, 2u);
    EXPECT_GT(changed->updated_at, changed->created_at);
    EXPECT_FALSE(changed->secret);
    EXPECT_EQ(ask(&service::change_endpoint, change).error().details().current_version, 2u);
    change.if_match.reset();
    change.version = 1;
    EXPECT_EQ(ask(&service::change_endpoint, change).error().details().errors.at(0).pointer, "/version");
    change.version = 2;
    EXPECT_EQ(ask(&service::change_endpoint, change)->version, 2u) << "nothing was changed";
    change.failing_since = clock.stamp();
    EXPECT_EQ(ask(&service::change_endpoint, change).error().details().errors.at(0).pointer, "/failing_since");
    change_endpoint bad(made->id);
    bad.url = "http://example.com";
    EXPECT_EQ(ask(&service::change_endpoint, bad).error().details().errors.at(0).pointer, "/url");
    EXPECT_EQ(ask(&service::change_endpoint, change_endpoint()).error().code(), error_code::not_found);
}

TEST_F(webhook_endpoints_of_a_shop, are_listed_page_by_page) {
    std::vector<webhook_endpoint> made;
    for (int i = 0; i < 5; ++i) made.push_back(create(hooks, "k" + std::to_string(i)).value());
    std::ranges::sort(made, {}, &webhook_endpoint::id);
    std::vector<endpoint_id> seen;
    list_endpoints next;
    next.limit = 2;
    do {
        auto const page = ask(&service::list_endpoints, next);
        ASSERT_TRUE(page);
        for (auto const& one : page->items) seen.push_back(one.id);
        next.cursor = page->next_cursor;
    } while (next.cursor);
    ASSERT_THAT(seen, SizeIs(5));
    for (std::size_t i = 0; i < made.size(); ++i) EXPECT_EQ(seen[i], made[i].id);
    next.cursor = "forged";
    EXPECT_EQ(ask(&service::list_endpoints, next).error().code(), error_code::malformed_request);
}

TEST_F(webhook_endpoints_of_a_shop, that_were_removed_get_nothing_more) {
    auto const made = create(hooks);
    EXPECT_THAT(takers("shop.order.confirmed.v1"), ElementsAre(to_string(made->id)));
    EXPECT_TRUE(ask(&service::remove_endpoint, remove_endpoint(made->id)));
    EXPECT_TRUE(ask(&service::remove_endpoint, remove_endpoint(made->id))) << "a repeat";
    EXPECT_EQ(ask(&service::get_endpoint, get_endpoint(made->id)).error().code(), error_code::not_found);
    EXPECT_THAT(takers("shop.order.confirmed.v1"), IsEmpty());
    auto const late = send(about(made->id));
    EXPECT_EQ(late.error().code(), error_code::undeliverable);
    EXPECT_EQ(late.error().message(), "the endpoint was deleted");
    EXPECT_THAT(sender->posted, IsEmpty());
}

TEST_F(webhook_endpoints_of_a_shop, take_the_events_of_their_filter) {
    auto const everything = to_string(create(hooks, "1")->id);
    auto const shipped = to_string(create(hooks, "2", {"shop.order.shipped.v1"})->id);
    auto const stock = to_string(create(hooks, "3", {"shop.stock.*", "shop.order.cancelled.v1"})->id);
    EXPECT_THAT(takers("shop.order.shipped.v1"), ::testing::UnorderedElementsAre(everything, shipped));
    EXPECT_THAT(takers("shop.order.cancelled.v1"), ::testing::UnorderedElementsAre(everything, stock));
    EXPECT_THAT(takers("shop.stock.out_of_stock.v1"), ::testing::UnorderedElementsAre(everything, stock));
    EXPECT_THAT(takers("shop.order.confirmed.v1"), ElementsAre(everything));
    EXPECT_THAT(takers("shop.order.shipped.v10"), ElementsAre(everything));
}

TEST_F(webhook_endpoints_of_a_shop, are_sent_the_event_under_the_id_of_its_delivery) {
    auto const made = create(hooks);
    auto m = about(made->id);
    EXPECT_TRUE(send(m));
    ASSERT_THAT(sender->posted, SizeIs(1));
    EXPECT_EQ(sender->posted[0].url, hooks);
    EXPECT_EQ(sender->posted[0].endpoint, to_string(made->id));
    EXPECT_EQ(sender->posted[0].id, to_string(m.id));
    EXPECT_EQ(sender->posted[0].body, events::to_cloud_event(m.event));
    EXPECT_THAT(sender->posted[0].secrets, ElementsAre("whsec_1"));
}

TEST_F(webhook_endpoints_of_a_shop, that_fail_are_tried_again_and_a_gone_one_is_not) {
    auto const made = create(hooks);
    auto const outcome = [&](webhook_response response) {
        sender->answers[hooks] = std::move(response);
        return send(about(made->id)).error();
    };
    auto const refused = outcome(noting_sender::failed(webhook_failure::refused, 500));
    EXPECT_EQ(refused.code(), error_code::unavailable);
    EXPECT_TRUE(refused.retryable());
    EXPECT_EQ(refused.message(), "refused 500");
    auto unknown = noting_sender::failed(webhook_failure::timeout);
    unknown.may_have_arrived = true;
    EXPECT_EQ(outcome(unknown).code(), error_code::outcome_unknown);
    EXPECT_TRUE(outcome(unknown).retryable());
    auto later = noting_sender::failed(webhook_failure::refused, 429);
    later.retry_after = 120s;
    EXPECT_EQ(outcome(later).details().retry_after_s, 120u);
    later.retry_after = std::chrono::hours(24 * 365);
    EXPECT_EQ(outcome(later).details().retry_after_s, 86'400u) << "a day at most";  // row 105
    auto const gone = outcome(noting_sender::failed(webhook_failure::gone, 410));
    EXPECT_EQ(gone.code(), error_code::undeliverable);
    EXPECT_FALSE(gone.retryable());
}

TEST_F(webhook_endpoints_of_a_shop, that_answer_410_are_disabled_and_the_shop_is_told) {  // fault 23, row 105
    auto const made = create(hooks);
    sender->answers[hooks] = noting_sender::failed(webhook_failure::gone, 410);
    EXPECT_FALSE(send(about(made->id)));
    auto const now = get(made->id);
    EXPECT_FALSE(now.enabled);
    EXPECT_EQ(now.disabled_reason, disabled_reason::gone);
    ASSERT_THAT(told, SizeIs(1));
    EXPECT_EQ(told[0].type, "shop.webhook_endpoint.disabled.v1");
    EXPECT_EQ(told[0].subject, to_string(made->id));
    EXPECT_EQ(told[0].sequence, now.version);
    EXPECT_EQ(told[0].data.note, "gone");
    EXPECT_THAT(takers("shop.order.confirmed.v1"), IsEmpty());
    EXPECT_EQ(send(about(made->id)).error().message(), "the endpoint is disabled");
    EXPECT_THAT(sender->posted, SizeIs(1));
}

TEST_F(webhook_endpoints_of_a_shop, are_disabled_after_days_of_nothing_but_failures) {  // fault 23
    auto const made = create(hooks);
    sender->answers[hooks] = noting_sender::failed(webhook_failure::timeout);
    EXPECT_FALSE(send(about(made->id)));
    auto const since = get(made->id).failing_since;
    EXPECT_TRUE(since);
    clock.advance(119h);
    EXPECT_FALSE(send(about(made->id)));
    EXPECT_TRUE(get(made->id).enabled);
    EXPECT_EQ(get(made->id).failing_since, since);
    clock.advance(2h);
    EXPECT_FALSE(send(about(made->id)));
    EXPECT_EQ(get(made->id).disabled_reason, disabled_reason::failing);
    EXPECT_THAT(told, SizeIs(1));
}

TEST_F(webhook_endpoints_of_a_shop, to_which_one_message_arrives_begin_anew) {
    auto const made = create(hooks);
    sender->answers[hooks] = noting_sender::failed(webhook_failure::refused, 500);
    EXPECT_FALSE(send(about(made->id)));
    clock.advance(119h);
    sender->answers.clear();
    EXPECT_TRUE(send(about(made->id)));
    EXPECT_FALSE(get(made->id).failing_since);
    sender->answers[hooks] = noting_sender::failed(webhook_failure::refused, 500);
    clock.advance(119h);
    EXPECT_FALSE(send(about(made->id)));
    EXPECT_TRUE(get(made->id).enabled);
    EXPECT_THAT(told, IsEmpty());
}

TEST_F(webhook_endpoints_of_a_shop, are_not_disabled_before_the_shop_can_be_told) {
    auto const made = create(hooks);
    sender->answers[hooks] = noting_sender::failed(webhook_failure::gone, 410);
    told_fails = true;
    EXPECT_FALSE(send(about(made->id)));
    EXPECT_TRUE(get(made->id).enabled);
    told_fails = false;
    EXPECT_FALSE(send(about(made->id)));
    EXPECT_FALSE(get(made->id).enabled);
    EXPECT_THAT(told, SizeIs(1));
}

TEST_F(webhook_endpoints_of_a_shop, that_are_enabled_again_forget_what_failed) {
    auto const made = create(hooks);
    sender->answers[hooks] = noting_sender::failed(webhook_failure::gone, 410);
    EXPECT_FALSE(send(about(made->id)));
    change_endpoint on(made->id);
    on.enabled = true;
    auto const changed = ask(&service::change_endpoint, on);
    EXPECT_TRUE(changed->enabled);
    EXPECT_FALSE(changed->disabled_reason);
    EXPECT_FALSE(changed->failing_since);
    sender->answers.clear();
    EXPECT_TRUE(send(about(made->id)));
}

TEST_F(webhook_endpoints_of_a_shop, whose_secret_is_rotated_sign_with_both_for_a_time) {  // row 106
    auto const made = create(hooks);
    auto const rotated = rotate(made->id, "r1");
    ASSERT_TRUE(rotated);
    EXPECT_EQ(rotated->secret, "whsec_2");
    EXPECT_EQ(rotated->version, 2u);
    EXPECT_EQ(rotate(made->id, "r1")->secret, "whsec_2") << "a repeat draws no other";
    EXPECT_FALSE(get(made->id).secret);
    EXPECT_TRUE(send(about(made->id)));
    EXPECT_THAT(sender->posted.back().secrets, ElementsAre("whsec_2", "whsec_1"));
    clock.advance(24h);
    EXPECT_TRUE(send(about(made->id)));
    EXPECT_THAT(sender->posted.back().secrets, ElementsAre("whsec_2"));
    auto const drawn = rotate(made->id, "r2", 0)->secret;
    EXPECT_TRUE(send(about(made->id)));
    EXPECT_THAT(sender->posted.back().secrets, ElementsAre(*drawn)) << "a secret that leaked signs nothing more";
    EXPECT_FALSE(rotate(made->id, "r3", -1));
    EXPECT_FALSE(rotate(made->id, "r3", 169));
    EXPECT_EQ(rotate(made->id, "").error().code(), error_code::idempotency_key_missing);
    EXPECT_EQ(rotate(endpoint_id{}, "r4").error().code(), error_code::not_found);
}

TEST_F(webhook_endpoints_of_a_shop, are_tested_with_an_event_that_says_so) {
    auto const made = create(hooks);
    auto const said = ask(&service::test_endpoint, test_endpoint(made->id));
    ASSERT_TRUE(said);
    EXPECT_TRUE(said->arrived);
    EXPECT_EQ(said->status, 200);
    EXPECT_EQ(said->took_ms, 12);
    ASSERT_THAT(sender->posted, SizeIs(1));
    EXPECT_EQ(sender->posted[0].id, to_string(said->id));
    EXPECT_THAT(sender->posted[0].body, HasSubstr(R"("type":"shop.webhook_endpoint.test.v1")"));
    EXPECT_THAT(sender->posted[0].secrets, ElementsAre("whsec_1"));
    sender->answers[hooks] = noting_sender::failed(webhook_failure::tls);
    auto const failed = ask(&service::test_endpoint, test_endpoint(made->id));
    EXPECT_FALSE(failed->arrived);
    EXPECT_EQ(failed->failure, "tls");
    EXPECT_FALSE(failed->status);
    EXPECT_FALSE(get(made->id).failing_since) << "a test is no message";
    EXPECT_EQ(ask(&service::test_endpoint, test_endpoint()).error().code(), error_code::not_found);
}

TEST_F(webhook_endpoints_of_a_shop, are_told_of_what_the_service_takes_in) {
    auto const made = create(hooks);
    auto const m = about(made->id);
    auto event = m.event;
    event.source.value.bytes[15] = 1;
    event.data.customer_id = "ann";
    notifying->start();
    ASSERT_TRUE(ask(&service::notify, event));
    ASSERT_TRUE(run_until([&] { return !sender->posted.empty(); }));
    EXPECT_EQ(sender->posted[0].body, events::to_cloud_event(event));
    list_endpoint_deliveries of_it(made->id);
    of_it.status = delivery_status::delivered;
    ASSERT_TRUE(run_until([&] { return !ask(&service::endpoint_deliveries, of_it)->items.empty(); }));
    auto const told_of = ask(&service::endpoint_deliveries, of_it)->items.front();
    EXPECT_EQ(to_string(told_of.id), sender->posted[0].id);
    EXPECT_EQ(told_of.recipient, to_string(made->id));
    EXPECT_EQ(ask(&service::endpoint_deliveries, of_it, as_customer()).error().code(), error_code::forbidden);
    notifications::redeliver_to_endpoint again(made->id);
    EXPECT_EQ(ask(&service::redeliver_to_endpoint, again)->count, 0) << "nothing is dead";
    again.status = delivery_status::delivered;
    EXPECT_EQ(ask(&service::redeliver_to_endpoint, again)->count, 1);
    ASSERT_TRUE(run_until([&] { return sender->posted.size() == 2; }));
    EXPECT_EQ(sender->posted[1].id, sender->posted[0].id);
    EXPECT_EQ(ask(&service::redeliver_to_endpoint, again, as_customer()).error().code(), error_code::forbidden);
}

TEST_F(webhook_endpoints_of_a_shop, keep_their_secrets_out_of_answers_and_logs) {
    auto const made = create(hooks);
    rotate(made->id, "r1");
    EXPECT_THAT(json::encode(get(made->id)), Not(HasSubstr("whsec_")));
    EXPECT_THAT(json::encode(*ask(&service::list_endpoints, list_endpoints())), Not(HasSubstr("whsec_")));
    EXPECT_THAT(json::encode(*ask(&service::test_endpoint, test_endpoint(made->id))), Not(HasSubstr("whsec_")));
}

}  // namespace shop::notifications::tests
