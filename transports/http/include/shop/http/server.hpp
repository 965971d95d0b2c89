#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <shop/core/result.hpp>
#include <shop/http/handler.hpp>
#include <shop/http/limits.hpp>
#include <shop/http/network.hpp>
#include <shop/http/tls.hpp>

namespace shop::http {

namespace detail {
class server_state;
}

/// The bounds of a server; the defaults are those of the product.
struct server_options {
    /// Request line and header fields together; more is 431.
    std::size_t head_bytes_max = limits::request_head_bytes_max;
    std::size_t header_fields_max = limits::header_fields_max;          ///< more is 431
    std::size_t target_bytes_max = limits::target_bytes_max;            ///< more is 414
    std::size_t read_buffer_bytes_max = limits::read_buffer_bytes_max;  ///< per connection; at least `head_bytes_max`
    std::size_t connections_max = limits::connections_max;              ///< open at once
    std::size_t connections_per_peer_max =
        0;  ///< of one address (IPv6: a /64) but those of trusted proxies; 0 is no bound of its own
    std::size_t bodies_bytes_max =
        256 * 1024 * 1024;  ///< of bodies that are held, whatever was announced; more are answered 503. 0: no bound
    std::size_t bodies_bytes_per_caller_max =
        0;  ///< of one account, and of one client's address; more are answered 429. 0: no bound of its own

    std::chrono::milliseconds head_read_max =
        limits::head_read_max;  ///< from the first byte of a request; also for the TLS handshake
    std::chrono::milliseconds body_read_max = limits::body_read_max;  ///< for a whole body
    std::chrono::milliseconds write_max = limits::write_max;          ///< for a whole answer
    std::chrono::milliseconds idle_max =
        limits::idle_max;  ///< longer than clients keep connections: who closes first must be they
    std::chrono::milliseconds drain_idle_max{
        1'000};  ///< how long an idle connection is kept for a last request when draining
    std::chrono::milliseconds linger_max =
        limits::linger_max;  ///< how long the rest of a refused request is read and dropped
    std::chrono::milliseconds linger_silence_max = limits::linger_silence_max;  ///< how long none of it may come
    std::size_t linger_bytes_max = limits::linger_bytes_max;                    ///< how much of it
    std::chrono::milliseconds sweep_interval{250};                              ///< how late a time limit may strike
    std::chrono::milliseconds accept_backoff{100};  ///< pause when the system has no descriptor left

    /// Proxies that are believed about whom they ask for (`request::client`): `Forwarded` (RFC 7239) or
    /// `X-Forwarded-For`, from the right the first address that is not trusted itself. If both are there and differ,
    /// neither is believed.
    std::vector<network> trusted_proxies;

    /// What stands before the paths of this server in those that its clients know, such as `/shop`: it is the beginning
    /// of every `Location` and `instance`. A proxy may take it off a request or leave it.
    /// @pre empty, or segments with a slash before each; no path of the handler begins with it.
    std::string base_path;

    bool share_port = false;  ///< several servers, each on a thread of its own, may listen on one port
    std::optional<std::uint64_t> request_id_seed;  ///< for repeatable request ids
    std::optional<tls_identity> tls;  ///< what the server speaks TLS with, all of its listeners; without it, plain HTTP
};

/// Where a server listens.
struct endpoint {
    std::string host;        ///< a name or an address, without brackets
    std::uint16_t port = 0;  ///< 0 in what is asked for: any that is free
    bool tls = false;        ///< whether it is `https`

    std::string url() const;  ///< As a client names it: `http://HOST:PORT`, or `https`.
};

/// An HTTP/1.1 server.
///
/// Each connection is a coroutine; requests of one connection are answered one after another, in order. Framing is
/// judged strictly: what two readers could read in two ways is refused, the connection closed, and the rest of its
/// bytes dropped. Time limits are checked by one sweep over all connections, no timer is armed per operation.
///
/// With TLS: 1.2 or 1.3, ALPN `http/1.1`. A connection beyond `connections_max` is then closed without an answer.
///
/// @par Thread safety
/// Everything runs on the executor given, which must be one thread or a strand; after `start`, call on it only.
/// `connections` may be called from anywhere.
class server {
public:
    /// @param handler outlives the last connection: the end of `drain`, or of the executor's context.
    server(asio::any_io_executor executor, server_options options, http::handler& handler);
    /// Cuts whatever is still open.
    ~server();
    server(server const&) = delete;
    server& operator=(server const&) = delete;

    /// Binds and listens; may be called for several addresses before `start`.
    /// @param host an address, or a name that resolves to one.
    /// @param port 0 picks a free one.
    /// @return the bound address.
    /// @par Errors
    /// `unavailable`, with the reason of the system.
    result<endpoint> listen(std::string const& host, std::uint16_t port);

    /// Begins to accept.
    void start();

    /// Closes the listeners; connections go on, those that waited to be accepted as well.
    void stop_accepting();

    /// Stops accepting, answers requests with `Connection: close`, and cuts what is left at the deadline. A connection
    /// that waits for a request is kept for `drain_idle_max`, since one may be on its way: closed at once, it would
    /// never be answered, and a proxy would not know whether it was carried out.
    /// @return whether all requests that had begun were answered.
    asio::awaitable<bool> drain(steady_time deadline);

    /// Closes the listeners and cuts all connections.
    void stop();

    /// What connections accepted from now on speak TLS with; those that are open keep what they have.
    /// @pre the options of the server had one.
    void set_tls(tls_identity identity);

    /// How many connections are open, those included whose handshake is under way.
    std::size_t connections() const;

private:
    std::shared_ptr<detail::server_state> server_state_;
};

}  // namespace shop::http
