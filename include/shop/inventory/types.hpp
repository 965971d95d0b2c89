#pragma once

#include <optional>
#include <string>
#include <vector>

#include <shop/core/availability.hpp>
#include <shop/core/describe.hpp>
#include <shop/core/error.hpp>
#include <shop/core/quantity.hpp>
#include <shop/core/sku.hpp>
#include <shop/core/time.hpp>
#include <shop/core/uuid.hpp>

namespace shop::inventory {

/// The counts of one place. `available = on_hand - allocated - held`.
struct location_level {
    shop::location location;
    std::int64_t on_hand = 0;    ///< pieces that lie there
    std::int64_t allocated = 0;  ///< of these, promised to orders
    std::int64_t held = 0;       ///< of these, held for checkouts
    std::int64_t available = 0;

    static constexpr auto fields() {
        using t = location_level;
        return std::tuple{required("location", &t::location), required("on_hand", &t::on_hand),
                          required("allocated", &t::allocated), required("held", &t::held),
                          required("available", &t::available)};
    }
    friend bool operator==(location_level const&, location_level const&) = default;
};

/// Whether a sku can be had, as people are told.
struct sku_availability {
    shop::sku sku;
    availability_status status = availability_status::out_of_stock;  ///< also of a sku without stock
    std::int64_t available = 0;                                      ///< pieces that can be promised
    std::uint64_t version = 0;                                       ///< of its stock: rises with every change
    std::optional<timestamp> as_of;                                  ///< nothing of a sku without stock

    static constexpr auto fields() {
        using t = sku_availability;
        return std::tuple{required("sku", &t::sku), required("status", &t::status),
                          required("available", &t::available), required("version", &t::version),
                          required("as_of", &t::as_of)};
    }
    friend bool operator==(sku_availability const&, sku_availability const&) = default;
};

/// The stock of one sku: the sums over its locations, and each of them.
struct stock_level {
    shop::sku sku;
    std::int64_t on_hand = 0;
    std::int64_t allocated = 0;
    std::int64_t held = 0;
    std::int64_t available = 0;
    std::int64_t low_stock_threshold = 0;
    std::int64_t backorder_limit = 0;       ///< how far below zero `available` may be promised
    bool untracked = false;                 ///< never counted, never short
    std::vector<location_level> locations;  ///< one per location with a row
    std::uint64_t version = 0;              ///< lines of the ledger about it: rises with every change

    static constexpr auto fields() {
        using t = stock_level;
        return std::tuple{required("sku", &t::sku),
                          required("on_hand", &t::on_hand),
                          required("allocated", &t::allocated),
                          required("held", &t::held),
                          required("available", &t::available),
                          required("low_stock_threshold", &t::low_stock_threshold),
                          required("backorder_limit", &t::backorder_limit),
                          required("untracked", &t::untracked),
                          required("locations", &t::locations),
                          required("version", &t::version)};
    }
    friend bool operator==(stock_level const&, stock_level const&) = default;
};

/// Why a count changed. `configured` moves nothing: it marks a change of settings in the same log.
enum class movement_kind {
    received,
    adjusted,
    transferred,
    allocated,
    released,
    shipped,
    returned,
    configured,
};
constexpr std::array<std::string_view, 8> words_of(movement_kind) {
    return {"received", "adjusted", "transferred", "allocated", "released", "shipped", "returned", "configured"};
}

/// One line of the ledger.
struct movement {
    shop::sku sku;
    shop::location location;
    std::uint64_t sequence = 0;                    ///< of this sku and location: 1-based, without gaps
    movement_kind kind = movement_kind::received;  ///< why the counts changed
    std::int64_t on_hand_delta = 0;
    std::int64_t allocated_delta = 0;
    std::int64_t on_hand = 0;              ///< after it
    std::int64_t allocated = 0;            ///< after it
    std::optional<std::string> reason;     ///< for people
    std::optional<std::string> reference;  ///< of a recorded movement, when its caller gave one
    std::optional<shop::order_id> order_id;
    timestamp at;
    std::optional<std::string> actor;  ///< the account that recorded or configured it; an order's history tells its own

    static constexpr auto fields() {
        using t = movement;
        return std::tuple{required("sku", &t::sku),
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
                          required("at", &t::at),
                          optional("actor", &t::actor)};
    }
    friend bool operator==(movement const&, movement const&) = default;
};

/// So many pieces of one sku.
struct line {
    line() = default;
    line(shop::sku which, shop::quantity many) : sku(std::move(which)), quantity(many) {}
    shop::sku sku;
    shop::quantity quantity;

    static constexpr auto fields() {
        return std::tuple{required("sku", &line::sku), required("quantity", &line::quantity)};
    }
    friend bool operator==(line const&, line const&) = default;
};

/// Where the pieces of a promise lie. Untracked skus are promised without a place.
struct allocated_line {
    shop::sku sku;
    shop::location location;
    std::int64_t quantity = 0;  ///< pieces
    bool untracked = false;

    static constexpr auto fields() {
        using t = allocated_line;
        return std::tuple{required("sku", &t::sku), required("location", &t::location),
                          required("quantity", &t::quantity), optional("untracked", &t::untracked)};
    }
    friend bool operator==(allocated_line const&, allocated_line const&) = default;
};

/// The one decision about an order, made by the first allocate or release to commit.
enum class decision { allocated, refused, released };
constexpr std::array<std::string_view, 3> words_of(decision) {
    return {"allocated", "refused", "released"};
}

/// Stock promised to an order.
struct allocation {
    shop::order_id order_id;
    std::vector<allocated_line> lines;  ///< lines of one sku at several locations stand side by side

    static constexpr auto fields() {
        return std::tuple{required("order_id", &allocation::order_id), required("lines", &allocation::lines)};
    }
    friend bool operator==(allocation const&, allocation const&) = default;
};

/// A shipment, release or return that was applied to an allocated order.
struct applied_operation {
    shop::operation_id id;
    movement_kind kind = movement_kind::shipped;  ///< `shipped`, `released` or `returned`
    std::vector<allocated_line> lines;            ///< the pieces it was about

    static constexpr auto fields() {
        using t = applied_operation;
        return std::tuple{required("id", &t::id), required("kind", &t::kind), required("lines", &t::lines)};
    }
    friend bool operator==(applied_operation const&, applied_operation const&) = default;
};

/// All that the inventory decided about one order.
struct decided_order {
    shop::order_id order_id;
    inventory::decision decision = inventory::decision::refused;
    std::vector<allocated_line> lines;          ///< as promised, when allocated
    std::vector<applied_operation> operations;  ///< in the order they were applied

    static constexpr auto fields() {
        using t = decided_order;
        return std::tuple{required("order_id", &t::order_id), required("decision", &t::decision),
                          optional("lines", &t::lines), optional("operations", &t::operations)};
    }
    friend bool operator==(decided_order const&, decided_order const&) = default;
};

}  // namespace shop::inventory
