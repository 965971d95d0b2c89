#pragma once

#include <boost/asio/awaitable.hpp>

#include <shop/core/time.hpp>

namespace shop {

namespace asio = boost::asio;

/// Time, passed in. Nothing but a scheduler reads a clock or makes a timer, outside the transports.
/// @par Thread safety
/// Shared objects: safe.
class scheduler {
public:
    virtual ~scheduler() = default;
    /// Monotonic: for deadlines and waiting.
    virtual steady_time now() const = 0;
    /// Wall clock, UTC: for people. It may jump.
    virtual timestamp stamp() const = 0;
    /// Returns at `at` or later, or at once with `operation_aborted` thrown when the caller is cancelled.
    virtual asio::awaitable<void> sleep_until(steady_time at) = 0;
};

/// The clocks and timers of this machine.
scheduler& system_scheduler();

}  // namespace shop
