#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include <shop/async/operation.hpp>
#include <shop/async/scheduler.hpp>
#include <shop/core/result.hpp>
#include <shop/inventory/service.hpp>
#include <shop/notifications/service.hpp>
#include <shop/orders/service.hpp>
#include <shop/products/service.hpp>
#include <shop/transport/observer.hpp>

namespace shop::transport {

namespace asio = boost::asio;

/// The other end of a channel: turns items into requests to services, and answers into items.
///
/// Whoever hands it items has made sure that they come from a service: who calls, and what they may do, is believed as
/// the items say it. The scope of each operation is demanded again.
/// @par Thread safety
/// Shared objects: unsafe; to be used from the executor of the services.
class endpoint {
public:
    /// @param watch is told of each message that was answered
    explicit endpoint(scheduler& clock = system_scheduler(), observer watch = {})
        : clock_(&clock), watch_(std::move(watch)) {}

    /// Offers all operations of a service, also those that only services call.
    void offer(std::shared_ptr<products::service> service);
    void offer(std::shared_ptr<inventory::service> service);      ///< The same of the inventory.
    void offer(std::shared_ptr<orders::service> service);         ///< The same of the orders.
    void offer(std::shared_ptr<notifications::service> service);  ///< The same of the notifications.

    /// By the name of the operation: `orders.place`.
    bool offers(std::string_view operation) const { return rows_.contains(operation); }
    /// The names of what is offered, in their order.
    std::vector<std::string_view> operations() const;

    /// Answers a message (see `message.hpp`).
    /// @param lines valid until the returned coroutine ends
    /// @return one line per item, in their order
    /// @par Errors
    /// `not_found` for an operation that is not offered; `malformed_request` for no items or too many of them.
    asio::awaitable<result<std::string>> receive(std::string_view operation, std::string_view lines);

    /// One row of a service's table, ready to run.
    struct row {
        std::string_view name;          ///< `orders.place`
        std::string_view scope;         ///< what the principal must hold
        std::shared_ptr<void> service;  ///< kept alive while it is offered

        /// Answers one line per item, in their order.
        asio::awaitable<std::string> (*run)(row const& self, scheduler const& clock, observer const& watch,
                                            std::vector<std::string_view> lines);
    };

private:
    scheduler* clock_;
    observer watch_;
    std::map<std::string_view, row> rows_;
};

}  // namespace shop::transport
