#include <shop/async/scheduler.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>

#include <gtest/gtest.h>

namespace shop {
namespace {

using namespace std::chrono_literals;

TEST(system_scheduler, returns_no_earlier_than_asked) {
    asio::io_context context;
    auto const at = system_scheduler().now() + 2ms;
    bool woke = false;
    asio::co_spawn(context, system_scheduler().sleep_until(at), [&](std::exception_ptr) {
        woke = true;
        EXPECT_GE(system_scheduler().now(), at);
    });
    context.run();
    EXPECT_TRUE(woke);
}

TEST(system_scheduler, stops_sleeping_when_cancelled) {
    asio::io_context context;
    asio::cancellation_signal cancel;
    boost::system::error_code reason;
    asio::co_spawn(context, system_scheduler().sleep_until(steady_time::max()),
                   asio::bind_cancellation_slot(cancel.slot(), [&](std::exception_ptr thrown) {
                       try {
                           if (thrown) std::rethrow_exception(thrown);
                       } catch (boost::system::system_error const& e) {
                           reason = e.code();
                       }
                   }));
    asio::post(context, [&] { cancel.emit(asio::cancellation_type::terminal); });
    context.run();
    EXPECT_EQ(reason, asio::error::operation_aborted);
}

}  // namespace
}  // namespace shop
