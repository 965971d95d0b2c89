#pragma once

#include <limits>
#include <string>
#include <vector>

#include <shop/inventory/store.hpp>
#include <shop/notifications/store.hpp>
#include <shop/orders/store.hpp>
#include <shop/products/store.hpp>
#include <shop/storage/storage.hpp>

/// Records to try a store with: the n-th of a type, whose keys rise with n, and odd ones.
namespace shop::testing {

constexpr std::int64_t largest = std::numeric_limits<std::int64_t>::max();

/// Texts that a store might spoil.
std::vector<std::string> const& odd_texts();

std::string nth_text(std::string const& prefix, int n);
sku nth_sku(int n);
/// Ids rise with n, as those drawn one after another do.
template <class Id = order_id>
Id nth_id(int n) {
    auto out = uuid::first_of(timestamp(std::chrono::milliseconds(1'770'000'000'000 + n)));
    out.bytes[15] = 0xa5;
    return Id{out};
}
timestamp nth_time(int n);

/// `make(n)`, and `odd()`: records with other keys than `make` gives below 1,000, whose values are at their edges. All
/// keep the invariants that a store may check too.
template <class Record>
struct sample;

template <>
struct sample<products::product_record> {
    static products::product_record make(int n);
    static std::vector<products::product_record> odd();
};
template <>
struct sample<products::availability_record> {
    static products::availability_record make(int n);
    static std::vector<products::availability_record> odd();
};
template <>
struct sample<inventory::stock_record> {
    static inventory::stock_record make(int n);
    static std::vector<inventory::stock_record> odd();
};
template <>
struct sample<inventory::movement_record> {
    static inventory::movement_record make(int n);
    static std::vector<inventory::movement_record> odd();
};
template <>
struct sample<inventory::stock_event_record> {
    static inventory::stock_event_record make(int n);
    static std::vector<inventory::stock_event_record> odd();
};
template <>
struct sample<inventory::reference_record> {
    static inventory::reference_record make(int n);
    static std::vector<inventory::reference_record> odd();
};
template <>
struct sample<inventory::decision_record> {
    static inventory::decision_record make(int n);
    static std::vector<inventory::decision_record> odd();
};
template <>
struct sample<orders::order_record> {
    static orders::order_record make(int n);
    static std::vector<orders::order_record> odd();
};
template <>
struct sample<key_record> {
    static key_record make(int n);
    static std::vector<key_record> odd();
};
template <>
struct sample<orders::event_record> {
    static orders::event_record make(int n);
    static std::vector<orders::event_record> odd();
};
template <>
struct sample<notifications::delivery_record> {
    static notifications::delivery_record make(int n);
    static std::vector<notifications::delivery_record> odd();
};
template <>
struct sample<notifications::preferences_record> {
    static notifications::preferences_record make(int n);
    static std::vector<notifications::preferences_record> odd();
};
template <>
struct sample<notifications::suppression_record> {
    static notifications::suppression_record make(int n);
    static std::vector<notifications::suppression_record> odd();
};
template <>
struct sample<notifications::endpoint_record> {
    static notifications::endpoint_record make(int n);
    static std::vector<notifications::endpoint_record> odd();
};
template <class Log>
struct sample<events::cursor_record<Log>> {
    using record = events::cursor_record<Log>;
    static record make(int n) {
        record r;
        r.subscriber = nth_text("subscriber", n);
        r.acknowledged_position = static_cast<std::uint64_t>(n);
        return r;
    }
    static std::vector<record> odd() {
        std::vector<record> out;
        for (auto const& text : odd_texts()) {
            out.emplace_back().subscriber = "odd " + text;
            out.back().acknowledged_position = static_cast<std::uint64_t>(largest);
        }
        return out;
    }
};

template <class Owner>
struct sample<lease_record<Owner>> {
    using record = lease_record<Owner>;
    static record make(int n) {
        record r;
        r.work = nth_text("work", n);
        r.holder = nth_id(n).value;
        return r;
    }
    static std::vector<record> odd() {
        std::vector<record> out;
        for (auto const& text : odd_texts()) out.emplace_back().work = "odd " + text;
        return out;
    }
};

/// A service as the generic tests see it: `counter` is a record type whose count they change, at no odd place.
struct products_room {
    using port = products::store;
    using schema = products::store_schema;
    using counter = products::product_record;
    static constexpr auto member = &stores::products;
    static std::int64_t count(counter const& r) { return r.price.amount(); }
    static void set_count(counter& r, std::int64_t to) { r.price = money(to, r.price.currency()); }
};
struct inventory_room {
    using port = inventory::store;
    using schema = inventory::store_schema;
    using counter = inventory::stock_record;
    static constexpr auto member = &stores::inventory;
    static std::int64_t count(counter const& r) { return r.on_hand; }
    static void set_count(counter& r, std::int64_t to) { r.on_hand = to; }
};
struct orders_room {
    using port = orders::store;
    using schema = orders::store_schema;
    using counter = orders::order_record;
    static constexpr auto member = &stores::orders;
    // An order's version begins at 1, a count at 0.
    static std::int64_t count(counter const& r) { return static_cast<std::int64_t>(r.version) - 1; }
    static void set_count(counter& r, std::int64_t to) { r.version = static_cast<std::uint64_t>(to) + 1; }
};
struct notifications_room {
    using port = notifications::store;
    using schema = notifications::store_schema;
    using counter = notifications::delivery_record;
    static constexpr auto member = &stores::notifications;
    static std::int64_t count(counter const& r) { return r.created_at.time_since_epoch().count(); }
    static void set_count(counter& r, std::int64_t to) { r.created_at = timestamp(std::chrono::milliseconds(to)); }
};

}  // namespace shop::testing
