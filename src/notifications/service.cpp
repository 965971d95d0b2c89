// Telling customers: each event becomes one message per channel, each message one delivery record with all its tries.

#include <algorithm>

#include <shop/core/pagination_cursor.hpp>
#include <shop/core/text.hpp>
#include <shop/notifications/make_service.hpp>
#include <shop/notifications/rules.hpp>
#include <shop/records/transact.hpp>

#include "notifications/batch.hpp"
#include "notifications/decisions.hpp"
#include "notifications/delivery_engine.hpp"
#include "notifications/delivery_place.hpp"
#include "notifications/webhook_endpoints.hpp"
#include "records/queues.hpp"

namespace shop::notifications {
namespace {

/// An event and those who are told of it over one channel.
struct told_event {
    std::size_t request;  ///< its place among the requests
    events::event const* event;
};

/// A delivery that an event makes; the event belongs to the request.
struct new_delivery {
    delivery_record record;
    events::event const* event;
};

/// With the channel `webhook`, where there is somebody to send by it.
service_parts with_webhooks(service_parts parts, std::shared_ptr<webhook_endpoints> const& endpoints) {
    if (parts.webhooks.sender) parts.channels.push_back(webhook_channel(endpoints));
    return parts;
}

class store_service final : public running_service, public std::enable_shared_from_this<store_service> {
public:
    explicit store_service(service_parts parts)
        : parts_(std::move(parts)),
          endpoints_(std::make_shared<webhook_endpoints>(parts_.store, parts_.context, parts_.webhooks)),
          engine_(std::make_shared<delivery_engine>(with_webhooks(parts_, endpoints_))),
          commands_(parts_.store, parts_.context, {}) {}

    results<noted> notify(requests<events::event> requests) override;
    results<page<delivery>> list(requests<list_notifications> requests) override;

    results<delivery> redeliver(requests<redeliver_notification> requests) override;
    results<redelivered> redeliver_all(requests<redeliver_notifications> requests) override;
    results<preferences> get_preferences(requests<notifications::get_preferences> requests) override;
    results<preferences> set_preferences(requests<notifications::set_preferences> requests) override;
    results<page<suppression>> suppressions(requests<list_suppressions> requests) override;
    results<suppression> suppress(requests<suppress_address> requests) override;
    results<suppression> unsuppress(requests<unsuppress_address> requests) override;

    void start() override { engine_->start(); }
    void stop() override { engine_->stop(); }
    bool is_idle() const override { return engine_->is_idle(); }
    results<webhook_endpoint> create_endpoint(requests<notifications::create_endpoint> requests) override {
        return endpoints_->create(std::move(requests));
    }
    results<webhook_endpoint> get_endpoint(requests<notifications::get_endpoint> requests) override {
        return endpoints_->get(std::move(requests));
    }
    results<page<webhook_endpoint>> list_endpoints(requests<notifications::list_endpoints> requests) override {
        return endpoints_->list(std::move(requests));
    }
    results<webhook_endpoint> change_endpoint(requests<notifications::change_endpoint> requests) override {
        return endpoints_->change(std::move(requests));
    }
    results<noted> remove_endpoint(requests<notifications::remove_endpoint> requests) override {
        return endpoints_->remove(std::move(requests));
    }
    results<webhook_endpoint> rotate_secret(requests<notifications::rotate_secret> requests) override {
        return endpoints_->rotate(std::move(requests));
    }
    results<page<delivery>> endpoint_deliveries(requests<list_endpoint_deliveries> requests) override {
        auto const answer = [this](request<list_endpoint_deliveries> const& r) { return list_one(r); };
        return shop::detail::one_by_one<page<delivery>>(std::move(requests), *parts_.context.clock, answer);
    }
    results<redelivered> redeliver_to_endpoint(requests<notifications::redeliver_to_endpoint> requests) override {
        auto const answer = [this](request<notifications::redeliver_to_endpoint> const& r) {
            return redeliver_page(r);
        };
        return shop::detail::one_by_one<redelivered>(std::move(requests), *parts_.context.clock, answer);
    }
    results<tested_endpoint> test_endpoint(requests<notifications::test_endpoint> requests) override {
        return endpoints_->test(std::move(requests));
    }

    void tell_of_endpoints() {
        endpoints_->tell_by([weak = weak_from_this()](events::event event) { return tell_shop(weak.lock(), event); });
    }

private:
    using outlet = delivery_engine::outlet;

    asio::awaitable<void> take_in(outlet const& over, std::vector<told_event> const& told,
                                  std::vector<result<noted>>& answers);
    asio::awaitable<result<void>> send_at_once(outlet const& over, std::vector<new_delivery> deliveries);
    asio::awaitable<result<void>> take_in(std::vector<new_delivery> deliveries);
    asio::awaitable<result<std::vector<new_delivery>>> not_yet_taken_in(std::vector<new_delivery> deliveries);
    asio::awaitable<result<page<delivery>>> list_one(request<list_notifications> const& asked);
    asio::awaitable<result<page<delivery>>> list_one(request<list_endpoint_deliveries> const& asked);
    asio::awaitable<result<page<delivery>>> page_of(std::string_view list, delivery_query query,
                                                    std::optional<std::int64_t> most,
                                                    std::optional<std::string> const& cursor);
    asio::awaitable<result<delivery>> redeliver_one(request<redeliver_notification> const& asked);
    asio::awaitable<result<redelivered>> redeliver_page(request<redeliver_notifications> const& asked);
    asio::awaitable<result<redelivered>> redeliver_page(request<notifications::redeliver_to_endpoint> const& asked);
    asio::awaitable<result<redelivered>> redeliver_those(std::string_view list, call const& by, delivery_query query,
                                                         std::optional<timestamp> since,
                                                         std::optional<std::int64_t> asked_limit,
                                                         std::optional<std::string> const& cursor);
    asio::awaitable<result<preferences>> preferences_of(request<notifications::get_preferences> const& asked);
    asio::awaitable<result<page<suppression>>> suppressions_page(request<list_suppressions> const& asked);
    /// Decides commands that are not for customers.
    template <class Answer, class Command>
    results<Answer> of_operators(requests<Command> requests) {
        std::vector<result<Answer>> answers(requests.size(), error(error_code::forbidden));
        std::vector<request<Command>> allowed;
        std::vector<std::size_t> of;
        for (std::size_t i = 0; i < requests.size(); ++i) {
            if (!requests[i].call.by->may_act_for({})) continue;
            allowed.push_back(std::move(requests[i]));
            of.push_back(i);
        }
        if (allowed.empty()) co_return answers;
        auto decided = co_await commands_.template submit<Answer>(std::move(allowed));
        for (std::size_t n = 0; n < of.size(); ++n) answers[of[n]] = std::move(decided[n]);
        co_return answers;
    }
    /// Decides commands of one caller.
    template <class Answer, class Command>
    asio::awaitable<result<Answer>> command(call const& by, Command what) {
        std::vector<request<Command>> one;
        one.emplace_back(by, std::move(what));
        auto answers = co_await commands_.submit<Answer>(std::move(one));
        co_return std::move(answers.front());
    }

    static asio::awaitable<result<void>> tell_shop(std::shared_ptr<store_service> self, events::event event) {
        if (!self) co_return error(error_code::unavailable);
        requests<events::event> one;
        one.emplace_back(std::move(event));
        auto const answers = co_await self->notify(std::move(one));
        if (!answers.front()) co_return answers.front().error();
        co_return result<void>{};
    }

    service_parts parts_;
    std::shared_ptr<webhook_endpoints> endpoints_;
    std::shared_ptr<delivery_engine> engine_;
    detail::command_queue<batch> commands_;
};

results<noted> store_service::notify(requests<events::event> requests) {
    std::vector<result<noted>> answers(requests.size(), noted{});
    std::vector<told_event> told;
    told.reserve(requests.size());
    for (std::size_t i = 0; i < requests.size(); ++i) {
        auto const& event = requests[i].command;
        if (!rules::is_known(event)) continue;
        if (auto fit = rules::check(event)) {
            told.push_back({i, &event});
        } else {
            answers[i] = fit.error();
        }
    }
    if (told.empty()) co_return answers;
    for (auto const& over : engine_->outlets()) co_await take_in(over, told, answers);
    co_return answers;
}

/// Makes the deliveries of one channel. An event whose deliveries cannot be made is answered so, and told again.
asio::awaitable<void> store_service::take_in(outlet const& over, std::vector<told_event> const& told,
                                             std::vector<result<noted>>& answers) {
    std::vector<events::event> events;
    events.reserve(told.size());
    for (auto const& t : told) events.push_back(*t.event);
    auto const whom = co_await delivery_engine::recipients(*over.over, std::move(events), parts_.context);
    std::vector<new_delivery> deliveries;
    deliveries.reserve(told.size());
    for (std::size_t i = 0; i < told.size(); ++i) {
        auto const& theirs = whom[i];
        if (!theirs) {
            answers[told[i].request] = theirs.error();
            continue;
        }
        auto const count = std::min(theirs->size(), limits::recipients_per_event_max);
        for (std::size_t n = 0; n < count; ++n) {
            deliveries.push_back({rules::new_delivery(*told[i].event, over.name, (*theirs)[n].id), told[i].event});
        }
    }
    result<void> done;
    if (over.traits.is_immediate) {
        done = co_await send_at_once(over, std::move(deliveries));
    } else {
        done = co_await take_in(std::move(deliveries));
    }
    if (done) co_return;
    for (auto const& t : told) answers[t.request] = done.error();
}

/// Records what is to be sent, so much at a time, and wakes those who send it.
asio::awaitable<result<void>> store_service::take_in(std::vector<new_delivery> deliveries) {
    for (std::size_t at = 0; at < deliveries.size(); at += limits::batch_items_max) {
        auto const end = std::min(deliveries.size(), at + limits::batch_items_max);
        std::vector<rules::take_in> some;
        std::vector<lane> lanes;
        some.reserve(end - at);
        for (auto i = at; i < end; ++i) {
            auto& one = deliveries[i];
            one.record.event = document<events::event>(*one.event);
            lanes.push_back({one.record.channel, one.record.recipient});
            some.push_back({std::move(one.record)});
        }
        auto batch = std::make_shared<decisions<rules::take_in>>(std::move(some));
        auto const done = co_await transact_until_known<store_schema>(*parts_.store, batch, parts_.context);
        if (!done) co_return done;
        engine_->wake(lanes);
    }
    co_return result<void>{};
}

/// Sends first and records after, with the outcome: a crash in between repeats a message, it never loses one.
asio::awaitable<result<void>> store_service::send_at_once(outlet const& over, std::vector<new_delivery> deliveries) {
    auto fresh = co_await not_yet_taken_in(std::move(deliveries));
    if (!fresh) co_return fresh.error();
    if (fresh->empty()) co_return result<void>{};
    std::vector<message> messages;
    messages.reserve(fresh->size());
    for (auto const& d : *fresh) messages.push_back(rules::to_message(d.record, *d.event));
    auto const sent = co_await delivery_engine::send(*over.over, std::move(messages), parts_.context);
    std::vector<rules::record_outcome> outcomes;
    outcomes.reserve(fresh->size());
    for (std::size_t i = 0; i < fresh->size(); ++i) {
        auto& one = (*fresh)[i];
        if (!sent[i]) one.record.event = document<events::event>(*one.event);  // it is told again
        outcomes.push_back(engine_->outcome_of(std::move(one.record), sent[i], over.traits));
    }
    auto batch = std::make_shared<decisions<rules::record_outcome>>(std::move(outcomes));
    co_return co_await transact_until_known<store_schema>(*parts_.store, batch, parts_.context);
}

/// Leaves out what was taken in before: a repeat sends nothing.
asio::awaitable<result<std::vector<new_delivery>>> store_service::not_yet_taken_in(
    std::vector<new_delivery> deliveries) {
    key_set<store_schema> keys;
    for (auto const& d : deliveries) keys.add<delivery_record>(key_of_record(d.record));
    auto rows = co_await parts_.store->load(std::move(keys));
    if (!rows) co_return rows.error();
    std::erase_if(deliveries, [&](new_delivery const& d) {
        return (*rows)->find<delivery_record>(key_of_record(d.record)) != nullptr;
    });
    co_return deliveries;
}

results<page<delivery>> store_service::list(requests<list_notifications> requests) {
    auto const answer = [this](request<list_notifications> const& r) { return list_one(r); };
    return shop::detail::one_by_one<page<delivery>>(std::move(requests), *parts_.context.clock, answer);
}

asio::awaitable<result<page<delivery>>> store_service::list_one(request<list_notifications> const& asked) {
    auto const& wanted = asked.command;
    delivery_query query;
    query.order_id = wanted.order_id;
    query.status = wanted.status;
    query.channel = wanted.channel;
    if (auto const& by = *asked.call.by; !by.may_act_for({})) query.customer_id = by.customer_id;
    return page_of("notifications.list", std::move(query), wanted.limit, wanted.cursor);
}

asio::awaitable<result<page<delivery>>> store_service::list_one(request<list_endpoint_deliveries> const& asked) {
    auto const& wanted = asked.command;
    if (!asked.call.by->may_act_for({})) co_return error(error_code::forbidden);
    delivery_query query;
    query.endpoint = to_string(wanted.id);
    query.status = wanted.status;
    co_return co_await page_of("webhooks.deliveries", std::move(query), wanted.limit, wanted.cursor);
}

/// Of what was told of neither orders nor stock a customer sees nothing, not even one who is called `shop`.
bool is_seen_by(std::optional<std::string> const& customer, delivery_record const& one) {
    return !customer || one.event_type.starts_with(events::about_order);
}

asio::awaitable<result<page<delivery>>> store_service::page_of(std::string_view list, delivery_query query,
                                                               std::optional<std::int64_t> most,
                                                               std::optional<std::string> const& cursor) {
    auto const limit = page_limit(most);
    if (!limit) co_return limit.error();
    query.limit = *limit + 1;
    if (cursor) {
        auto const place = read_cursor(list, *cursor);
        if (!place) co_return place.error();
        query.before = read_place(*place);
        if (!query.before) co_return bad_cursor();
    }
    auto const customer = query.customer_id;
    auto records = co_await parts_.store->list(std::move(query));
    if (!records) co_return records.error();
    page<delivery> found;
    if (records->size() > *limit) {
        records->resize(*limit);
        found.next_cursor = make_cursor(list, place_of(records->back()));
    }
    for (auto const& record : *records) {
        if (is_seen_by(customer, record)) found.items.push_back(rules::view(record));
    }
    co_return found;
}

results<delivery> store_service::redeliver(requests<redeliver_notification> requests) {
    auto const answer = [this](request<redeliver_notification> const& r) { return redeliver_one(r); };
    return shop::detail::one_by_one<delivery>(std::move(requests), *parts_.context.clock, answer);
}

/// Whether a caller may have to do with a delivery: a customer with what they were told of orders.
bool is_theirs(principal const& by, delivery_record const& one) {
    return by.may_act_for({}) || (!one.sku && one.recipient == by.customer_id && is_seen_by(by.customer_id, one));
}

asio::awaitable<result<delivery>> store_service::redeliver_one(request<redeliver_notification> const& asked) {
    auto const found = co_await parts_.store->find(asked.command.id);
    if (!found) co_return found.error();
    if (!*found || !is_theirs(*asked.call.by, **found)) co_return error(error_code::not_found);
    rules::redeliver again{key_of_record(**found)};
    auto answer = co_await command<delivery>(asked.call, std::move(again));
    if (answer) {
        std::vector<lane> const whose{{(*found)->channel, (*found)->recipient}};
        engine_->wake(whose);
    }
    co_return answer;
}

results<redelivered> store_service::redeliver_all(requests<redeliver_notifications> requests) {
    auto const answer = [this](request<redeliver_notifications> const& r) { return redeliver_page(r); };
    return shop::detail::one_by_one<redelivered>(std::move(requests), *parts_.context.clock, answer);
}

asio::awaitable<result<redelivered>> store_service::redeliver_page(request<redeliver_notifications> const& asked) {
    auto const& wanted = asked.command;
    if (!wanted.order_id && !wanted.channel && !wanted.since) {
        co_return error(error_code::invalid_value,
                        "name `order_id`, `channel` or `since`: not everything is sent again");
    }
    delivery_query query;
    query.order_id = wanted.order_id;
    query.channel = wanted.channel;
    query.status = wanted.status.value_or(delivery_status::dead);
    if (auto const& by = *asked.call.by; !by.may_act_for({})) query.customer_id = by.customer_id;
    co_return co_await redeliver_those("notifications.redeliver_all", asked.call, std::move(query), wanted.since,
                                       wanted.limit, wanted.cursor);
}

asio::awaitable<result<redelivered>> store_service::redeliver_page(
    request<notifications::redeliver_to_endpoint> const& asked) {
    auto const& wanted = asked.command;
    if (!asked.call.by->may_act_for({})) co_return error(error_code::forbidden);
    delivery_query query;
    query.endpoint = to_string(wanted.id);
    query.status = wanted.status.value_or(delivery_status::dead);
    co_return co_await redeliver_those("webhooks.redeliver", asked.call, std::move(query), wanted.since, wanted.limit,
                                       wanted.cursor);
}

asio::awaitable<result<redelivered>> store_service::redeliver_those(std::string_view list, call const& by,
                                                                    delivery_query query,
                                                                    std::optional<timestamp> since,
                                                                    std::optional<std::int64_t> asked_limit,
                                                                    std::optional<std::string> const& cursor) {
    if (query.status == delivery_status::pending) co_return invalid_at("/status", "must be dead, delivered or skipped");
    auto const most = static_cast<std::int64_t>(limits::batch_items_max);
    auto const limit = asked_limit.value_or(most);
    if (limit < 1 || limit > most) co_return invalid_at("/limit", "must be 1 to " + std::to_string(most));
    query.limit = static_cast<std::size_t>(limit);
    if (cursor) {
        auto const place = read_cursor(list, *cursor);
        if (!place) co_return place.error();
        query.before = read_place(*place);
        if (!query.before) co_return bad_cursor();
    }
    auto const records = co_await parts_.store->list(query);
    if (!records) co_return records.error();
    redelivered done;
    std::vector<request<rules::redeliver>> again;
    std::vector<lane> lanes;
    for (auto const& one : *records) {
        if (since && one.created_at < *since) continue;
        if (query.status == delivery_status::delivered && !one.event) continue;  // of an immediate channel
        again.emplace_back(by, rules::redeliver{key_of_record(one)});
        lanes.push_back({one.channel, one.recipient});
    }
    if (!again.empty()) {
        auto const answers = co_await commands_.submit<delivery>(std::move(again));
        for (auto const& one : answers) {
            if (!one) co_return one.error();
            ++done.count;
        }
        engine_->wake(lanes);
    }
    if (records->size() == query.limit) {
        done.next_cursor = make_cursor(list, place_of(records->back()));
    }
    co_return done;
}

results<preferences> store_service::get_preferences(requests<notifications::get_preferences> requests) {
    auto const answer = [this](request<notifications::get_preferences> const& r) { return preferences_of(r); };
    return shop::detail::one_by_one<preferences>(std::move(requests), *parts_.context.clock, answer);
}

asio::awaitable<result<preferences>> store_service::preferences_of(
    request<notifications::get_preferences> const& asked) {
    auto const& whose = asked.command.id;
    if (!asked.call.by->may_act_for(whose)) co_return error(error_code::not_found);
    key_set<store_schema> keys;
    keys.add<preferences_record>({whose});
    auto const rows = co_await parts_.store->load(std::move(keys));
    if (!rows) co_return rows.error();
    co_return rules::view(whose, (*rows)->find<preferences_record>({whose}));
}

/// Whose id no order can have has no preferences either.
bool can_be_customer(std::string const& id) {
    return id.size() <= limits::customer_id_bytes_max && is_plain_text(id) && !is_blank(id);
}

results<preferences> store_service::set_preferences(requests<notifications::set_preferences> requests) {
    std::vector<result<preferences>> answers(requests.size(), error(error_code::not_found));
    std::vector<request<notifications::set_preferences>> theirs;
    std::vector<std::size_t> of;
    for (std::size_t i = 0; i < requests.size(); ++i) {
        auto const& whose = requests[i].command.id;
        if (!requests[i].call.by->may_act_for(whose) || !can_be_customer(whose)) continue;
        theirs.push_back(std::move(requests[i]));
        of.push_back(i);
    }
    if (theirs.empty()) co_return answers;
    auto decided = co_await commands_.submit<preferences>(std::move(theirs));
    for (std::size_t n = 0; n < of.size(); ++n) answers[of[n]] = std::move(decided[n]);
    co_return answers;
}

results<page<suppression>> store_service::suppressions(requests<list_suppressions> requests) {
    auto const answer = [this](request<list_suppressions> const& r) { return suppressions_page(r); };
    return shop::detail::one_by_one<page<suppression>>(std::move(requests), *parts_.context.clock, answer);
}

asio::awaitable<result<page<suppression>>> store_service::suppressions_page(request<list_suppressions> const& asked) {
    auto const& wanted = asked.command;
    if (!asked.call.by->may_act_for({})) co_return error(error_code::forbidden);
    auto const limit = page_limit(wanted.limit);
    if (!limit) co_return limit.error();
    page<suppression> found;
    if (wanted.address) {
        auto const known_as = rules::suppressed_as(*wanted.address);
        key_set<store_schema> keys;
        keys.add<suppression_record>({known_as});
        auto const rows = co_await parts_.store->load(std::move(keys));
        if (!rows) co_return rows.error();
        if (auto const* one = (*rows)->find<suppression_record>({known_as})) found.items.push_back(rules::view(*one));
        co_return found;
    }
    std::optional<key_of<suppression_record>> after;
    if (wanted.cursor) {
        auto const place = read_cursor("notifications.suppressions", *wanted.cursor);
        if (!place) co_return place.error();
        after.emplace(*place);
    }
    auto records = co_await parts_.store->scan<suppression_record>(after, *limit + 1);
    if (!records) co_return records.error();
    if (records->size() > *limit) {
        records->resize(*limit);
        found.next_cursor = make_cursor("notifications.suppressions", records->back().address);
    }
    for (auto const& one : *records) found.items.push_back(rules::view(one));
    co_return found;
}

results<suppression> store_service::suppress(requests<suppress_address> requests) {
    return of_operators<suppression>(std::move(requests));
}

results<suppression> store_service::unsuppress(requests<unsuppress_address> requests) {
    return of_operators<suppression>(std::move(requests));
}

}  // namespace

std::shared_ptr<running_service> make_service(service_parts parts) {
    auto made = std::make_shared<store_service>(std::move(parts));
    made->tell_of_endpoints();  // as of anything else that happens
    return made;
}

}  // namespace shop::notifications
