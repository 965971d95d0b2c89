#include <shop/testing/manual_scheduler.hpp>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

namespace shop::testing {

/// A timer that never expires by itself: cancelling it is what wakes the coroutine, on its own executor.
struct manual_scheduler::sleeper {
    explicit sleeper(asio::any_io_executor const& on) : timer(on, asio::steady_timer::time_point::max()) {}
    asio::steady_timer timer;
    bool woken = false;  // touched on the timer's executor only
};

/// Takes a timer out of the list when its coroutine ends, also when it is destroyed with its executor.
class manual_scheduler::registration {
public:
    registration(manual_scheduler& in, timers::key_type key) : in_(in), key_(key) {}
    registration(registration const&) = delete;
    registration& operator=(registration const&) = delete;
    ~registration() {
        std::lock_guard lock(in_.mutex_);
        in_.timers_.erase(key_);
    }

private:
    manual_scheduler& in_;
    timers::key_type key_;
};

namespace {
constexpr steady_time birth{std::chrono::hours(24)};
}

manual_scheduler::manual_scheduler(timestamp start) : now_(birth), born_(start) {}

steady_time manual_scheduler::now() const {
    std::lock_guard lock(mutex_);
    return now_;
}

timestamp manual_scheduler::stamp() const {
    std::lock_guard lock(mutex_);
    return born_ + std::chrono::floor<duration>(now_ - birth);
}

asio::awaitable<void> manual_scheduler::sleep_until(steady_time at) {
    auto own = std::make_shared<sleeper>(co_await asio::this_coro::executor);
    timers::key_type key;
    {
        std::lock_guard lock(mutex_);
        if (at <= now_) co_return;
        key = {at, ++set_};
        timers_.emplace(key, own);
    }
    registration const listed(*this, key);
    boost::system::error_code ignored;
    co_await own->timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    if (own->woken) co_return;
    throw boost::system::system_error(asio::error::operation_aborted);
}

void manual_scheduler::wake_until(steady_time at) {
    while (!timers_.empty() && timers_.begin()->first.first <= at) {
        auto due = std::move(timers_.begin()->second);
        timers_.erase(timers_.begin());
        auto on = due->timer.get_executor();
        asio::post(on, [due = std::move(due)] {
            due->woken = true;
            due->timer.cancel();
        });
    }
}

void manual_scheduler::advance(duration by) {
    std::lock_guard lock(mutex_);
    now_ += by;
    wake_until(now_);
}

bool manual_scheduler::advance_to_next(steady_time limit) {
    std::lock_guard lock(mutex_);
    if (timers_.empty() || timers_.begin()->first.first > limit) return false;
    now_ = timers_.begin()->first.first;
    wake_until(now_);
    return true;
}

void manual_scheduler::jump_wall_clock(duration by) {
    std::lock_guard lock(mutex_);
    born_ += by;
}

std::size_t manual_scheduler::pending() const {
    std::lock_guard lock(mutex_);
    return timers_.size();
}

std::optional<steady_time> manual_scheduler::next_timer() const {
    std::lock_guard lock(mutex_);
    if (timers_.empty()) return std::nullopt;
    return timers_.begin()->first.first;
}

namespace {

void run_ready(asio::io_context& context) {
    context.restart();
    while (context.poll() > 0) context.restart();
}

}  // namespace

void manual_scheduler::run_for(asio::io_context& context, duration by) {
    auto const end = now() + by;
    run_ready(context);
    while (advance_to_next(end)) run_ready(context);
    {
        std::lock_guard lock(mutex_);
        now_ = std::max(now_, end);
        wake_until(now_);
    }
    run_ready(context);
}

bool manual_scheduler::run_until(asio::io_context& context, std::function<bool()> const& done, duration at_most) {
    auto const end = now() + at_most;
    run_ready(context);
    while (!done() && advance_to_next(end)) run_ready(context);
    return done();
}

}  // namespace shop::testing
