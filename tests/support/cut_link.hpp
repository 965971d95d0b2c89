#pragma once

#include <array>
#include <atomic>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

namespace shop_test {

/// A link to a port of this machine that can be cut: whoever connects to `port()` gets through to the target, until it
/// is.
/// @par Thread safety
/// Shared objects: safe; a call returns once it holds.
class cut_link {
    using tcp = boost::asio::ip::tcp;
    using failure_code = boost::system::error_code;
    template <class T>
    using awaitable = boost::asio::awaitable<T>;

public:
    explicit cut_link(unsigned short target) : target_(target) {
        listen(0);
        port_ = acceptor_.local_endpoint().port();
        thread_ = std::thread([this] { context_.run(); });
    }
    ~cut_link() {
        context_.stop();
        thread_.join();
    }
    cut_link(cut_link const&) = delete;
    cut_link& operator=(cut_link const&) = delete;

    unsigned short port() const { return port_; }
    std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
    /// Bytes that got through, both ways.
    std::size_t passed() const { return passed_; }
    /// Connections that were made, and what came on them, whether it got through or not: pieces, and the end.
    std::size_t arrivals() const { return arrivals_; }
    /// Connections to the target, and those of them that the target has ended.
    std::size_t opened() const { return opened_; }
    std::size_t ended_by_target() const { return ended_by_target_; }
    /// Those on which the target had answered, and that it has ended although the last that got through was not
    /// answered.
    std::size_t unanswered() const { return unanswered_; }

    /// Nothing gets through either way, the end of a connection neither: connections stay, and new ones are taken.
    void cut() {
        at_rest([this] { silent_ = true; });
    }
    /// Connections are reset, and new ones refused.
    void cut_hard() {
        at_rest([this] {
            failure_code ignored;
            acceptor_.close(ignored);
            for (auto const& one : sessions_) {
                if (auto const open = one.lock()) open->reset();
            }
            sessions_.clear();
        });
    }
    /// Connections made from now on lead to this port.
    void lead_to(unsigned short target) {
        at_rest([this, target] { target_ = target; });
    }
    /// As before the cut. What was held back gets through.
    void join() {
        at_rest([this] {
            silent_ = false;
            joined_.cancel();
            if (!acceptor_.is_open()) listen(port_);
        });
    }

private:
    struct session {
        explicit session(tcp::socket accepted) : near(std::move(accepted)), far(near.get_executor()) {}
        tcp::socket near, far;
        bool answered = false, awaits_answer = false;

        void close() {
            failure_code ignored;
            near.close(ignored);
            far.close(ignored);
        }
        void reset() {
            failure_code ignored;
            near.set_option(tcp::socket::linger(true, 0), ignored);
            far.set_option(tcp::socket::linger(true, 0), ignored);
            close();
        }
    };

    void at_rest(std::function<void()> change) {
        std::packaged_task<void()> task(std::move(change));
        auto done = task.get_future();
        boost::asio::post(context_, std::move(task));
        done.get();
    }

    void listen(unsigned short port) {
        acceptor_ = tcp::acceptor(context_, {boost::asio::ip::address_v4::loopback(), port}, true);
        boost::asio::co_spawn(context_, accept(*this), boost::asio::detached);
    }

    static awaitable<void> accept(cut_link& self) {
        for (;;) {
            failure_code failed;
            auto accepted =
                co_await self.acceptor_.async_accept(boost::asio::redirect_error(boost::asio::use_awaitable, failed));
            if (failed) co_return;
            ++self.arrivals_;
            auto const fresh = std::make_shared<session>(std::move(accepted));
            std::erase_if(self.sessions_, [](auto const& one) { return one.expired(); });
            self.sessions_.push_back(fresh);
            boost::asio::co_spawn(self.context_, serve(self, fresh), boost::asio::detached);
        }
    }

    static awaitable<void> serve(cut_link& self, std::shared_ptr<session> on) {
        failure_code failed;
        co_await self.wait_until_joined();
        tcp::endpoint const there(boost::asio::ip::address_v4::loopback(), self.target_);
        co_await on->far.async_connect(there, boost::asio::redirect_error(boost::asio::use_awaitable, failed));
        if (failed) {
            on->reset();
            co_return;
        }
        ++self.opened_;
        on->near.set_option(tcp::no_delay(true), failed);
        on->far.set_option(tcp::no_delay(true), failed);
        boost::asio::co_spawn(self.context_, pass(self, on, &session::near, &session::far, true),
                              boost::asio::detached);
        boost::asio::co_spawn(self.context_, pass(self, on, &session::far, &session::near, false),
                              boost::asio::detached);
    }

    static awaitable<void> pass(cut_link& self, std::shared_ptr<session> on, tcp::socket session::*from,
                                tcp::socket session::*to, bool to_target) {
        std::array<char, 16 * 1024> piece;
        failure_code failed;
        while (!failed) {
            auto const got = co_await ((*on).*from)
                                 .async_read_some(boost::asio::buffer(piece),
                                                  boost::asio::redirect_error(boost::asio::use_awaitable, failed));
            ++self.arrivals_;
            if (failed && !to_target && on->far.is_open()) {
                ++self.ended_by_target_;
                if (on->answered && on->awaits_answer) ++self.unanswered_;
            }
            co_await self.wait_until_joined();
            if (failed) break;
            self.passed_ += got;
            on->awaits_answer = to_target;
            on->answered |= !to_target;
            co_await boost::asio::async_write((*on).*to, boost::asio::buffer(piece, got),
                                              boost::asio::redirect_error(boost::asio::use_awaitable, failed));
        }
        on->close();
    }

    awaitable<void> wait_until_joined() {
        failure_code cancelled;
        while (silent_) co_await joined_.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, cancelled));
    }

    unsigned short target_;
    unsigned short port_ = 0;
    std::atomic<std::size_t> passed_ = 0, arrivals_ = 0, opened_ = 0, ended_by_target_ = 0, unanswered_ = 0;
    bool silent_ = false;
    boost::asio::io_context context_{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> lasting_{context_.get_executor()};
    boost::asio::steady_timer joined_{context_, boost::asio::steady_timer::time_point::max()};
    tcp::acceptor acceptor_{context_};
    std::vector<std::weak_ptr<session>> sessions_;
    std::thread thread_;
};

}  // namespace shop_test
