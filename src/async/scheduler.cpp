#include <shop/async/scheduler.hpp>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace shop {

namespace {

class machine_scheduler final : public scheduler {
public:
    steady_time now() const override { return std::chrono::steady_clock::now(); }
    timestamp stamp() const override {
        return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    }
    asio::awaitable<void> sleep_until(steady_time at) override {
        asio::steady_timer timer(co_await asio::this_coro::executor, at);
        co_await timer.async_wait(asio::use_awaitable);
    }
};

}  // namespace

scheduler& system_scheduler() {
    static machine_scheduler machine;
    return machine;
}

}  // namespace shop
