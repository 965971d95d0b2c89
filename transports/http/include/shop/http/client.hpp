#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <shop/core/result.hpp>
#include <shop/core/time.hpp>
#include <shop/http/limits.hpp>
#include <shop/http/tls.hpp>

namespace shop::http {

namespace asio = boost::asio;

/// Whom a client talks to.
struct origin {
    std::string host;        ///< a name or an address, without brackets
    std::uint16_t port = 0;  ///< 1 to 65535
    bool tls = false;        ///< whether it is `https`

    /// Reads `http://HOST[:PORT]` or `https://HOST[:PORT]`, without path, query or user.
    /// @par Errors
    /// `invalid_value`, with what it must be.
    static result<origin> parse(std::string_view url);
    std::string url() const;  ///< As `parse` reads it.

    friend bool operator==(origin const&, origin const&) = default;
};

/// The bounds of a client.
struct client_options {
    std::chrono::milliseconds connect_max{1'000};  ///< with the TLS handshake
    std::chrono::milliseconds idle_max{30'000};    ///< kept connections; less than the `idle_max` of the other end
    std::size_t idle_connections_max = 16;         ///< kept for later; more are closed
    std::size_t connections_max = 256;             ///< busy or kept; all busy is `overloaded`
    std::size_t answer_head_bytes_max = limits::request_head_bytes_max;  ///< more is an answer that cannot be read
    std::size_t answer_body_bytes_max = 16 * 1024 * 1024;                ///< more is an answer that cannot be read
    std::optional<tls_trust> trust;  ///< whom `https` believes; without it, whom the system believes
    std::string server_name;         ///< what the certificate must be for; empty: the host of the origin
};

/// A request on its way out. What frames it is the client's to write.
struct client_request {
    std::string_view method = "GET";  ///< static text
    std::string target = "/";         ///< path and query, percent-encoded (RFC 3986)
    /// Names and values, without those that frame the message.
    std::vector<std::pair<std::string_view, std::string>> headers;
    std::string body;  ///< sent with its `Content-Length`
};

/// An answer, read whole.
struct client_response {
    unsigned status = 0;  ///< 100 to 599 (RFC 9110, section 15)
    std::string body;     ///< without its transfer coding
};

/// An HTTP/1.1 client of one origin, with kept connections. Of an `https` origin the certificate must be valid, from
/// one who is trusted, and for its host.
///
/// An answer that is not just one well-formed answer within the limits costs the connection. Redirections are not
/// followed.
/// @par Thread safety
/// Shared objects: unsafe; to be used from its executor, which runs one thing at a time.
class client {
public:
    /// @param executor runs one thing at a time
    client(asio::any_io_executor executor, origin to, client_options options = {});
    ~client();
    client(client const&) = delete;
    client& operator=(client const&) = delete;

    origin const& to() const;  ///< Whom it talks to; valid as long as this is.

    /// Sends a request and reads its answer.
    /// @par Errors
    /// `unavailable`: no connection, or a certificate that is refused, with the reason; nothing was sent. `overloaded`:
    /// all connections are busy, nothing was sent. `outcome_unknown`: it was sent, or a part of it, and no answer came
    /// before the deadline, or none that can be read.
    asio::awaitable<result<client_response>> exchange(client_request request, steady_time deadline);

    /// Connections that are open, and those of them that are busy.
    std::size_t connections() const;
    std::size_t busy() const;  ///< Those that carry a request now.

private:
    struct state;
    std::shared_ptr<state> state_;
};

}  // namespace shop::http
