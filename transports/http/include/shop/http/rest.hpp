#pragma once

#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include <shop/async/scheduler.hpp>
#include <shop/core/call.hpp>
#include <shop/core/limits.hpp>
#include <shop/http/cursor_seal.hpp>
#include <shop/http/handler.hpp>
#include <shop/http/live_updates.hpp>
#include <shop/inventory/service.hpp>
#include <shop/notifications/service.hpp>
#include <shop/orders/service.hpp>
#include <shop/products/service.hpp>

namespace shop::http {

namespace detail {
class router;
struct route;
}  // namespace detail

/// What a access_control says to a request.
struct access_decision {
    std::shared_ptr<principal const> by;  ///< who asks
    std::optional<response> refusal;      ///< or why they are not let in
    std::string fields;                   ///< lines for the head of whatever is answered, each with its CR LF
};

/// Decides who is let in to the operations of the API.
/// @par Thread safety
/// As `handler`.
class access_control {
public:
    virtual ~access_control() = default;
    /// By the head alone, before the body is read.
    /// @return nothing if that takes time: then `judge_later` is asked, still before the body is read.
    virtual std::optional<access_decision> judge(request const& head) = 0;
    /// By the head, with whatever has to be asked for it.
    virtual asio::awaitable<access_decision> judge_later(request const& head) = 0;
    /// For an answer that goes on: what tells whether who asks would be let in still. It may outlive the request, but
    /// not this object.
    /// @return empty if nothing can change that
    virtual std::function<bool()> follow(request const& head) {
        (void)head;
        return {};
    }
};

/// What the public API is given beside its services.
struct rest_options {
    /// Without one everybody is the principal `local`.
    http::access_control* access_control = nullptr;
    /// Deadlines are counted on it.
    shop::scheduler* clock = &system_scheduler();
    /// The time a request has; a client may ask for less by `Shop-Timeout-Ms`, never for more.
    std::chrono::milliseconds deadline = limits::deadline_default;
    /// Opens the operations that are streams, and outlives the API; without it there are none of them.
    live_updates* live = nullptr;
    /// Seals the cursors of lists. Servers behind which clients page need one secret in common; without this one is
    /// drawn, and cursors are good at this object only.
    std::optional<cursor_seal> cursors;
    /// Is told what a service threw, and in which operation; the client gets a 500 without detail.
    std::function<void(std::string_view operation, std::exception_ptr const& thrown)> on_exception;
    /// Draws a `traceparent` to name the work on a request: below the one that came with it, or the first of a trace if
    /// none came. Empty, or without this: what came is handed on.
    std::function<std::string(std::string_view parent)> draw_span;
    /// Is told of each answer before it is sent.
    /// @param operation empty if the request was for none
    std::function<void(request const& request, response const& answer, std::string_view operation)> on_answered;
};

/// The public HTTP API: the operation tables of the four services as resources, see `docs/http-api.md`.
///
/// Routing, authorisation, decoding, conditional requests and the form of answers follow from the rows of the tables;
/// each request becomes a batch of one, so that the batching of the services sees all connections at once.
///
/// @par Thread safety
/// As `handler`: used on one executor.
class rest_api : public handler {
public:
    /// @param options its principal and clock are not null.
    /// @param products all services outlive this object.
    rest_api(rest_options options, products::service& products, inventory::service& inventory, orders::service& orders,
             notifications::service& notifications);
    ~rest_api() override;

    /// Finds the operation of a request, and refuses what can be refused by the head: an unknown path, a method the
    /// resource does not have, a scope the principal does not hold, a body that is not JSON.
    admission admit(request const& head) override;
    /// Goes on where the access_control needed time.
    asio::awaitable<admission> admit_later(request const& head) override;

    /// @pre `request.route` is what `admit` said.
    asio::awaitable<response> handle(request const& request) override;

    void answered(request const& request, response const& answer) override;

private:
    void let_in(access_decision judged, request const& head, admission& to) const;

    rest_options options_;
    cursor_seal cursors_;
    std::vector<detail::route> routes_;
    std::unique_ptr<detail::router> router_;
};

}  // namespace shop::http
