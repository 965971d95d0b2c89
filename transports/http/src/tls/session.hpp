#pragma once

#include <array>
#include <cstddef>
#include <memory>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "tls/context.hpp"

namespace shop::http::detail {

namespace asio = boost::asio;
using boost::asio::ip::tcp;

/// The server's end of one TLS session.
///
/// OpenSSL reads and writes the socket itself, and is asked again once the socket is ready. `asio::ssl::stream` would
/// hold buffers of 68 KiB for each connection, idle ones too, and copy every byte twice more.
/// @pre the socket does not block, and stays where it is.
class tls_session {
public:
    using error_code = boost::system::error_code;
    using parts = std::array<asio::const_buffer, 2>;

    /// @throws std::bad_alloc
    tls_session(tls_context const& context, tcp::socket& socket);

    asio::awaitable<std::size_t> handshake(error_code& ec);
    asio::awaitable<std::size_t> read_some(asio::mutable_buffer to, error_code& ec);
    asio::awaitable<std::size_t> write_some(parts const& from, error_code& ec);

    /// As above without waiting: `would_block` where that would be needed.
    std::size_t read_now(asio::mutable_buffer to, error_code& ec);
    /// One record. After `would_block`, the next call must be for the same bytes.
    std::size_t write_now(parts const& from, error_code& ec);

    /// Tells the other end that no more will come, in one attempt; nobody waits for its answer.
    void close_notify();

private:
    template <class Step>
    asio::awaitable<std::size_t> complete(Step step, error_code& ec);
    void conclude(int returned, error_code& ec);

    struct freed {
        void operator()(SSL* one) const { SSL_free(one); }
    };
    tcp::socket& socket_;
    std::unique_ptr<SSL, freed> session_;
    tcp::socket::wait_type awaited_ = tcp::socket::wait_read;  // what OpenSSL asked for last
    bool broken_ = false;
};

}  // namespace shop::http::detail
