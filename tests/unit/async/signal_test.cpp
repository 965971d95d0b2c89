#include <shop/async/signal.hpp>

#include <gtest/gtest.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <optional>

namespace shop {
namespace {

class signals : public ::testing::Test {
protected:
    /// Waits for the signal; `answer` becomes what `wait` returned, once.
    void wait_for(signal& what) {
        auto waiter = [](signal& what, std::optional<bool>& answer) -> asio::awaitable<void> {
            co_await asio::this_coro::throw_if_cancelled(false);
            answer = co_await what.wait();
        };
        asio::co_spawn(io, waiter(what, answer),
                       asio::bind_cancellation_slot(stop.slot(), [this](std::exception_ptr) { ++ended; }));
    }
    void cancel() { stop.emit(asio::cancellation_type::terminal); }
    void run() {
        io.restart();
        io.run();
    }

    asio::io_context io;
    asio::cancellation_signal stop;
    std::optional<bool> answer;
    int ended = 0;
};

TEST_F(signals, who_waits_is_resumed_when_it_is_set) {
    signal happened;
    wait_for(happened);
    io.poll();
    EXPECT_FALSE(answer);
    happened.set();
    run();
    EXPECT_EQ(answer, true);
}

TEST_F(signals, who_comes_late_does_not_wait) {
    signal happened;
    happened.set();
    wait_for(happened);
    run();
    EXPECT_EQ(answer, true);
}

TEST_F(signals, a_cancelled_wait_ends_without_the_signal) {
    signal happened;
    wait_for(happened);
    io.poll();
    cancel();
    run();
    EXPECT_EQ(answer, false);
    EXPECT_EQ(ended, 1);
    happened.set();
    run();
    EXPECT_EQ(ended, 1);
}

TEST_F(signals, a_cancellation_behind_the_signal_is_too_late) {
    signal happened;
    wait_for(happened);
    io.poll();
    happened.set();
    cancel();
    run();
    EXPECT_EQ(answer, true);
    EXPECT_EQ(ended, 1);
}

TEST_F(signals, one_that_goes_lets_go_who_waits_for_it) {
    {
        signal happened;
        wait_for(happened);
        io.poll();
    }
    cancel();
    run();
    EXPECT_EQ(answer, false);
    EXPECT_EQ(ended, 1);
}

}  // namespace
}  // namespace shop
