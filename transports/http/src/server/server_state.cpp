#include "server/server_state.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/detail/socket_option.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <shop/core/uuid.hpp>
#include <shop/http/problem.hpp>

#include "message/client_address.hpp"
#include "server/connection.hpp"

namespace shop::http::detail {
namespace {

using boost::system::error_code;

std::uint64_t random_seed() {
    auto const id = random_ids().next(timestamp{});
    std::uint64_t seed = 0;
    std::memcpy(&seed, id.bytes.data() + 8, sizeof seed);  // the random half
    return seed;
}

std::uint64_t mixed(std::uint64_t x) {  // splitmix64: a bijection, so that no id comes twice
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

void write_hex(char* out, std::uint64_t number) {
    for (int i = 15; i >= 0; --i, number >>= 4) out[i] = "0123456789abcdef"[number & 15];
}

}  // namespace

server_state::server_state(asio::any_io_executor executor, server_options options, http::handler& handler)
    : executor_(executor),
      options_(std::move(options)),
      handler_(handler),
      sweep_timer_(executor),
      accept_timer_(executor),
      drain_timer_(executor),
      id_seed_(options_.request_id_seed.value_or(random_seed())),
      bodies_(options_.bodies_bytes_max, options_.bodies_bytes_per_caller_max) {
    write_hex(id_.data(), mixed(id_seed_));
}

std::string_view server_state::draw_id() {
    write_hex(id_.data() + 16, mixed(id_seed_ + ++ids_drawn_ * 0x9e3779b97f4a7c15u));
    return {id_.data(), id_.size()};
}

result<endpoint> server_state::listen(std::string const& host, std::uint16_t port) {
    error_code ec;
    tcp::endpoint where;
    auto const address = asio::ip::make_address(host, ec);
    if (!ec) {
        where = {address, port};
    } else {
        tcp::resolver resolver(executor_);
        auto const found = resolver.resolve(host, std::to_string(port), tcp::resolver::passive, ec);
        if (!ec && !found.empty()) where = *found.begin();
    }
    tcp::acceptor acceptor(executor_);
    if (!ec) acceptor.open(where.protocol(), ec);
    if (!ec) acceptor.set_option(tcp::acceptor::reuse_address(true), ec);
    if (!ec && options_.share_port) {
        acceptor.set_option(asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>(true), ec);
    }
    if (!ec) acceptor.bind(where, ec);
    if (!ec) acceptor.listen(tcp::acceptor::max_listen_connections, ec);
    if (!ec) where = acceptor.local_endpoint(ec);
    if (ec) {
        return error(shop::error_code::unavailable,
                     "cannot listen on " + host + ":" + std::to_string(port) + ": " + ec.message());
    }
    acceptors_.push_back(std::move(acceptor));
    return endpoint{where.address().to_string(), where.port(), options_.tls.has_value()};
}

void server_state::start() {
    accepting_ = true;
    accept_loops_ = acceptors_.size();
    for (std::size_t i = 0; i < acceptors_.size(); ++i) {
        asio::co_spawn(executor_, accept_from(shared_from_this(), i), asio::detached);
    }
    asio::co_spawn(executor_, sweep(shared_from_this()), asio::detached);
}

asio::awaitable<void> server_state::accept_from(std::shared_ptr<server_state> self, std::size_t acceptor) {
    while (self->accepting_) {
        tcp::socket socket(self->executor_);
        tcp::endpoint peer;
        error_code ec;
        co_await self->acceptors_[acceptor].async_accept(socket, peer, asio::redirect_error(asio::use_awaitable, ec));
        if (!ec && !self->stopped_) {
            self->accept(std::move(socket), peer);  // also one that was accepted just before the listener was closed
        } else if (self->accepting_ && ec != asio::error::connection_aborted) {
            // No descriptor or memory left: what waits in the backlog is ready at once, so do not spin.
            self->accept_timer_.expires_after(self->options_.accept_backoff);
            co_await self->accept_timer_.async_wait(asio::redirect_error(asio::use_awaitable, ec));
        }
    }
    --self->accept_loops_;
    self->wake_if_empty();
}

/// Accepts without waiting: who has connected may have sent a request.
void server_state::accept_waiting(tcp::acceptor& from) {
    error_code ec;
    from.non_blocking(true, ec);
    for (int most = tcp::acceptor::max_listen_connections; !ec && most > 0; --most) {
        tcp::socket socket(executor_);
        tcp::endpoint peer;
        from.accept(socket, peer, ec);
        if (!ec) accept(std::move(socket), peer);
        if (ec == asio::error::connection_aborted) ec = {};
    }
}

bool server_state::has_place_for(asio::ip::address const& peer) const {
    if (connections_.size() >= options_.connections_max) return false;
    if (options_.connections_per_peer_max == 0 || is_trusted(peer, options_.trusted_proxies)) return true;
    auto const found = peers_.find(caller_network(peer.to_string()));
    return found == peers_.end() || found->second < options_.connections_per_peer_max;
}

void server_state::accept(tcp::socket socket, tcp::endpoint const& peer) {
    error_code ec;
    socket.non_blocking(true, ec);
    if (!ec) socket.set_option(tcp::no_delay(true), ec);
    if (ec) return;  // gone already
    try {
        if (!has_place_for(peer.address())) return turn_away(socket);
        auto guest = std::make_shared<connection>(shared_from_this(), std::move(socket), peer.address());
        asio::co_spawn(executor_, connection::run(std::move(guest)), asio::detached);
    } catch (std::bad_alloc const&) {
        // The connection is dropped; those that are open go on.
    }
}

void server_state::turn_away(tcp::socket& socket) {
    if (options_.tls) return;  // an answer would cost the handshake
    auto const answer = problem(refusal::overloaded, "there are too many connections");
    std::string bytes;
    append_head(bytes, answer, {.close = true, .http_1_0 = false, .id = {}, .trace = {}, .date = date()});
    bytes += answer.body;
    error_code ignored;  // one attempt: the buffer of a new socket is empty, and nobody waits for this one
    socket.write_some(asio::buffer(bytes), ignored);
    socket.shutdown(tcp::socket::shutdown_send, ignored);
}

asio::awaitable<void> server_state::sweep(std::shared_ptr<server_state> self) {
    while (self->may_get_connections() || !self->connections_.empty()) {
        error_code ec;
        self->sweep_timer_.expires_after(self->options_.sweep_interval);
        co_await self->sweep_timer_.async_wait(asio::redirect_error(asio::use_awaitable, ec));
        auto const now = steady_clock::now();
        for (auto* c : self->connections_) c->check_time(now);
    }
}

void server_state::join(connection& c) {
    if (options_.connections_per_peer_max != 0) ++peers_[caller_network(c.peer())];
    c.place = connections_.size();
    connections_.push_back(&c);
    open_.store(connections_.size(), std::memory_order_relaxed);
}

void server_state::leave(connection& c) {
    if (options_.connections_per_peer_max != 0) {
        auto const peer = peers_.find(caller_network(c.peer()));
        if (--peer->second == 0) peers_.erase(peer);
    }
    connections_.back()->place = c.place;
    connections_[c.place] = connections_.back();
    connections_.pop_back();
    open_.store(connections_.size(), std::memory_order_relaxed);
    wake_if_empty();
}

void server_state::wake_if_empty() {
    if (!connections_.empty() || may_get_connections()) return;
    sweep_timer_.cancel();
    drain_timer_.cancel();
}

void server_state::stop_accepting() {
    if (accepting_) {
        for (auto& acceptor : acceptors_) accept_waiting(acceptor);
    }
    close_listeners();
}

void server_state::close_listeners() {
    accepting_ = false;
    error_code ignored;
    for (auto& acceptor : acceptors_) acceptor.close(ignored);
    accept_timer_.cancel();
}

asio::awaitable<bool> server_state::drain(steady_time deadline) {
    auto const self = shared_from_this();
    draining_ = true;
    stop_accepting();
    for (auto const now = steady_clock::now(); auto* c : connections_) c->leave_soon(now);
    drain_timer_.expires_at(deadline);
    while ((may_get_connections() || !connections_.empty()) && steady_clock::now() < deadline) {
        error_code ignored;
        co_await drain_timer_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    }
    bool const all_answered =
        std::none_of(connections_.begin(), connections_.end(), [](auto* c) { return c->owes_answer(); });
    for (auto* c : connections_) c->cut();
    co_return all_answered;
}

void server_state::stop() {
    stopped_ = true;
    close_listeners();
    for (auto* c : connections_) c->cut();
}

void server_state::set_tls(tls_identity identity) {
    assert(options_.tls && "a listener does not change from plain to TLS");
    options_.tls = std::move(identity);
}

}  // namespace shop::http::detail
