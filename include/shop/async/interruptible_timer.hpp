#pragma once

#include <memory>
#include <utility>

#include <shop/async/deadlines.hpp>
#include <shop/async/service_context.hpp>
#include <shop/async/signal.hpp>

namespace shop {

/// How a loop in the background sleeps between its turns, so that it can be woken or ended at once.
/// @par Thread safety
/// Shared objects: unsafe; to be used from the executor of its context, by one sleeper.
class interruptible_timer {
public:
    /// Its clock and executor must outlive this.
    explicit interruptible_timer(service_context context) : context_(std::move(context)), deadlines_(context_) {}

    /// Returns after `longest`, or when it is woken or stopped.
    asio::awaitable<void> sleep(steady_time::duration longest) {
        auto const until = std::make_shared<signal>();
        sleeping_ = until;
        scoped_deadline alarm(deadlines_, context_.clock->now() + longest, [until] { until->set(); });
        if (!stopped_) co_await until->wait();
        sleeping_ = nullptr;
    }
    /// Ends the sleep that is under way; without one, nothing.
    void wake() {
        if (sleeping_) sleeping_->set();
    }
    /// Nobody sleeps from now on.
    void stop() {
        stopped_ = true;
        wake();
        deadlines_.stop();
    }
    bool stopped() const { return stopped_; }  ///< Whether `stop` was called.

private:
    service_context context_;
    deadlines deadlines_;
    std::shared_ptr<signal> sleeping_;
    bool stopped_ = false;
};

}  // namespace shop
