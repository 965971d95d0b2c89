#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <shop/http/detail/body_budget.hpp>
#include <shop/http/server.hpp>

#include "message/wire.hpp"

namespace shop::http::detail {

class connection;

using boost::asio::ip::tcp;
using steady_clock = std::chrono::steady_clock;

/// What all connections of a server share: its options, its handler, and the list of them.
class server_state : public std::enable_shared_from_this<server_state> {
public:
    server_state(asio::any_io_executor executor, server_options options, http::handler& handler);

    result<endpoint> listen(std::string const& host, std::uint16_t port);
    void start();
    /// Takes what waits to be accepted, and closes the listeners.
    void stop_accepting();
    asio::awaitable<bool> drain(steady_time deadline);
    void stop();
    void set_tls(tls_identity identity);

    server_options const& options() const { return options_; }
    http::handler& handler() { return handler_; }
    body_budget& bodies() { return bodies_; }
    bool draining() const { return draining_; }
    std::string_view date() { return date_.now(); }
    /// A request id, 32 characters; valid until the next is drawn.
    std::string_view draw_id();

    void join(connection& c);
    void leave(connection& c);
    std::size_t connections() const { return open_.load(std::memory_order_relaxed); }

private:
    static asio::awaitable<void> accept_from(std::shared_ptr<server_state> self, std::size_t acceptor);
    static asio::awaitable<void> sweep(std::shared_ptr<server_state> self);
    void accept_waiting(tcp::acceptor& from);
    void close_listeners();
    void wake_if_empty();
    bool may_get_connections() const { return accepting_ || accept_loops_ > 0; }
    void accept(tcp::socket socket, tcp::endpoint const& peer);
    void turn_away(tcp::socket& socket);
    bool has_place_for(asio::ip::address const& peer) const;

    asio::any_io_executor executor_;
    server_options options_;
    http::handler& handler_;
    std::vector<tcp::acceptor> acceptors_;
    asio::steady_timer sweep_timer_;
    asio::steady_timer accept_timer_;
    asio::steady_timer drain_timer_;
    date_line date_;
    std::uint64_t id_seed_;
    std::uint64_t ids_drawn_ = 0;
    std::array<char, 32> id_{};
    std::vector<connection*> connections_;
    std::unordered_map<std::string, std::size_t> peers_;  // counted only if there is a bound per peer
    std::atomic<std::size_t> open_{0};
    body_budget bodies_;
    std::size_t accept_loops_ = 0;
    bool accepting_ = false;
    bool draining_ = false;
    bool stopped_ = false;
};

}  // namespace shop::http::detail
