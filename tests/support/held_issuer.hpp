#pragma once

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <shop/http/server.hpp>

namespace shop_test {

/// An issuer of tokens that is asked for its keys, and answers when it is released: that it has none.
/// @par Thread safety
/// Shared objects: safe.
class held_issuer {
public:
    held_issuer() {
        auto const bound = server_.listen("127.0.0.1", 0);
        if (!bound) throw std::runtime_error("the issuer does not listen");
        url_ = bound->url();
        server_.start();
        thread_ = std::thread([this] { context_.run(); });
    }
    ~held_issuer() {
        context_.stop();
        thread_.join();
    }
    held_issuer(held_issuer const&) = delete;
    held_issuer& operator=(held_issuer const&) = delete;

    std::string keys() const { return url_ + "/keys"; }
    void release() { is_released_ = true; }

private:
    class counter final : public shop::http::handler {
    public:
        explicit counter(std::atomic<bool> const& is_released) : is_released_(is_released) {}
        shop::http::asio::awaitable<shop::http::response> handle(shop::http::request const&) override {
            boost::asio::steady_timer tick(co_await boost::asio::this_coro::executor);
            while (!is_released_) {
                tick.expires_after(std::chrono::milliseconds(1));
                co_await tick.async_wait(boost::asio::use_awaitable);
            }
            co_return shop::http::response(200, R"({"keys":[]})");
        }

    private:
        std::atomic<bool> const& is_released_;
    };

    std::atomic<bool> is_released_ = false;
    boost::asio::io_context context_{1};
    counter counter_{is_released_};
    shop::http::server server_{context_.get_executor(), {}, counter_};
    std::string url_;
    std::thread thread_;
};

}  // namespace shop_test
