#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include <shop/async/operation.hpp>
#include <shop/core/result.hpp>
#include <shop/core/time.hpp>

namespace shop::transport {

namespace asio = boost::asio;

/// What a channel is told of the operation it carries.
struct operation_facts {
    std::string_view name;                     ///< static text
    shop::safety safety = shop::safety::safe;  ///< decides what may be sent again
};

/// One request on its way out. What it says is no business of the channel; when it must be there is.
struct outgoing {
    std::string text;                           ///< the item, but for the time it has left: see `join_items`
    steady_time deadline = steady_time::max();  ///< `steady_time::max()` is none
    std::string trace;                          ///< W3C traceparent, empty without one
};

/// A way to call a service that runs elsewhere. It moves opaque items; the typed services sit on it once
/// (`remote.hpp`), so a custom transport is a channel and what hands its items to an `endpoint`.
/// @par Thread safety
/// Shared objects: unsafe; to be used from the executor of the services.
class channel {
public:
    virtual ~channel() = default;

    /// Carries items there and their answers back.
    /// @param items at least one; a channel may refuse more than `limits::batch_items_max`
    /// @return one per item, in their order: the line that the endpoint answered, or why there is none
    /// @par Errors per item
    /// `deadline_exceeded`, `overloaded`, `unavailable`: it did not reach the service, nothing happened there.
    /// `outcome_unknown`: it may have.
    virtual results<std::string> send(operation_facts operation, std::vector<outgoing> items) = 0;
};

}  // namespace shop::transport
