#pragma once

#include <shop/async/results.hpp>
#include <shop/core/call.hpp>
#include <shop/core/page.hpp>
#include <shop/core/result.hpp>
#include <shop/inventory/types.hpp>

namespace shop::inventory {

namespace asio = boost::asio;

/// Command of `service::get`.
struct get_stock {
    get_stock() = default;
    explicit get_stock(shop::sku which) : sku(std::move(which)) {}
    shop::sku sku;
    static constexpr auto fields() { return std::tuple{required("sku", &get_stock::sku)}; }
};

/// Command of `service::list`.
struct list_stock {
    list_stock() = default;
    std::vector<shop::sku> sku;  ///< just these; unknown ones are left out
    std::optional<std::int64_t> limit;
    std::optional<std::string> cursor;
    static constexpr auto fields() {
        using t = list_stock;
        return std::tuple{optional("sku", &t::sku), optional("limit", &t::limit), optional("cursor", &t::cursor)};
    }
};

/// Command of `service::availability`.
struct watch_availability {
    watch_availability() = default;
    explicit watch_availability(std::vector<shop::sku> which) : sku(std::move(which)) {}
    std::vector<shop::sku> sku;  ///< 1 to `limits::watched_skus_max`
    static constexpr auto fields() { return std::tuple{required("sku", &watch_availability::sku)}; }
};

/// What `service::availability` answers.
struct availabilities {
    std::vector<sku_availability> items;  ///< one per sku asked for, in their order
    static constexpr auto fields() { return std::tuple{required("items", &availabilities::items)}; }
};

/// Changes the settings of a sku; what is not named stays.
struct configure_stock {
    configure_stock() = default;
    explicit configure_stock(shop::sku which) : sku(std::move(which)) {}
    configure_stock&& warn_below(std::int64_t pieces) && {
        low_stock_threshold = pieces;
        return std::move(*this);
    }
    configure_stock&& backorder(std::int64_t pieces) && {
        backorder_limit = pieces;
        return std::move(*this);
    }
    configure_stock&& tracked(bool is_tracked) && {
        untracked = !is_tracked;
        return std::move(*this);
    }

    shop::sku sku;
    std::optional<std::int64_t> low_stock_threshold;
    std::optional<std::int64_t> backorder_limit;
    std::optional<bool> untracked;
    std::optional<std::uint64_t> if_match;  ///< the version it was read at
    bool if_none_match = false;             ///< only a sku that is not known yet
    bool guarded = false;                   ///< a known sku only at a version, as over HTTP
    std::optional<std::int64_t> on_hand;    ///< this and the following: as they were read, or left out
    std::optional<std::int64_t> allocated;
    std::optional<std::int64_t> held;
    std::optional<std::int64_t> available;
    std::optional<std::vector<location_level>> locations;  ///< one per location with a row; read only
    std::optional<std::uint64_t> version;                  ///< read only: see `stock_level::version`
    static constexpr auto fields() {
        using t = configure_stock;
        return std::tuple{required("sku", &t::sku),
                          optional("low_stock_threshold", &t::low_stock_threshold),
                          optional("backorder_limit", &t::backorder_limit),
                          optional("untracked", &t::untracked),
                          optional("if_match", &t::if_match),
                          optional("if_none_match", &t::if_none_match),
                          optional("guarded", &t::guarded),
                          read_only("on_hand", &t::on_hand),
                          read_only("allocated", &t::allocated),
                          read_only("held", &t::held),
                          read_only("available", &t::available),
                          read_only("locations", &t::locations),
                          read_only("version", &t::version)};
    }
};

/// What a caller can record; the other kinds follow from orders and settings.
using recordable_kind = one_of<movement_kind::received, movement_kind::adjusted, movement_kind::transferred>;

/// Stock comes, goes, moves or is counted anew. Exactly the members of its kind may be set:
/// `received` quantity; `adjusted` delta, or set with expected, and a reason; `transferred` quantity, from and to.
struct record_movement {
    record_movement() = default;
    /// Pieces came in, at `main` unless `at` says otherwise.
    static record_movement receive(shop::sku which, shop::quantity many);
    /// @param by pieces, below zero when they went
    /// @param why for people, at most `limits::reason_characters_max` characters
    static record_movement adjust(shop::sku which, std::int64_t by, std::string why);
    /// Pieces move from one place to another.
    static record_movement transfer(shop::sku which, shop::quantity many, location source, location target);

    record_movement&& at(shop::location where) && {
        location = std::move(where);
        return std::move(*this);
    }
    record_movement&& with_reference(std::string what) && {
        reference = std::move(what);
        return std::move(*this);
    }

    shop::sku sku;
    recordable_kind kind;  ///< decides which members may be set
    std::optional<shop::quantity> quantity;
    std::optional<std::int64_t> delta;       ///< pieces, below zero when they went
    std::optional<std::int64_t> set;         ///< the count as it is to be, in pieces on hand
    std::optional<std::int64_t> expected;    ///< the count as the caller saw it; another one is `stock_changed`
    std::optional<std::string> reason;       ///< for people, at most `limits::reason_characters_max` characters
    std::optional<shop::location> location;  ///< `main` when missing
    std::optional<shop::location> from;      ///< of a transfer
    std::optional<shop::location> to;        ///< of a transfer
    /// Unique per sku and location for ever; a repeat is answered as the first. The idempotency key of the call when
    /// empty.
    std::optional<std::string> reference;
    static constexpr auto fields() {
        using t = record_movement;
        return std::tuple{required("sku", &t::sku),           required("kind", &t::kind),
                          optional("quantity", &t::quantity), optional("delta", &t::delta),
                          optional("set", &t::set),           optional("expected", &t::expected),
                          optional("reason", &t::reason),     optional("location", &t::location),
                          optional("from", &t::from),         optional("to", &t::to)};
    }
};

/// What a recorded movement answers.
struct recorded {
    inventory::movement movement;  ///< of a transfer: the line of the place it went to
    bool replayed = false;         ///< it had been recorded before, under the same reference

    static constexpr auto fields() {
        return std::tuple{required("movement", &recorded::movement), optional("replayed", &recorded::replayed)};
    }
};

/// Command of `service::movements`.
struct list_movements {
    list_movements() = default;
    shop::sku sku;
    std::optional<std::int64_t> limit;
    std::optional<std::string> cursor;
    static constexpr auto fields() {
        using t = list_movements;
        return std::tuple{required("sku", &t::sku), optional("limit", &t::limit), optional("cursor", &t::cursor)};
    }
};

/// Command of `service::allocate`.
struct allocate_order {
    allocate_order() = default;
    allocate_order(shop::order_id order, std::vector<line> wanted) : order_id(order), lines(std::move(wanted)) {}
    shop::order_id order_id;
    std::vector<line> lines;  ///< lines of one sku are summed
    static constexpr auto fields() {
        return std::tuple{required("order_id", &allocate_order::order_id), required("lines", &allocate_order::lines)};
    }
};

/// Command of `service::release`.
struct release_order {
    release_order() = default;
    release_order(shop::order_id order, shop::operation_id op) : order_id(order), operation(op) {}
    shop::order_id order_id;
    shop::operation_id operation;
    static constexpr auto fields() {
        return std::tuple{required("order_id", &release_order::order_id),
                          required("operation", &release_order::operation)};
    }
};

/// Command of `service::ship`.
struct ship_order {
    ship_order() = default;
    ship_order(shop::order_id order, shop::operation_id op) : order_id(order), operation(op) {}
    shop::order_id order_id;
    shop::operation_id operation;  ///< the shipment: each is applied once
    static constexpr auto fields() {
        return std::tuple{required("order_id", &ship_order::order_id), required("operation", &ship_order::operation)};
    }
};

/// Decisions by order id, those after `after`.
struct list_decisions {
    list_decisions() = default;
    explicit list_decisions(std::optional<shop::order_id> behind) : after(behind) {}
    std::optional<shop::order_id> after;  ///< keyset: order ids greater than this; absent: from the first on
    static constexpr auto fields() { return std::tuple{optional("after", &list_decisions::after)}; }
};

/// What the inventory remembers of an order.
struct order_stock {
    shop::order_id order_id;
    inventory::decision decision = inventory::decision::refused;
    std::vector<allocated_line> lines;  ///< what is still promised
    static constexpr auto fields() {
        using t = order_stock;
        return std::tuple{required("order_id", &t::order_id), required("decision", &t::decision),
                          required("lines", &t::lines)};
    }
    friend bool operator==(order_stock const&, order_stock const&) = default;
};

/// Counts stock, and promises it to orders.
///
/// Every function takes 1 to `limits::batch_items_max` requests and answers one result per request, in their order; a
/// refused one changes no count and does not disturb its neighbours. Later requests of a batch see what earlier ones
/// did.
/// @par Thread safety
/// Shared objects: safe from the executor the engine runs on; the faces of the engine may be used from any thread.
class service {
public:
    virtual ~service() = default;

    /// @par Errors per request
    /// `not_found`: no stock was ever recorded for the sku.
    virtual results<stock_level> get(requests<get_stock> requests) = 0;
    /// Stock by sku, a page at a time.
    virtual results<page<stock_level>> list(requests<list_stock> requests) = 0;
    /// Whether skus can be had now. One read of a stream, which tells what changes from then on.
    /// @par Errors per request
    /// `invalid_value` without a sku, or with too many.
    virtual results<availabilities> availability(requests<watch_availability> requests) = 0;
    /// Sets thresholds and limits; makes the sku known if it was not.
    /// @par Errors per request
    /// `version_mismatch`; `version_required` of a known sku when the command is guarded; `stock_committed` with the
    /// counts if more is promised than the new limit allows; `invalid_value`.
    virtual results<stock_level> configure(requests<configure_stock> requests) = 0;
    /// Writes one line of the ledger and changes the counts by it. Idempotent for ever: by the idempotency key of the
    /// call, which belongs to its account, and by the reference if there is one. One of the two is required.
    /// @par Errors per request
    /// `unknown_sku` when no product has the sku and no piece of it is here, and what the products answered when they
    /// cannot be asked; `stock_committed` with the counts when it would take what is promised; `stock_changed` when
    /// `expected` is not the count; `idempotency_key_reused` when key or reference were another request's;
    /// `invalid_value`.
    virtual results<recorded> record(requests<record_movement> requests) = 0;
    /// The ledger of a sku, newest first.
    virtual results<page<movement>> movements(requests<list_movements> requests) = 0;

    /// Promises all lines of each order, or none of them.
    ///
    /// Idempotent by order id: the first decision is recorded and answered ever after, a refusal too. Lines of one sku
    /// are summed. Pieces are taken from `main` first, then from the other locations by name.
    /// @par Errors per request
    /// `out_of_stock` with the shortages; `allocation_released` when the release came first; `outcome_unknown`, safe to
    /// repeat.
    virtual results<allocation> allocate(requests<allocate_order> requests) = 0;
    /// Takes back what is still promised to an order. Never refused; an order never seen is remembered as released.
    virtual results<order_stock> release(requests<release_order> requests) = 0;
    /// Takes what is still promised to an order off the shelf. Idempotent by (order, operation).
    /// @par Errors per request
    /// `insufficient_stock` when less lies there than was promised (backorders); `allocation_refused`,
    /// `allocation_released`, `not_found` when nothing is promised.
    virtual results<order_stock> ship(requests<ship_order> requests) = 0;
    /// What was decided about orders, by order id, `limits::page_items_max` at a time: for the order service, which
    /// compares it with what it knows.
    virtual results<std::vector<decided_order>> decisions(requests<list_decisions> requests) = 0;
};

}  // namespace shop::inventory
