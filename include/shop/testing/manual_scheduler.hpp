#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include <boost/asio/io_context.hpp>

#include <shop/async/scheduler.hpp>

namespace shop::testing {

/// Time that stands still until it is told to move. Timers that come due are woken in the order of their times, those
/// of one time in the order they were set.
///
/// A woken coroutine goes on when its executor runs:
/// ```
/// manual_scheduler clock;
/// asio::io_context context;
/// asio::co_spawn(context, work(clock), asio::detached);
/// clock.run_for(context, 30s);  // half a minute of virtual time, in no time
/// ```
/// @par Thread safety
/// Shared objects: safe. It must outlive the coroutines that sleep on it.
class manual_scheduler final : public scheduler {
public:
    using duration = std::chrono::milliseconds;  ///< as fine as a timestamp
    /// The first of January 2026, 00:00 UTC.
    static constexpr timestamp default_start{std::chrono::sys_days{std::chrono::year{2026} / 1 / 1}};

    /// @param start what the wall clock says at first
    explicit manual_scheduler(timestamp start = default_start);

    steady_time now() const override;
    timestamp stamp() const override;
    asio::awaitable<void> sleep_until(steady_time at) override;

    /// Moves time on and wakes every timer on the way.
    void advance(duration by);
    /// Moves time on to the next timer and wakes it and those of the same time.
    /// @return false if there is none, or only later than `limit`; time stands where it stood.
    bool advance_to_next(steady_time limit = steady_time::max());
    /// Sets the wall clock forward or back; the monotonic one does not notice.
    void jump_wall_clock(duration by);

    /// Timers that are set and not woken.
    std::size_t pending() const;
    std::optional<steady_time> next_timer() const;  ///< The earliest; nothing when none is set.

    /// Runs what is ready, moves on to the next timer, and so on, until `by` has passed. Nothing else may run the
    /// context meanwhile; what comes from other threads is not waited for.
    void run_for(asio::io_context& context, duration by);
    /// The same, until `done` or nothing is left to happen.
    /// @return what `done` says.
    bool run_until(asio::io_context& context, std::function<bool()> const& done,
                   duration at_most = std::chrono::hours(1));

private:
    struct sleeper;
    class registration;
    using timers = std::map<std::pair<steady_time, std::uint64_t>, std::shared_ptr<sleeper>>;

    void wake_until(steady_time at);

    std::mutex mutable mutex_;
    steady_time now_;
    timestamp born_;  // the wall clock when `now_` was `birth`
    timers timers_;
    std::uint64_t set_ = 0;
};

}  // namespace shop::testing
