// Telling customers: each event becomes one message per channel, each message one delivery record with all its tries.

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <shop/async/interruptible_timer.hpp>
#include <shop/core/pagination_cursor.hpp>
#include <shop/notifications/make_service.hpp>
#include <shop/notifications/rules.hpp>
#include <shop/records/transact.hpp>

#include "records/queues.hpp"

namespace shop::notifications {
namespace {

class attempts final : public decision_batch<store_schema> {
public:
    explicit attempts(std::vector<rules::record_attempt> commands) : commands_(std::move(commands)) {}

    key_set<store_schema> wanted() const override {
        key_set<store_schema> keys;
        for (auto const& c : commands_) rules::want(keys, c);
        return keys;
    }
    expected_rows<store_schema> expected() const override {
        expected_rows<store_schema> rows;
        for (auto const& c : commands_) rules::expect(rows, c);
        return rows;
    }
    boost::system::result<changes<store_schema>, key_set<store_schema>> decide(loaded_rows<store_schema> const& rows,
                                                                               attempt const& now) override {
        rules::rows state(rows);
        for (auto const& c : commands_) rules::decide(state, c, now);
        return state.take_changes();
    }

private:
    std::vector<rules::record_attempt> commands_;
};

class store_service final : public running_service, public std::enable_shared_from_this<store_service> {
public:
    explicit store_service(service_parts parts) : parts_(std::move(parts)), between_looks_(parts_.context) {}

    results<noted> notify(requests<events::event> requests) override;
    results<page<delivery>> list(requests<list_notifications> requests) override;

    void start() override {
        asio::co_spawn(parts_.context.executor, retry_for_ever(shared_from_this()), asio::detached);
    }
    void stop() override { between_looks_.stop(); }

private:
    asio::awaitable<result<std::vector<delivery_record>>> not_yet_taken_in(std::vector<delivery_record> deliveries);
    asio::awaitable<result<void>> send(channel& over, std::vector<delivery_record> deliveries);
    asio::awaitable<result<page<delivery>>> list_one(request<list_notifications> const& asked);
    asio::awaitable<result<void>> retry_due();
    static asio::awaitable<void> retry_for_ever(std::shared_ptr<store_service> self);

    service_parts parts_;
    interruptible_timer between_looks_;
};

results<noted> store_service::notify(requests<events::event> requests) {
    std::vector<result<noted>> answers(requests.size(), noted{});
    std::vector<events::event const*> told;
    told.reserve(requests.size());
    for (std::size_t i = 0; i < requests.size(); ++i) {
        auto const& event = requests[i].command;
        if (!rules::is_known(event)) continue;
        if (auto fit = rules::check(event)) {
            told.push_back(&event);
        } else {
            answers[i] = fit.error();
        }
    }
    for (auto const& over : parts_.channels) {
        std::vector<delivery_record> deliveries;
        deliveries.reserve(told.size());
        for (auto const* event : told) deliveries.push_back(rules::new_delivery(*event, over->name()));
        auto fresh = co_await not_yet_taken_in(std::move(deliveries));
        if (!fresh) co_return std::vector<result<noted>>(requests.size(), fresh.error());
        auto sent = co_await send(*over, std::move(*fresh));
        if (!sent) co_return std::vector<result<noted>>(requests.size(), sent.error());
    }
    co_return answers;
}

/// Leaves out what was taken in before: a repeat sends nothing.
asio::awaitable<result<std::vector<delivery_record>>> store_service::not_yet_taken_in(
    std::vector<delivery_record> deliveries) {
    key_set<store_schema> keys;
    for (auto const& d : deliveries) keys.add<delivery_record>(key_of_record(d));
    auto rows = co_await parts_.store->load(std::move(keys));
    if (!rows) co_return rows.error();
    std::erase_if(deliveries,
                  [&](delivery_record const& d) { return (*rows)->find<delivery_record>(key_of_record(d)); });
    co_return deliveries;
}

/// Sends first and records after: a crash in between repeats a message, it never loses one.
asio::awaitable<result<void>> store_service::send(channel& over, std::vector<delivery_record> deliveries) {
    if (deliveries.empty()) co_return result<void>{};
    std::vector<message> messages;
    messages.reserve(deliveries.size());
    for (auto const& d : deliveries) messages.push_back(rules::to_message(d));
    auto sent = co_await over.send(std::move(messages));
    std::vector<rules::record_attempt> tried;
    tried.reserve(deliveries.size());
    for (std::size_t i = 0; i < deliveries.size(); ++i) {
        rules::record_attempt one;
        one.delivery = std::move(deliveries[i]);
        if (!sent[i]) {
            one.failure = std::string(sent[i].error().word());
            one.jitter = std::hash<uuid>{}(parts_.context.ids->next(parts_.context.clock->stamp()));
        }
        tried.push_back(std::move(one));
    }
    auto batch = std::make_shared<attempts>(std::move(tried));
    co_return co_await transact_until_known<store_schema>(*parts_.store, batch, parts_.context);
}

asio::awaitable<void> store_service::retry_for_ever(std::shared_ptr<store_service> self) {
    while (!self->between_looks_.stopped()) {
        result<void> done;
        if (self->parts_.lease->held()) done = co_await self->retry_due();
        if (!done) {
            self->parts_.context.log->write(severity::warning, "cannot retry deliveries",
                                            {{"reason", std::string(done.error().word())}});
        }
        co_await self->between_looks_.sleep(std::chrono::seconds(1));
    }
}

asio::awaitable<result<void>> store_service::retry_due() {
    auto due = co_await parts_.store->due(parts_.context.clock->stamp(), limits::batch_items_max);
    if (!due) co_return due.error();
    for (auto const& over : parts_.channels) {
        std::vector<delivery_record> mine;
        for (auto& d : *due) {
            if (d.channel == over->name()) mine.push_back(d);
        }
        auto const sent = co_await send(*over, std::move(mine));
        if (!sent) co_return sent;
    }
    co_return result<void>{};
}

results<page<delivery>> store_service::list(requests<list_notifications> requests) {
    auto const answer = [this](request<list_notifications> const& r) { return list_one(r); };
    return shop::detail::one_by_one<page<delivery>>(std::move(requests), *parts_.context.clock, answer);
}

/// A place in the list: the key of the last delivery shown. The recipient comes last, as it may contain anything.
std::string place_of(delivery_record const& d) {
    return to_string(d.subject) + "/" + std::to_string(d.sequence) + "/" + d.channel + "/" + d.recipient;
}

std::optional<key_of<delivery_record>> read_place(std::string_view place) {
    auto const next = [&]() -> std::optional<std::string_view> {
        auto const slash = place.find('/');
        if (slash == place.npos) return std::nullopt;
        auto const part = place.substr(0, slash);
        place.remove_prefix(slash + 1);
        return part;
    };
    auto const subject = next();
    auto const version = next();
    auto const channel = next();
    if (!subject || !version || !channel) return std::nullopt;
    auto const id = parse_uuid(*subject);
    auto const number = json::decode<std::uint64_t>(*version);
    if (!id || !number) return std::nullopt;
    return key_of<delivery_record>{*id, *number, std::string(*channel), std::string(place)};
}

asio::awaitable<result<page<delivery>>> store_service::list_one(request<list_notifications> const& asked) {
    auto const& wanted = asked.command;
    auto const limit = page_limit(wanted.limit);
    if (!limit) co_return limit.error();
    delivery_query query;
    query.order_id = wanted.order_id;
    query.status = wanted.status;
    if (auto const& by = *asked.call.by; !by.may_act_for({})) query.customer_id = by.customer_id;
    query.limit = *limit + 1;
    if (wanted.cursor) {
        auto const place = read_cursor("notifications.list", *wanted.cursor);
        if (!place) co_return place.error();
        query.before = read_place(*place);
        if (!query.before) co_return bad_cursor();
    }
    auto records = co_await parts_.store->list(std::move(query));
    if (!records) co_return records.error();
    page<delivery> found;
    if (records->size() > *limit) {
        records->resize(*limit);
        found.next_cursor = make_cursor("notifications.list", place_of(records->back()));
    }
    for (auto const& record : *records) found.items.push_back(rules::view(record));
    co_return found;
}

}  // namespace

std::shared_ptr<running_service> make_service(service_parts parts) {
    return std::make_shared<store_service>(std::move(parts));
}

}  // namespace shop::notifications
