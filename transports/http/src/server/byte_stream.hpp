#pragma once

#include <array>
#include <memory>
#include <optional>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <shop/http/tls.hpp>

#include "tls/session.hpp"

namespace shop::http::detail {

/// The bytes of a connection: those of its socket, or those of the TLS session over it. Without TLS, each call is the
/// socket's own.
class byte_stream {
public:
    using error_code = boost::system::error_code;

    /// @pre the socket does not block.
    byte_stream(tcp::socket socket, std::optional<tls_identity> const& identity) : socket_(std::move(socket)) {
        if (identity) tls_ = std::make_unique<tls_session>(identity->context(), socket_);
    }
    byte_stream(byte_stream const&) = delete;
    byte_stream& operator=(byte_stream const&) = delete;

    tcp::socket& socket() { return socket_; }
    tls_session* tls() { return tls_.get(); }  ///< none if the bytes go as they are

    asio::awaitable<std::size_t> read_some(asio::mutable_buffer to, error_code& ec) {
        if (tls_) return tls_->read_some(to, ec);
        return socket_.async_read_some(to, asio::redirect_error(asio::use_awaitable, ec));
    }
    std::size_t read_now(asio::mutable_buffer to, error_code& ec) {
        return tls_ ? tls_->read_now(to, ec) : socket_.read_some(to, ec);
    }
    asio::awaitable<std::size_t> write_some(tls_session::parts const& from, error_code& ec) {
        if (tls_) return tls_->write_some(from, ec);
        return socket_.async_write_some(from, asio::redirect_error(asio::use_awaitable, ec));
    }
    std::size_t write_now(tls_session::parts const& from, error_code& ec) {
        return tls_ ? tls_->write_now(from, ec) : socket_.write_some(from, ec);
    }

private:
    tcp::socket socket_;
    std::unique_ptr<tls_session> tls_;
};

}  // namespace shop::http::detail
