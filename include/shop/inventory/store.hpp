#pragma once

#include <shop/core/availability.hpp>
#include <shop/core/fingerprint.hpp>
#include <shop/events/cursor.hpp>
#include <shop/inventory/types.hpp>
#include <shop/json/document.hpp>
#include <shop/records/key_record.hpp>
#include <shop/records/lease.hpp>
#include <shop/records/record.hpp>

namespace shop::inventory {

/// The counts of one sku at one location. The row of `main` also carries the settings of the sku, and exists wherever
/// any other does; what is promised beyond the stock is promised there.
struct stock_record {
    static constexpr std::string_view table = "inventory_stock";
    static constexpr auto key() { return std::tuple{&stock_record::sku, &stock_record::location}; }
    static constexpr std::size_t load_key_size = 1;  // all locations of a sku together

    shop::sku sku;
    shop::location location;
    std::uint64_t revision = 0;
    std::uint64_t sequence = 0;  ///< lines of the ledger about this row: many commands of a batch are one write of it
    std::int64_t on_hand = 0;
    std::int64_t allocated = 0;
    std::int64_t held = 0;
    std::int64_t low_stock_threshold = 0;
    std::int64_t backorder_limit = 0;
    bool untracked = false;
    timestamp updated_at;

    std::int64_t available() const { return on_hand - allocated - held; }  ///< In pieces; may be below zero.

    static constexpr auto fields() {
        using t = stock_record;
        return std::tuple{required("sku", &t::sku),
                          required("location", &t::location),
                          required("revision", &t::revision),
                          required("sequence", &t::sequence),
                          required("on_hand", &t::on_hand),
                          required("allocated", &t::allocated),
                          required("held", &t::held),
                          required("low_stock_threshold", &t::low_stock_threshold),
                          required("backorder_limit", &t::backorder_limit),
                          required("untracked", &t::untracked),
                          required("updated_at", &t::updated_at)};
    }
    friend bool operator==(stock_record const&, stock_record const&) = default;
};

/// One line of the append-only ledger, and one event of the stock log: the same row, so that one cannot exist without
/// the other.
struct movement_record {
    static constexpr std::string_view table = "inventory_movement";
    static constexpr std::string_view cursor_table = "inventory_cursor";
    static constexpr std::string_view lease_table = "inventory_lease";
    static constexpr auto key() { return std::tuple{&movement_record::position}; }
    static constexpr std::size_t load_key_size = 1;

    std::uint64_t position = 0;  ///< given by the store, rising in the order of commits
    shop::sku sku;
    shop::location location;
    std::uint64_t sequence = 0;                    ///< of this sku and location: 1-based, without gaps
    movement_kind kind = movement_kind::received;  ///< why the counts changed
    std::int64_t on_hand_delta = 0;
    std::int64_t allocated_delta = 0;
    std::int64_t on_hand = 0;
    std::int64_t allocated = 0;
    std::optional<std::string> reason;     ///< for people
    std::optional<std::string> reference;  ///< of a recorded movement; those of orders name the order instead
    std::optional<shop::order_id> order_id;
    std::optional<shop::operation_id> operation;  ///< the shipment, release or return of the order
    timestamp at;
    std::optional<std::string> actor;  ///< the account that recorded or configured it; an order's history tells its own

    static constexpr auto fields() {
        using t = movement_record;
        return std::tuple{required("position", &t::position),
                          required("sku", &t::sku),
                          required("location", &t::location),
                          required("sequence", &t::sequence),
                          required("kind", &t::kind),
                          required("on_hand_delta", &t::on_hand_delta),
                          required("allocated_delta", &t::allocated_delta),
                          required("on_hand", &t::on_hand),
                          required("allocated", &t::allocated),
                          optional("reason", &t::reason),
                          optional("reference", &t::reference),
                          optional("order_id", &t::order_id),
                          optional("operation", &t::operation),
                          required("at", &t::at),
                          added("actor", &t::actor)};
    }
    friend bool operator==(movement_record const&, movement_record const&) = default;
};

/// An event that people are told of: a sku ran low, ran out, or can be had again. It stands beside the ledger so that
/// who tells it need not read every movement.
struct stock_event_record {
    static constexpr std::string_view table = "inventory_event";
    static constexpr std::string_view cursor_table = "inventory_event_cursor";
    static constexpr auto key() { return std::tuple{&stock_event_record::position}; }
    static constexpr std::size_t load_key_size = 1;

    std::uint64_t position = 0;  ///< given by the store, rising in the order of commits
    shop::sku sku;
    std::uint64_t version = 0;  ///< of the stock of the sku: lines of the ledger about it
    availability_status status = availability_status::out_of_stock;  ///< as it is from now on
    std::int64_t available = 0;
    timestamp at;

    static constexpr auto fields() {
        using t = stock_event_record;
        return std::tuple{required("position", &t::position),   required("sku", &t::sku),
                          required("version", &t::version),     required("status", &t::status),
                          required("available", &t::available), required("at", &t::at)};
    }
    friend bool operator==(stock_event_record const&, stock_event_record const&) = default;
};

/// A recorded movement's reference, kept for ever so that a late repeat never creates stock; answers the repeat. A
/// movement without a reference of its own is kept under its idempotency key.
struct reference_record {
    static constexpr std::string_view table = "inventory_reference";
    static constexpr auto key() {
        return std::tuple{&reference_record::sku, &reference_record::location, &reference_record::reference};
    }
    static constexpr std::size_t load_key_size = 3;

    shop::sku sku;
    shop::location location;
    std::string reference;  ///< of the movement, or its idempotency key
    std::uint64_t revision = 0;
    shop::fingerprint fingerprint{};
    document<movement> recorded;         ///< what the first one was answered
    std::optional<std::string> account;  ///< whose idempotency key it is; none of a reference by itself

    static constexpr auto fields() {
        using t = reference_record;
        return std::tuple{required("sku", &t::sku),
                          required("location", &t::location),
                          required("reference", &t::reference),
                          required("revision", &t::revision),
                          required("fingerprint", &t::fingerprint),
                          required("recorded", &t::recorded),
                          added("account", &t::account)};
    }
    friend bool operator==(reference_record const&, reference_record const&) = default;
};

/// What was decided about an order, and what was done since.
struct decision_content {
    std::vector<allocated_line> lines;          ///< as promised, when allocated
    std::vector<shortage> shortages;            ///< when refused
    std::vector<applied_operation> operations;  ///< in the order they were applied

    static constexpr auto fields() {
        using t = decision_content;
        return std::tuple{optional("lines", &t::lines), optional("shortages", &t::shortages),
                          optional("operations", &t::operations)};
    }
    friend bool operator==(decision_content const&, decision_content const&) = default;
};

/// The decision about one order, its lines inside.
struct decision_record {
    static constexpr std::string_view table = "inventory_decision";
    static constexpr auto key() { return std::tuple{&decision_record::order_id}; }
    static constexpr std::size_t load_key_size = 1;

    shop::order_id order_id;
    std::uint64_t revision = 0;
    inventory::decision decision = inventory::decision::refused;
    document<decision_content> content;
    timestamp decided_at;

    static constexpr auto fields() {
        using t = decision_record;
        return std::tuple{required("order_id", &t::order_id), required("revision", &t::revision),
                          required("decision", &t::decision), required("content", &t::content),
                          required("decided_at", &t::decided_at)};
    }
    friend bool operator==(decision_record const&, decision_record const&) = default;
};

using cursor_record = events::cursor_record<movement_record>;
using event_cursor_record = events::cursor_record<stock_event_record>;
using lease_record = shop::lease_record<movement_record>;

using shop::key_record;

using store_schema = shop::schema<stock_record, movement_record, reference_record, decision_record, cursor_record,
                                  lease_record, stock_event_record, event_cursor_record, key_record>;

/// Which rows of stock to list, by sku.
struct stock_query {
    std::optional<shop::sku> after;  ///< keyset: skus greater than this
    std::size_t limit = 0;           ///< skus, not rows
};

/// Which lines of the ledger to list, newest first.
struct movement_query {
    shop::sku sku;
    std::optional<std::uint64_t> before;  ///< keyset: positions less than this
    std::size_t limit = 0;
};

/// The storage port of the inventory.
class store : public record_store<store_schema> {
public:
    /// All locations of the next skus, by sku and location.
    virtual asio::awaitable<result<std::vector<stock_record>>> list(stock_query query) = 0;
    /// The ledger of a sku over all locations, newest first.
    virtual asio::awaitable<result<std::vector<movement_record>>> movements(movement_query query) = 0;
};

}  // namespace shop::inventory
