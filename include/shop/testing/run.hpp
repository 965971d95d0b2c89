#pragma once

#include <exception>
#include <optional>
#include <stdexcept>
#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <shop/async/scheduler.hpp>

namespace shop::testing {

namespace detail {

template <class T>
asio::awaitable<void> store_result(asio::awaitable<T> work, std::optional<T>& to) {
    to.emplace(co_await std::move(work));
}

inline void drive(asio::io_context& context, asio::awaitable<void> work) {
    bool done = false;
    std::exception_ptr thrown;
    asio::co_spawn(context, std::move(work), [&](std::exception_ptr e) {
        done = true;
        thrown = e;
    });
    context.run();
    if (thrown) std::rethrow_exception(thrown);
    if (!done) throw std::logic_error("a coroutine waits for something that nobody will do");
}

}  // namespace detail

/// Runs a coroutine to its end on an io_context of its own, on this thread, and returns its value. What the coroutine
/// throws comes out.
/// @par Thread safety
/// Safe from any thread.
template <class T>
T run(asio::awaitable<T> work) {
    asio::io_context context(1);
    std::optional<T> out;
    detail::drive(context, detail::store_result(std::move(work), out));
    return std::move(*out);
}
/// The same, for work that answers nothing.
inline void run(asio::awaitable<void> work) {
    asio::io_context context(1);
    detail::drive(context, std::move(work));
}

}  // namespace shop::testing
