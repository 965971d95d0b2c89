#pragma once

#include <shop/async/results.hpp>
#include <shop/core/call.hpp>
#include <shop/core/page.hpp>
#include <shop/core/result.hpp>
#include <shop/events/event.hpp>
#include <shop/notifications/types.hpp>

namespace shop::notifications {

namespace asio = boost::asio;

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

    /// Takes events in and sends one message per event and channel; the subscriber of the orders' and the inventory's
    /// events. An event taken in before changes nothing, nor does one of a type that nobody here knows.
    /// @par Errors
    /// `invalid_value` at "/subject" of an event whose subject is not what its type is about.
    virtual results<noted> notify(requests<events::event> requests) = 0;
    /// Deliveries, newest first; those of an order stand where it was placed. A customer sees what
    /// they themselves were told of orders.
    virtual results<page<delivery>> list(requests<list_notifications> requests) = 0;
};

}  // namespace shop::notifications
