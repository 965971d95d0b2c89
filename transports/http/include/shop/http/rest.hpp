#pragma once

#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include <shop/core/call.hpp>
#include <shop/core/limits.hpp>
#include <shop/core/scheduler.hpp>
#include <shop/http/handler.hpp>
#include <shop/inventory/service.hpp>
#include <shop/notifications/service.hpp>
#include <shop/orders/service.hpp>
#include <shop/products/service.hpp>

namespace shop::http {

namespace detail {
class router;
struct route;
}  // namespace detail

/// What the public API is given beside its services.
struct rest_options {
    /// Who every caller is.
    std::shared_ptr<shop::principal const> principal = local_principal();
    /// Deadlines are counted on it.
    shop::scheduler* clock = &system_scheduler();
    /// The time a request has; a client may ask for less by `Shop-Timeout-Ms`, never for more.
    std::chrono::milliseconds deadline = limits::deadline_default;
    /// Is told what a service threw, and in which operation; the client gets a 500 without detail.
    std::function<void(std::string_view operation, std::exception_ptr const& thrown)> on_exception;
};

/// The public HTTP API: the operation tables of the four services as resources, see `docs/http-api.md`.
///
/// Routing, authorisation, decoding, conditional requests and the form of answers follow from the rows of the tables;
/// each request becomes a batch of one, so that the batching of the services sees all connections at once.
///
/// @par Thread safety
/// As `handler`: used on one executor. `add_get` only before the first request.
class rest_api : public handler {
public:
    /// @param options its principal and clock are not null.
    /// @param products all services outlive this object.
    rest_api(rest_options options, products::service& products, inventory::service& inventory, orders::service& orders,
             notifications::service& notifications);
    ~rest_api() override;

    /// Adds a resource that is no operation, such as `/livez`.
    /// @param path without parameters.
    /// @param answer called for each `GET`; must not block.
    void add_get(std::string_view path, std::function<response()> answer);

    /// Finds the operation of a request, and refuses what can be refused by the head: an unknown path, a method the
    /// resource does not have, a scope the principal does not hold, a body that is not JSON.
    admission admit(request const& head) override;

    /// @pre `request.route` is what `admit` said.
    asio::awaitable<response> handle(request const& request) override;

private:
    rest_options options_;
    std::vector<detail::route> routes_;
    std::vector<std::function<response()>> fixed_;
    std::unique_ptr<detail::router> router_;
};

}  // namespace shop::http
