#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

namespace shop_test {

/// A link to a PostgreSQL that mixes up its answers: as a pooler that confuses sessions does, and worse. It swaps those
/// of two connections, cuts them off, leaves messages out and says them again, as its seed has it.
///
/// It speaks just enough of the protocol (version 3.0) to know where an answer ends: with ReadyForQuery.
/// @par Thread safety
/// Shared objects: safe.
class mixing_link {
    using tcp = boost::asio::ip::tcp;
    using local = boost::asio::local::stream_protocol;
    using failure_code = boost::system::error_code;
    template <class T>
    using awaitable = boost::asio::awaitable<T>;

public:
    enum class damage { swapped, cut, left_out, repeated, stale };

    /// @param target the server's socket
    mixing_link(std::string target, unsigned seed) : target_(std::move(target)), random_(seed) {
        boost::asio::co_spawn(context_, accept(*this), boost::asio::detached);
        thread_ = std::thread([this] { context_.run(); });
    }
    ~mixing_link() {
        context_.stop();
        thread_.join();
    }
    mixing_link(mixing_link const&) = delete;
    mixing_link& operator=(mixing_link const&) = delete;

    unsigned short port() const { return port_; }
    /// Whether one answer in so many is damaged; 0: none.
    void mix_one_in(unsigned many) { one_in_ = many; }
    int count(damage what) const { return counts_[static_cast<std::size_t>(what)]; }

private:
    using answer = std::vector<std::string>;  // messages
    struct session {
        explicit session(tcp::socket accepted)
            : near(std::move(accepted)), far(near.get_executor()), held(near.get_executor()) {}
        tcp::socket near;
        local::socket far;
        boost::asio::steady_timer held;  ///< while its answer waits for another to be swapped with
        std::optional<answer> waiting;
        bool is_ready = false;  ///< the session has begun

        void close() {
            failure_code ignored;
            near.close(ignored);
            far.close(ignored);
        }
    };
    using shared_session = std::shared_ptr<session>;

    static awaitable<void> accept(mixing_link& self) {
        for (;;) {
            auto accepted = co_await self.acceptor_.async_accept(boost::asio::use_awaitable);
            auto const fresh = std::make_shared<session>(std::move(accepted));
            failure_code failed;
            local::endpoint const there(self.target_);
            co_await fresh->far.async_connect(there, boost::asio::redirect_error(boost::asio::use_awaitable, failed));
            if (failed) continue;
            fresh->near.set_option(tcp::no_delay(true), failed);
            boost::asio::co_spawn(self.context_, pass_questions(fresh), boost::asio::detached);
            boost::asio::co_spawn(self.context_, pass_answers(self, fresh), boost::asio::detached);
        }
    }

    static awaitable<void> pass_questions(shared_session on) {
        std::array<char, 16 * 1024> piece;
        failure_code failed;
        while (!failed) {
            auto const got = co_await on->near.async_read_some(
                boost::asio::buffer(piece), boost::asio::redirect_error(boost::asio::use_awaitable, failed));
            if (failed) break;
            co_await boost::asio::async_write(on->far, boost::asio::buffer(piece, got),
                                              boost::asio::redirect_error(boost::asio::use_awaitable, failed));
        }
        on->close();
    }

    static awaitable<void> pass_answers(mixing_link& self, shared_session on) {
        std::array<char, 16 * 1024> piece;
        std::string unread;
        answer gathered;
        failure_code failed;
        while (!failed) {
            auto const got = co_await on->far.async_read_some(
                boost::asio::buffer(piece), boost::asio::redirect_error(boost::asio::use_awaitable, failed));
            if (failed) break;
            unread.append(piece.data(), got);
            while (auto const size = whole_message(unread)) {
                gathered.push_back(unread.substr(0, size));
                unread.erase(0, size);
                if (gathered.back().front() != 'Z') continue;
                if (std::exchange(on->is_ready, true)) {
                    co_await self.hand_on(on, std::move(gathered));
                } else {
                    co_await send(on, std::move(gathered));
                }
                gathered.clear();
            }
        }
        co_await send(on, std::move(gathered));  // last words
        on->close();
    }

    /// The size of the first message, once all of it is there.
    static std::size_t whole_message(std::string const& from) {
        if (from.size() < 5) return 0;
        std::size_t size = 0;
        for (int i = 1; i <= 4; ++i) size = size << 8 | static_cast<std::uint8_t>(from[static_cast<std::size_t>(i)]);
        return from.size() > size ? size + 1 : 0;
    }

    awaitable<void> hand_on(shared_session on, answer what) {
        auto const last = std::exchange(last_, what);
        if (one_in_ == 0 || random_() % one_in_ != 0) {
            co_await send(on, std::move(what));
            co_return;
        }
        auto const kind = static_cast<damage>(random_() % counts_.size());
        auto const at = static_cast<std::ptrdiff_t>(random_() % what.size());
        switch (kind) {
            case damage::swapped:
                co_await swap(on, std::move(what));
                co_return;  // it counts when there was another
            case damage::cut:
                what.resize(static_cast<std::size_t>(at) + 1);
                what.back().resize(random_() % what.back().size());
                break;
            case damage::left_out:
                what.erase(what.begin() + (at + 1 == static_cast<std::ptrdiff_t>(what.size()) && at > 0 ? at - 1 : at));
                break;
            case damage::repeated: {
                auto const again = what[static_cast<std::size_t>(at)];
                what.insert(what.begin() + at, again);
                break;
            }
            case damage::stale:
                what = last;
                break;
        }
        ++counts_[static_cast<std::size_t>(kind)];
        co_await send(on, std::move(what));
        if (kind == damage::cut) on->close();
    }

    /// Gives an answer to whoever waits for another one, and takes that.
    awaitable<void> swap(shared_session on, answer what) {
        if (auto const other = std::exchange(waiting_, nullptr)) {
            ++counts_[static_cast<std::size_t>(damage::swapped)];
            std::swap(what, *other->waiting);
            other->held.cancel();
            co_await send(on, std::move(what));
            co_return;
        }
        waiting_ = on;
        on->waiting = std::move(what);
        failure_code woken;
        on->held.expires_after(std::chrono::milliseconds(50));  // then there is nobody
        co_await on->held.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, woken));
        if (waiting_ == on) waiting_ = nullptr;
        auto mine = std::move(*on->waiting);
        on->waiting.reset();
        co_await send(on, std::move(mine));
    }

    static awaitable<void> send(shared_session to, answer what) {
        std::string bytes;
        for (auto const& one : what) bytes += one;
        failure_code ignored;  // who has gone needs no answer
        co_await boost::asio::async_write(to->near, boost::asio::buffer(bytes),
                                          boost::asio::redirect_error(boost::asio::use_awaitable, ignored));
    }

    std::string target_;
    std::mt19937 random_;
    std::atomic<unsigned> one_in_ = 0;
    std::array<std::atomic<int>, 5> counts_{};
    answer last_;
    shared_session waiting_;
    boost::asio::io_context context_{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> lasting_{context_.get_executor()};
    tcp::acceptor acceptor_{context_, {boost::asio::ip::address_v4::loopback(), 0}};
    unsigned short port_ = acceptor_.local_endpoint().port();
    std::thread thread_;
};

}  // namespace shop_test
