#include "subscriptions.hpp"

#include <algorithm>
#include <optional>

namespace shop {
namespace {

template <class T>
result<void> first_failure(std::vector<result<T>> const& answers) {
    for (auto const& a : answers) {
        if (!a) return a.error();
    }
    return {};
}

/// Nothing of a step that is history only.
std::optional<events::event> to_event(store_epoch source, orders::event_record&& step) {
    if (step.version < 2) return std::nullopt;
    events::event told;
    told.type = events::type_of(events::about_order, to_word(step.status));
    told.source = source;
    told.subject = to_string(step.order_id);
    told.sequence = step.version;
    told.time = step.at;
    told.data.status = to_word(step.status);
    told.data.customer_id = std::move(step.customer_id);
    if (step.note_visibility == orders::note_visibility::customer) told.data.note = std::move(step.note);
    told.data.tracking = std::move(step.tracking);
    return told;
}

std::optional<events::event> to_event(store_epoch source, inventory::stock_event_record&& change) {
    events::event told;
    told.type = events::type_of(events::about_stock, to_word(change.status));
    told.source = source;
    told.subject = change.sku.text();
    told.sequence = change.version;
    told.time = change.at;
    told.data.status = to_word(change.status);
    told.data.available = change.available;
    return told;
}

template <class Record>
asio::awaitable<result<void>> deliver_to_notifications(std::shared_ptr<notifications::service> subscriber,
                                                       store_epoch source, std::vector<Record> records) {
    requests<events::event> told;
    told.reserve(records.size());
    for (auto& record : records) {
        if (auto event = to_event(source, std::move(record))) told.emplace_back(std::move(*event));
    }
    if (told.empty()) co_return result<void>{};
    auto const answers = co_await subscriber->notify(std::move(told));
    co_return first_failure(answers);
}

/// The state of a sku as it is now, which is at least as new as the event that made us look.
products::note_availability state_of(store_epoch epoch, std::span<inventory::stock_record const> locations) {
    products::note_availability now;
    now.epoch = epoch;
    for (auto const& l : locations) {
        now.sku = l.sku;
        now.sequence += l.sequence;
        now.available += l.available();
        now.as_of = std::max(now.as_of, l.updated_at);
        if (l.location.is_main()) {
            now.low_stock_threshold = l.low_stock_threshold;
            now.untracked = l.untracked;
        }
    }
    return now;
}

asio::awaitable<result<std::vector<std::optional<products::note_availability>>>> read_availability(
    std::shared_ptr<inventory::store> store, std::vector<sku> skus) {
    key_set<inventory::store_schema> wanted;
    for (auto const& one : skus) wanted.add<inventory::stock_record>({one});
    auto const rows = co_await store->load(std::move(wanted));
    if (!rows) co_return rows.error();
    std::vector<std::optional<products::note_availability>> said(skus.size());
    for (std::size_t i = 0; i < skus.size(); ++i) {
        auto const locations = (*rows)->group<inventory::stock_record>({skus[i]});
        if (!locations.empty()) said[i] = state_of(store->epoch(), locations);
    }
    co_return said;
}

asio::awaitable<result<void>> deliver_to_catalogue(std::shared_ptr<inventory::store> store,
                                                   std::shared_ptr<products::service> subscriber,
                                                   std::vector<inventory::movement_record> movements) {
    key_set<inventory::store_schema> changed;
    for (auto& m : movements) changed.add<inventory::stock_record>({std::move(m.sku)});
    auto rows = co_await store->load(std::move(changed));
    if (!rows) co_return rows.error();
    std::vector<request<products::note_availability>> told;
    told.reserve((*rows)->groups<inventory::stock_record>().size());
    for (auto const& locations : (*rows)->groups<inventory::stock_record>()) {
        if (!locations.empty()) told.emplace_back(state_of(store->epoch(), locations));
    }
    if (told.empty()) co_return result<void>{};
    auto answers = co_await subscriber->note_availability(std::move(told));
    co_return first_failure(answers);
}

template <class Relay, class Event, class Store>
std::shared_ptr<Relay> relay_to_notifications(service_context context, std::shared_ptr<Store> store,
                                              std::shared_ptr<shop::lease> lease,
                                              std::shared_ptr<notifications::service> subscriber) {
    auto const epoch = store->epoch();
    auto deliver = [subscriber = std::move(subscriber), epoch](std::vector<Event> events) {
        return deliver_to_notifications(subscriber, epoch, std::move(events));
    };
    return std::make_shared<Relay>(std::move(context), std::move(store), std::move(lease), "notifications",
                                   std::move(deliver));
}

}  // namespace

products::availability_source availability_in(std::shared_ptr<inventory::store> store) {
    return [store = std::move(store)](std::vector<sku> skus) { return read_availability(store, std::move(skus)); };
}

std::shared_ptr<order_relay> make_order_relay(service_context context, std::shared_ptr<orders::store> store,
                                              std::shared_ptr<shop::lease> lease,
                                              std::shared_ptr<notifications::service> subscriber) {
    return relay_to_notifications<order_relay, orders::event_record>(std::move(context), std::move(store),
                                                                     std::move(lease), std::move(subscriber));
}

std::shared_ptr<stock_event_relay> make_stock_event_relay(service_context context,
                                                          std::shared_ptr<inventory::store> store,
                                                          std::shared_ptr<shop::lease> lease,
                                                          std::shared_ptr<notifications::service> subscriber) {
    return relay_to_notifications<stock_event_relay, inventory::stock_event_record>(
        std::move(context), std::move(store), std::move(lease), std::move(subscriber));
}

std::shared_ptr<stock_relay> make_stock_relay(service_context context, std::shared_ptr<inventory::store> store,
                                              std::shared_ptr<shop::lease> lease,
                                              std::shared_ptr<products::service> subscriber) {
    auto deliver = [store, subscriber = std::move(subscriber)](std::vector<inventory::movement_record> movements) {
        return deliver_to_catalogue(store, subscriber, std::move(movements));
    };
    return std::make_shared<stock_relay>(std::move(context), store, std::move(lease), "products", std::move(deliver));
}

}  // namespace shop
