#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <shop/core/describe.hpp>
#include <shop/core/money.hpp>
#include <shop/core/quantity.hpp>
#include <shop/core/sku.hpp>
#include <shop/core/time.hpp>
#include <shop/core/uuid.hpp>
#include <shop/orders/status.hpp>

namespace shop::orders {

/// Who orders. Only the id is needed; the rest is for telling them.
struct customer {
    customer() = default;
    explicit customer(std::string which) : id(std::move(which)) {}  ///< Nothing but the id.

    std::string id;  ///< 1 to `limits::customer_id_bytes_max` bytes
    /// An address as RFC 5321 has it, at most `limits::mail_address_bytes_max` bytes.
    std::optional<std::string> email;
    std::optional<std::string> name;    ///< 1 to `limits::customer_name_bytes_max` bytes
    std::optional<std::string> locale;  ///< BCP 47

    static constexpr auto fields() {
        using t = customer;
        return std::tuple{required("id", &t::id), optional("email", &t::email), optional("name", &t::name),
                          optional("locale", &t::locale)};
    }
    friend bool operator==(customer const&, customer const&) = default;
};

/// A line of an order: the product as it was when the order was placed.
struct line {
    shop::sku sku;
    std::string name;  ///< the product's, when the order was placed
    shop::quantity quantity;
    money unit_price;  ///< when the order was placed
    money line_total;  ///< `unit_price` times `quantity`

    static constexpr auto fields() {
        using t = line;
        return std::tuple{required("sku", &t::sku), required("name", &t::name), required("quantity", &t::quantity),
                          required("unit_price", &t::unit_price), required("line_total", &t::line_total)};
    }
    friend bool operator==(line const&, line const&) = default;
};

/// So many pieces of one sku, inside a shipment.
struct shipped_line {
    shop::sku sku;
    std::int64_t quantity = 0;  ///< pieces

    static constexpr auto fields() {
        return std::tuple{required("sku", &shipped_line::sku), required("quantity", &shipped_line::quantity)};
    }
    friend bool operator==(shipped_line const&, shipped_line const&) = default;
};

/// What left the shop together.
struct shipment {
    shop::shipment_id id;
    std::vector<shipped_line> lines;  ///< one per sku
    std::optional<std::string> tracking;
    timestamp at;
    std::uint64_t version = 0;  ///< of the order, when it was shipped

    static constexpr auto fields() {
        using t = shipment;
        return std::tuple{required("id", &t::id), required("lines", &t::lines), optional("tracking", &t::tracking),
                          required("at", &t::at), required("version", &t::version)};
    }
    friend bool operator==(shipment const&, shipment const&) = default;
};

using metadata = std::map<std::string, std::string>;

/// An order as callers see it.
struct order {
    order_id id;
    orders::status status = orders::status::pending;
    orders::customer customer;
    std::vector<line> lines;  ///< one per sku
    money total;
    std::uint64_t version = 1;  ///< 1 when placed, one more with each change of status
    timestamp placed_at;
    timestamp updated_at;
    std::optional<std::string> reason;  ///< why it was rejected or cancelled; for a customer, unless it is internal
    std::vector<shipment> shipments;    ///< in the order they left
    orders::metadata metadata;

    static constexpr auto fields() {
        using t = order;
        return std::tuple{required("id", &t::id),
                          required("status", &t::status),
                          required("customer", &t::customer),
                          required("lines", &t::lines),
                          required("total", &t::total),
                          required("version", &t::version),
                          required("placed_at", &t::placed_at),
                          required("updated_at", &t::updated_at),
                          optional("reason", &t::reason),
                          required("shipments", &t::shipments),
                          required("metadata", &t::metadata)};
    }
    friend bool operator==(order const&, order const&) = default;
};

/// A step of an order's life, as those are told who follow it: without what is internal, so that all read the same.
struct order_event {
    shop::order_id order_id;
    std::uint64_t version = 0;  ///< of the order, from this step on
    orders::status status = orders::status::pending;
    timestamp at;
    std::string customer_id;
    std::optional<std::string> note;  ///< to the customer
    std::optional<std::string> tracking;
    std::uint64_t position = 0;  ///< in the log of all orders

    static constexpr auto fields() {
        using t = order_event;
        return std::tuple{required("order_id", &t::order_id),       required("version", &t::version),
                          required("status", &t::status),           required("at", &t::at),
                          required("customer_id", &t::customer_id), optional("note", &t::note),
                          optional("tracking", &t::tracking),       required("position", &t::position)};
    }
    friend bool operator==(order_event const&, order_event const&) = default;
};

/// What came to pass since somebody looked last.
struct order_events {
    std::vector<order_event> items;  ///< oldest first, at most `limits::events_read_max`
    store_epoch source;              ///< the store of the orders
    std::uint64_t position = 0;      ///< of the last step that was looked at, told or not
    bool more = false;               ///< there is more behind it
    bool is_reset = false;           ///< the place asked for is none here: what lies between is not known

    static constexpr auto fields() {
        using t = order_events;
        return std::tuple{required("items", &t::items), required("source", &t::source),
                          required("position", &t::position), optional("more", &t::more),
                          optional("is_reset", &t::is_reset)};
    }
};

/// A place in the log of all orders: `SOURCE.POSITION`, as the ids of their events are.
struct event_place {
    store_epoch source;          ///< of the store whose log it is
    std::uint64_t position = 0;  ///< in that log

    static std::optional<event_place> parse(std::string_view text);  ///< Nothing of any other text.
    friend std::string to_string(event_place const& place);          ///< As `parse` takes it.
};

/// Who may read a note: those who run the shop, or the customer, too.
enum class note_visibility { internal, customer };
constexpr std::array<std::string_view, 2> words_of(note_visibility) {
    return {"internal", "customer"};
}

/// One step of an order's life.
struct history_item {
    std::uint64_t version = 0;  ///< of the order, from 1 on without gaps
    orders::status status = orders::status::pending;
    timestamp at;
    std::string actor;  ///< an account; for a customer `shop`, unless it is their own
    std::optional<std::string> note;
    std::optional<orders::note_visibility> note_visibility;  ///< beside a note
    std::optional<std::string> tracking;

    static constexpr auto fields() {
        using t = history_item;
        return std::tuple{required("version", &t::version),
                          required("status", &t::status),
                          required("at", &t::at),
                          required("actor", &t::actor),
                          optional("note", &t::note),
                          optional("note_visibility", &t::note_visibility),
                          optional("tracking", &t::tracking)};
    }
    friend bool operator==(history_item const&, history_item const&) = default;
};

}  // namespace shop::orders
