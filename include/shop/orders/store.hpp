#pragma once

#include <shop/events/cursor.hpp>
#include <shop/json/document.hpp>
#include <shop/orders/types.hpp>
#include <shop/records/key_record.hpp>
#include <shop/records/lease.hpp>
#include <shop/records/record.hpp>

namespace shop::orders {

/// What the customer ordered: written once, with the order.
struct order_content {
    orders::customer customer;
    std::vector<line> lines;  ///< one per sku
    money total;
    orders::metadata metadata;

    static constexpr auto fields() {
        using t = order_content;
        return std::tuple{required("customer", &t::customer), required("lines", &t::lines),
                          required("total", &t::total), optional("metadata", &t::metadata)};
    }
    friend bool operator==(order_content const&, order_content const&) = default;
};

/// What became of it.
struct order_outcome {
    std::optional<std::string> reason;                 ///< of a rejection or cancellation
    std::optional<note_visibility> reason_visibility;  ///< of a cancelled order; `internal` unless said
    std::vector<shortage> shortages;                   ///< when rejected
    std::vector<shipment> shipments;                   ///< in the order they were shipped

    static constexpr auto fields() {
        using t = order_outcome;
        return std::tuple{optional("reason", &t::reason), optional("reason_visibility", &t::reason_visibility),
                          optional("shortages", &t::shortages), optional("shipments", &t::shipments)};
    }
    friend bool operator==(order_outcome const&, order_outcome const&) = default;
};

/// The one thing that is being done to an order: stored before its effect, cleared by its conclusion, finished by
/// recovery if need be.
struct open_operation {
    operation_id id;
    operation_type type = operation_type::place;  ///< decides the effect in the inventory
    std::string actor;
    std::optional<std::string> note;
    std::optional<orders::note_visibility> note_visibility;
    std::optional<std::string> tracking;
    std::optional<std::string> account;  ///< with `key`: the key record to conclude with it
    std::optional<std::string> key;      ///< with `account`

    static constexpr auto fields() {
        using t = open_operation;
        return std::tuple{required("id", &t::id),
                          required("type", &t::type),
                          required("actor", &t::actor),
                          optional("note", &t::note),
                          optional("tracking", &t::tracking),
                          optional("account", &t::account),
                          optional("key", &t::key),
                          optional("note_visibility", &t::note_visibility)};
    }
    friend bool operator==(open_operation const&, open_operation const&) = default;
};

/// One order: what was asked for once, and what became of it.
struct order_record {
    static constexpr std::string_view table = "orders_order";
    static constexpr auto key() { return std::tuple{&order_record::id}; }
    static constexpr std::size_t load_key_size = 1;

    order_id id;  ///< its time of birth is when the order was placed
    std::uint64_t revision = 0;
    std::string customer_id;
    orders::status status = orders::status::pending;
    std::uint64_t version = 1;  ///< one more with each change of status
    timestamp updated_at;
    timestamp settled_at;  ///< of version 2: what placing answered is rendered from it for ever
    document<order_content> content;
    document<order_outcome> outcome;
    std::optional<open_operation> open;  ///< none when nothing is under way

    static constexpr auto fields() {
        using t = order_record;
        return std::tuple{required("id", &t::id),
                          required("revision", &t::revision),
                          required("customer_id", &t::customer_id),
                          required("status", &t::status),
                          required("version", &t::version),
                          required("updated_at", &t::updated_at),
                          required("settled_at", &t::settled_at),
                          required("content", &t::content),
                          required("outcome", &t::outcome),
                          optional("open", &t::open)};
    }
    friend bool operator==(order_record const&, order_record const&) = default;
};

using shop::key_record;
using shop::recorded_refusal;

/// One change of status: history and outbox are this same row. Version 1 is history only.
struct event_record {
    static constexpr std::string_view table = "orders_event";
    static constexpr std::string_view cursor_table = "orders_cursor";
    static constexpr std::string_view lease_table = "orders_lease";
    static constexpr auto key() { return std::tuple{&event_record::position}; }
    static constexpr std::size_t load_key_size = 1;

    std::uint64_t position = 0;  ///< given by the store, rising in the order of commits
    shop::order_id order_id;
    std::uint64_t version = 1;  ///< unique per order
    orders::status status = orders::status::pending;
    timestamp at;
    std::string customer_id;  ///< whom to tell
    std::string actor;
    std::optional<std::string> note;
    std::optional<std::string> tracking;
    std::optional<orders::note_visibility> note_visibility;  ///< `internal` unless said

    static constexpr auto fields() {
        using t = event_record;
        return std::tuple{required("position", &t::position),
                          required("order_id", &t::order_id),
                          required("version", &t::version),
                          required("status", &t::status),
                          required("at", &t::at),
                          required("customer_id", &t::customer_id),
                          required("actor", &t::actor),
                          optional("note", &t::note),
                          optional("tracking", &t::tracking),
                          added("note_visibility", &t::note_visibility)};
    }
    friend bool operator==(event_record const&, event_record const&) = default;
};

using cursor_record = events::cursor_record<event_record>;
using lease_record = shop::lease_record<event_record>;

using store_schema = shop::schema<order_record, key_record, event_record, cursor_record, lease_record>;

/// Which orders to list, newest first.
struct order_query {
    std::optional<std::string> customer_id;
    std::optional<orders::status> status;
    std::optional<order_id> before;      ///< keyset: ids less than this; also the end of a range over time
    std::optional<order_id> not_before;  ///< ids from this on: the start of a range over time
    std::size_t limit = 0;
};

/// The storage port of the orders.
class store : public record_store<store_schema> {
public:
    /// Newest first.
    virtual asio::awaitable<result<std::vector<order_record>>> list(order_query query) = 0;
    /// Orders with an open operation, by id.
    virtual asio::awaitable<result<std::vector<order_record>>> open(std::optional<order_id> after,
                                                                    std::size_t limit) = 0;
    /// How many orders have an open operation, counted no further than `limit`.
    virtual asio::awaitable<result<std::size_t>> count_open(std::size_t limit) = 0;
    /// All events of an order, by version.
    virtual asio::awaitable<result<std::vector<event_record>>> history(order_id id) = 0;
};

}  // namespace shop::orders
