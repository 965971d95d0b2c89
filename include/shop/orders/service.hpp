#pragma once

#include <shop/async/results.hpp>
#include <shop/core/call.hpp>
#include <shop/core/page.hpp>
#include <shop/core/result.hpp>
#include <shop/orders/types.hpp>

namespace shop::orders {

namespace asio = boost::asio;

/// What is asked for: so many pieces of one sku.
struct wanted_line {
    wanted_line() = default;
    wanted_line(shop::sku which, shop::quantity many) : sku(std::move(which)), quantity(many) {}
    shop::sku sku;
    shop::quantity quantity;

    static constexpr auto fields() {
        return std::tuple{required("sku", &wanted_line::sku), required("quantity", &wanted_line::quantity)};
    }
    friend bool operator==(wanted_line const&, wanted_line const&) = default;
};

/// Command of `service::place`.
struct place_order {
    place_order() = default;
    explicit place_order(std::string customer_id) : customer(std::move(customer_id)) {}

    place_order&& line(char const* which, std::int64_t pieces) && {
        lines.emplace_back(shop::sku(which), shop::quantity(pieces));
        return std::move(*this);
    }
    place_order&& line(shop::sku which, shop::quantity many) && {
        lines.emplace_back(std::move(which), many);
        return std::move(*this);
    }
    place_order&& expect(money total) && {
        expected_total = total;
        return std::move(*this);
    }
    place_order&& metadata_entry(std::string name, std::string value) && {
        metadata[std::move(name)] = std::move(value);
        return std::move(*this);
    }
    /// The idempotency key of the call; the faces of the engine draw one when it is missing.
    place_order&& key(std::string k) && {
        idempotency_key = std::move(k);
        return std::move(*this);
    }

    orders::customer customer;
    std::vector<wanted_line> lines;       ///< 1 to `limits::order_lines_max`; lines of one sku are merged
    std::optional<money> expected_total;  ///< another total is `total_mismatch`; absent: any will do
    orders::metadata metadata;
    std::string idempotency_key;  ///< not part of the JSON

    static constexpr auto fields() {
        using t = place_order;
        return std::tuple{required("customer", &t::customer), required("lines", &t::lines),
                          optional("expected_total", &t::expected_total), optional("metadata", &t::metadata)};
    }
};

/// An order as it was answered. Reads like the order itself.
struct acknowledgement {
    orders::order order;
    bool replayed = false;  ///< the recorded answer of an earlier request with the same key
    bool pending = false;   ///< durable, but its outcome is not known yet: ask again

    static constexpr auto fields() {
        using t = acknowledgement;
        return std::tuple{required("order", &t::order), optional("replayed", &t::replayed),
                          optional("open", &t::pending)};
    }

    orders::order const* operator->() const { return &order; }  ///< Valid as long as this is.
    orders::order const& operator*() const { return order; }    ///< Valid as long as this is.
};

/// Command of `service::get`.
struct get_order {
    get_order() = default;
    explicit get_order(order_id which) : id(which) {}
    order_id id;
    static constexpr auto fields() { return std::tuple{required("id", &get_order::id)}; }
};

/// Command of `service::list`; newest first.
struct list_orders {
    list_orders() = default;
    std::optional<std::string> customer_id;
    std::optional<orders::status> status;
    std::optional<timestamp> placed_after;   ///< this moment included
    std::optional<timestamp> placed_before;  ///< this moment not included
    std::optional<std::int64_t> limit;
    std::optional<std::string> cursor;
    static constexpr auto fields() {
        using t = list_orders;
        return std::tuple{optional("customer_id", &t::customer_id),
                          optional("status", &t::status),
                          optional("placed_after", &t::placed_after),
                          optional("placed_before", &t::placed_before),
                          optional("limit", &t::limit),
                          optional("cursor", &t::cursor)};
    }
};

/// Command of `service::history`.
struct get_history {
    get_history() = default;
    explicit get_history(order_id which) : id(which) {}
    order_id id;
    static constexpr auto fields() { return std::tuple{required("id", &get_history::id)}; }
};

/// Command of `service::events`.
struct follow_order {
    follow_order() = default;
    explicit follow_order(order_id which) : id(which) {}
    order_id id;
    /// The version that was told last; absent: just the newest step is told.
    std::optional<std::string> last_event_id;
    static constexpr auto fields() {
        return std::tuple{required("id", &follow_order::id), optional("last_event_id", &follow_order::last_event_id)};
    }
};

/// Command of `service::all_events`.
struct follow_orders {
    follow_orders() = default;
    explicit follow_orders(event_place const& last) : last_event_id(to_string(last)) {}  ///< Behind this place.
    /// The `event_place` that was told last; absent: nothing is told but where the log ends.
    std::optional<std::string> last_event_id;
    static constexpr auto fields() { return std::tuple{optional("last_event_id", &follow_orders::last_event_id)}; }
};

/// Command of `service::transition`.
struct transition_order {
    transition_order() = default;
    transition_order(order_id which, orders::status target) : id(which), to(target) {}
    transition_order&& track(std::string code) && {
        tracking = std::move(code);
        return std::move(*this);
    }
    transition_order&& because(std::string why) && {
        note = std::move(why);
        return std::move(*this);
    }
    transition_order&& visible_to(orders::note_visibility whom) && {
        note_visibility = whom;
        return std::move(*this);
    }
    transition_order&& key(std::string k) && {
        idempotency_key = std::move(k);
        return std::move(*this);
    }

    order_id id;
    offered_status to = orders::status::pending;  ///< must follow from where the order is
    std::optional<std::string> tracking;
    std::optional<std::string> note;
    std::optional<orders::note_visibility>
        note_visibility;          ///< `internal` unless said; that of a customer is theirs to read
    std::string idempotency_key;  ///< not part of the JSON
    static constexpr auto fields() {
        using t = transition_order;
        return std::tuple{required("id", &t::id), required("to", &t::to), optional("tracking", &t::tracking),
                          optional("note", &t::note), optional("note_visibility", &t::note_visibility)};
    }
};

/// Command of `service::cancel`.
struct cancel_order {
    cancel_order() = default;
    explicit cancel_order(order_id which) : id(which) {}
    cancel_order&& because(std::string why) && {
        note = std::move(why);
        return std::move(*this);
    }
    cancel_order&& visible_to(orders::note_visibility whom) && {
        note_visibility = whom;
        return std::move(*this);
    }
    cancel_order&& key(std::string k) && {
        idempotency_key = std::move(k);
        return std::move(*this);
    }

    order_id id;
    std::optional<std::string> note;
    std::optional<orders::note_visibility> note_visibility;  ///< as in `transition_order`
    std::string idempotency_key;                             ///< not part of the JSON
    static constexpr auto fields() {
        using t = cancel_order;
        return std::tuple{required("id", &t::id), optional("note", &t::note),
                          optional("note_visibility", &t::note_visibility)};
    }
};

/// Takes orders and follows them.
///
/// Every function takes 1 to `limits::batch_items_max` requests and answers one result per request, in their order; a
/// refused one does not disturb its neighbours. `place`, `transition` and `cancel` are idempotent by (account,
/// idempotency key): a repeat gets the recorded answer, marked as replayed.
/// @par Thread safety
/// Shared objects: safe from the executor the engine runs on; the faces of the engine may be used from any thread.
class service {
public:
    virtual ~service() = default;

    /// Places orders: intent, allocation, conclusion.
    /// @return the confirmed order; or, when the deadline came first, the open one.
    /// @par Errors per request
    /// `out_of_stock` with the shortages (recorded); `unknown_sku`, `product_not_active`, `mixed_currency`,
    /// `total_mismatch`, `invalid_value` (the key stays free); `idempotency_key_missing`, `idempotency_key_malformed`,
    /// `idempotency_key_reused`; `overloaded`, `unavailable`; `deadline_exceeded` (nothing was stored);
    /// `outcome_unknown` (repeat with the same key).
    virtual results<acknowledgement> place(requests<place_order> requests) = 0;
    /// @par Errors per request
    /// `not_found`, also for another customer's order.
    virtual results<order> get(requests<get_order> requests) = 0;
    /// Newest first, a page at a time. A customer sees only their own.
    virtual results<page<order>> list(requests<list_orders> requests) = 0;
    /// All steps of an order's life, oldest first. A customer is shown neither the accounts of others, who are all
    /// `shop`, nor internal notes.
    /// @par Errors per request
    /// `not_found`.
    virtual results<page<history_item>> history(requests<get_history> requests) = 0;
    /// The steps of an order's life after the one that was told last. One read of a stream, which goes on from there.
    /// @return `is_reset` with the newest step, if the order never came to the version that was told last
    /// @par Errors per request
    /// `not_found`; `malformed_request` for a last event id that is no version.
    virtual results<order_events> events(requests<follow_order> requests) = 0;
    /// The steps of all orders after the one that was told last, in the order of their commits. One read of a stream.
    /// @return `is_reset` with the end of the log, if that step is none of this store
    /// @par Errors per request
    /// `malformed_request` for a last event id that is no `event_place`.
    virtual results<order_events> all_events(requests<follow_orders> requests) = 0;
    /// Moves an order along its status machine. A move to the current status is a success that changes nothing, if what
    /// it says (tracking, note) is what was said when the order came there, or is left out; otherwise it would be
    /// dropped, and is an `invalid_transition`.
    /// @par Errors per request
    /// `invalid_transition` with from, to and what is allowed, `operation_in_progress`, `not_found`, `invalid_value`
    /// and the key errors of `place`: the key stays free; `insufficient_stock` (recorded).
    virtual results<acknowledgement> transition(requests<transition_order> requests) = 0;
    /// A transition to `cancelled`.
    virtual results<acknowledgement> cancel(requests<cancel_order> requests) = 0;
};

}  // namespace shop::orders
