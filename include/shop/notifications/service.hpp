#pragma once

#include <shop/async/results.hpp>
#include <shop/core/call.hpp>
#include <shop/core/page.hpp>
#include <shop/core/result.hpp>
#include <shop/events/event.hpp>
#include <shop/notifications/types.hpp>
#include <shop/notifications/webhook_endpoint.hpp>

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
    std::optional<std::string> channel;  ///< the name of one
    std::optional<std::int64_t> limit;
    std::optional<std::string> cursor;
    static constexpr auto fields() {
        using t = list_notifications;
        return std::tuple{optional("order_id", &t::order_id), optional("status", &t::status),
                          optional("channel", &t::channel), optional("limit", &t::limit),
                          optional("cursor", &t::cursor)};
    }
};

/// Command of `service::redeliver`.
struct redeliver_notification {
    redeliver_notification() = default;
    explicit redeliver_notification(delivery_id which) : id(which) {}
    delivery_id id;
    static constexpr auto fields() { return std::tuple{required("id", &redeliver_notification::id)}; }
};

/// Command of `service::redeliver_all`: at least one of `order_id`, `channel` and `since` is named.
struct redeliver_notifications {
    redeliver_notifications() = default;
    std::optional<shop::order_id> order_id;
    std::optional<std::string> channel;     ///< of deliveries over this one; all without it
    std::optional<delivery_status> status;  ///< `dead` unless said; not `pending`
    std::optional<timestamp> since;         ///< made then or later
    std::optional<std::int64_t> limit;      ///< looked at, 1 to `limits::batch_items_max`; as many without it
    std::optional<std::string> cursor;
    static constexpr auto fields() {
        using t = redeliver_notifications;
        return std::tuple{optional("order_id", &t::order_id), optional("channel", &t::channel),
                          optional("status", &t::status),     optional("since", &t::since),
                          optional("limit", &t::limit),       optional("cursor", &t::cursor)};
    }
};

/// Command of `service::get_preferences`.
struct get_preferences {
    get_preferences() = default;
    explicit get_preferences(std::string customer) : id(std::move(customer)) {}
    std::string id;  ///< of the customer
    static constexpr auto fields() { return std::tuple{required("id", &get_preferences::id)}; }
};

/// Command of `service::set_preferences`.
struct set_preferences {
    set_preferences() = default;
    set_preferences(std::string customer, notifications::choices c, std::optional<std::uint64_t> version)
        : id(std::move(customer)), choices(std::move(c)), if_match(version) {}  ///< What is to hold.
    std::string id;                                                             ///< of the customer
    notifications::choices choices;                                             ///< what is to hold from now on
    std::optional<std::uint64_t> if_match;                                      ///< the version it replaces; required
    static constexpr auto fields() {
        return std::tuple{required("id", &set_preferences::id), optional("if_match", &set_preferences::if_match)};
    }
    static constexpr auto body() { return &set_preferences::choices; }  ///< The member that is the body in JSON.
};

/// Command of `service::suppressions`.
struct list_suppressions {
    list_suppressions() = default;
    std::optional<std::string> address;  ///< just this one
    std::optional<std::int64_t> limit;
    std::optional<std::string> cursor;
    static constexpr auto fields() {
        using t = list_suppressions;
        return std::tuple{optional("address", &t::address), optional("limit", &t::limit),
                          optional("cursor", &t::cursor)};
    }
};

/// Command of `service::suppress`.
struct suppress_address {
    suppress_address() = default;
    explicit suppress_address(std::string whom) : address(std::move(whom)) {}
    std::string address;                       ///< an e-mail address, in any letter case, or a customer's id
    std::optional<suppression_reason> reason;  ///< `manual` unless said
    std::optional<std::string> note;           ///< at most `limits::order_note_bytes_max` bytes
    static constexpr auto fields() {
        using t = suppress_address;
        return std::tuple{required("address", &t::address), optional("reason", &t::reason), optional("note", &t::note)};
    }
};

/// Command of `service::unsuppress`.
struct unsuppress_address {
    unsuppress_address() = default;
    explicit unsuppress_address(std::string whom) : address(std::move(whom)) {}
    std::string address;  ///< as `suppress_address::address`
    static constexpr auto fields() { return std::tuple{required("address", &unsuppress_address::address)}; }
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
    /// Sends a message again, whatever became of it: it is due at once, and its schedule begins anew. One that is
    /// pending is merely due at once. The recipient may get it twice, with the same id.
    /// @par Errors
    /// `not_found`, also for another customer's, and for what an immediate channel such as `log` delivered.
    virtual results<delivery> redeliver(requests<redeliver_notification> requests) = 0;
    /// The same for all that fit, a page at a time.
    /// @par Errors
    /// `invalid_value` when it names nothing to choose them by.
    virtual results<redelivered> redeliver_all(requests<redeliver_notifications> requests) = 0;
    /// What a customer wants to be told; where they never chose, everything.
    /// @par Errors
    /// `not_found` for another customer's.
    virtual results<preferences> get_preferences(requests<notifications::get_preferences> requests) = 0;
    /// Replaces them. They are asked when a message is sent.
    /// @par Errors
    /// `not_found`, `version_required`, `version_mismatch`, `invalid_value`.
    virtual results<preferences> set_preferences(requests<notifications::set_preferences> requests) = 0;
    /// To whom nothing is sent any more, by address; not for customers.
    virtual results<page<suppression>> suppressions(requests<list_suppressions> requests) = 0;
    /// Sends nothing to an address or a customer from now on; one that is suppressed already stays as it is.
    /// @par Errors
    /// `invalid_value`, `forbidden` to customers.
    virtual results<suppression> suppress(requests<suppress_address> requests) = 0;
    /// Sends to it again.
    /// @par Errors
    /// `not_found`, `forbidden` to customers.
    virtual results<suppression> unsuppress(requests<unsuppress_address> requests) = 0;

    /// Registers where another system is told of events. The answer holds the secret that signs what is sent there: it
    /// is shown this once. A repeat under its key is answered so, too, as long as the endpoint was not changed.
    /// @par Errors
    /// Of this and the following: `forbidden` to customers, `not_supported` in a shop that sends no webhooks.
    /// `invalid_value`, also when there are `limits::webhook_endpoints_max` already; `idempotency_key_reused`.
    virtual results<webhook_endpoint> create_endpoint(requests<notifications::create_endpoint> requests) = 0;
    /// @par Errors
    /// `not_found`.
    virtual results<webhook_endpoint> get_endpoint(requests<notifications::get_endpoint> requests) = 0;
    /// All endpoints, by id.
    virtual results<page<webhook_endpoint>> list_endpoints(requests<notifications::list_endpoints> requests) = 0;
    /// Changes what is named. Enabled anew, what failed before is forgotten.
    /// @par Errors
    /// `not_found`, `version_mismatch`, `invalid_value`.
    virtual results<webhook_endpoint> change_endpoint(requests<notifications::change_endpoint> requests) = 0;
    /// Nothing is sent there any more; what waits is undeliverable. One that is not there is no error.
    virtual results<noted> remove_endpoint(requests<notifications::remove_endpoint> requests) = 0;
    /// Draws a new secret, shown this once; the one before signs, too, for 24 hours unless said else. A repeat under
    /// its key draws no other.
    /// @par Errors
    /// `not_found`, `invalid_value`.
    virtual results<webhook_endpoint> rotate_secret(requests<notifications::rotate_secret> requests) = 0;
    /// Sends an event `shop.webhook_endpoint.test.v1` now, once, to a disabled endpoint, too, and answers what the
    /// receiver said of it; never its body.
    /// @par Errors
    /// `not_found`.
    virtual results<tested_endpoint> test_endpoint(requests<notifications::test_endpoint> requests) = 0;
    /// What an endpoint was told, newest first; of one that was deleted, too.
    virtual results<page<delivery>> endpoint_deliveries(requests<list_endpoint_deliveries> requests) = 0;
    /// Sends messages to an endpoint again, a page at a time, as `redeliver` does.
    /// @par Errors
    /// `invalid_value`.
    virtual results<redelivered> redeliver_to_endpoint(requests<notifications::redeliver_to_endpoint> requests) = 0;
};

}  // namespace shop::notifications
