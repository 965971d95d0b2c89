#pragma once

#include <shop/async/results.hpp>
#include <shop/core/call.hpp>
#include <shop/core/page.hpp>
#include <shop/core/result.hpp>
#include <shop/notifications/types.hpp>

namespace shop::notifications {

namespace asio = boost::asio;

/// A change of an order's status, as its event tells it. It carries ids, not contact data.
struct order_event {
    order_event() = default;
    store_epoch epoch;  ///< of the order store that said it
    shop::order_id order_id;
    std::uint64_t version = 0;  ///< the sequence of the event within its order
    std::string status;         ///< a word of `orders::status`
    std::string customer_id;
    std::optional<std::string> note;
    std::optional<std::string> tracking;
    timestamp at;
    static constexpr auto fields() {
        using t = order_event;
        return std::tuple{required("epoch", &t::epoch),
                          required("order_id", &t::order_id),
                          required("version", &t::version),
                          required("status", &t::status),
                          required("customer_id", &t::customer_id),
                          optional("note", &t::note),
                          optional("tracking", &t::tracking),
                          required("at", &t::at)};
    }
};

/// A sku that ran low, ran out, or can be had again, as its event tells it.
struct stock_event {
    stock_event() = default;
    store_epoch epoch;  ///< of the inventory store that said it
    shop::sku sku;
    std::uint64_t version = 0;  ///< of the stock of the sku
    std::string status;         ///< `low_stock`, `out_of_stock`, `in_stock`
    std::int64_t available = 0;
    timestamp at;
    static constexpr auto fields() {
        using t = stock_event;
        return std::tuple{required("epoch", &t::epoch),         required("sku", &t::sku),
                          required("version", &t::version),     required("status", &t::status),
                          required("available", &t::available), required("at", &t::at)};
    }
};

/// An answer that says no more than that it is done.
struct noted {
    static constexpr auto fields() { return std::tuple{}; }
};

/// Command of `service::list`.
struct list_notifications {
    list_notifications() = default;
    std::optional<shop::order_id> order_id;
    std::optional<delivery_status> status;
    std::optional<std::int64_t> limit;
    std::optional<std::string> cursor;
    static constexpr auto fields() {
        using t = list_notifications;
        return std::tuple{optional("order_id", &t::order_id), optional("status", &t::status),
                          optional("limit", &t::limit), optional("cursor", &t::cursor)};
    }
};

/// Tells customers what becomes of their orders, and who runs the shop what runs out.
///
/// Every function takes 1 to `limits::batch_items_max` requests and answers one result per request, in their order.
/// @par Thread safety
/// Shared objects: safe from the executor the engine runs on; the faces of the engine may be used from any thread.
class service {
public:
    virtual ~service() = default;

    /// Takes events in and sends one message per event; the subscriber of the orders' events. An event taken in before
    /// changes nothing.
    virtual results<noted> notify(requests<order_event> requests) = 0;
    /// As `notify`; the subscriber of the inventory's events.
    virtual results<noted> notify_stock(requests<stock_event> requests) = 0;
    /// Deliveries, newest first; those of an order stand where it was placed. A customer sees what
    /// they themselves were told of orders.
    virtual results<page<delivery>> list(requests<list_notifications> requests) = 0;
};

}  // namespace shop::notifications
