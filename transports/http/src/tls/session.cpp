#include "tls/session.hpp"

#include <new>

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <openssl/bio.h>
#include <openssl/err.h>

namespace shop::http::detail {
namespace {

using boost::system::error_code;

constexpr std::size_t record_bytes_max = SSL3_RT_MAX_PLAIN_LENGTH;

// A BIO over the socket object: unlike OpenSSL's own, it raises no SIGPIPE, and does not touch a descriptor that was
// closed meanwhile and may be another connection's by now.

tcp::socket& socket_of(BIO* bio) {
    return *static_cast<tcp::socket*>(BIO_get_data(bio));
}

int read_socket(BIO* bio, char* to, int size) {
    BIO_clear_retry_flags(bio);
    error_code ec;
    auto const bytes = socket_of(bio).read_some(asio::buffer(to, static_cast<std::size_t>(size)), ec);
    if (!ec) return static_cast<int>(bytes);
    if (ec == asio::error::would_block) BIO_set_retry_read(bio);
    return -1;
}

int write_socket(BIO* bio, char const* from, int size) {
    BIO_clear_retry_flags(bio);
    error_code ec;
    auto const bytes = socket_of(bio).write_some(asio::buffer(from, static_cast<std::size_t>(size)), ec);
    if (!ec) return static_cast<int>(bytes);
    if (ec == asio::error::would_block) BIO_set_retry_write(bio);
    return -1;
}

long control(BIO*, int what, long, void*) {
    return what == BIO_CTRL_FLUSH ? 1 : 0;  // nothing is held back
}

BIO* bio_over(tcp::socket& socket) {
    static BIO_METHOD* const method = [] {
        auto* const made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "shop socket");
        if (made == nullptr) throw std::bad_alloc();
        BIO_meth_set_read(made, read_socket);
        BIO_meth_set_write(made, write_socket);
        BIO_meth_set_ctrl(made, control);
        return made;
    }();
    auto* const bio = BIO_new(method);
    if (bio == nullptr) throw std::bad_alloc();
    BIO_set_data(bio, &socket);
    BIO_set_init(bio, 1);
    return bio;
}

}  // namespace

tls_session::tls_session(tls_context const& context, tcp::socket& socket)
    : socket_(socket), session_(SSL_new(context.get())) {
    if (!session_) throw std::bad_alloc();
    auto* const bio = bio_over(socket_);
    SSL_set_bio(session_.get(), bio, bio);
    SSL_set_accept_state(session_.get());
}

/// Says what a call of OpenSSL came to.
void tls_session::conclude(int returned, error_code& ec) {
    ec.clear();
    switch (SSL_get_error(session_.get(), returned)) {
        case SSL_ERROR_NONE:
            return;
        case SSL_ERROR_WANT_READ:
            awaited_ = tcp::socket::wait_read;
            ec = asio::error::would_block;
            return;
        case SSL_ERROR_WANT_WRITE:
            awaited_ = tcp::socket::wait_write;
            ec = asio::error::would_block;
            return;
        case SSL_ERROR_ZERO_RETURN:
            ec = asio::error::eof;
            return;
        default:
            broken_ = true;
            ec = asio::error::connection_aborted;
            return;
    }
}

/// Repeats a step until it need not wait.
template <class Step>
asio::awaitable<std::size_t> tls_session::complete(Step step, error_code& ec) {
    for (bool waited = false;; waited = true) {
        auto const bytes = step(ec);
        if (ec != asio::error::would_block) {
            // As Asio does: one whose bytes are always there already must not keep the others from theirs.
            if (!ec && !waited) co_await asio::post(socket_.get_executor(), asio::use_awaitable);
            co_return bytes;
        }
        ec.clear();
        co_await socket_.async_wait(awaited_, asio::redirect_error(asio::use_awaitable, ec));
        if (ec) co_return 0;
    }
}

asio::awaitable<std::size_t> tls_session::handshake(error_code& ec) {
    auto const step = [this](error_code& failed) -> std::size_t {
        ERR_clear_error();
        conclude(SSL_do_handshake(session_.get()), failed);
        return 0;
    };
    return complete(step, ec);
}

asio::awaitable<std::size_t> tls_session::read_some(asio::mutable_buffer to, error_code& ec) {
    return complete([this, to](error_code& failed) { return read_now(to, failed); }, ec);
}

asio::awaitable<std::size_t> tls_session::write_some(parts const& from, error_code& ec) {
    return complete([this, &from](error_code& failed) { return write_now(from, failed); }, ec);
}

std::size_t tls_session::read_now(asio::mutable_buffer to, error_code& ec) {
    ec = asio::error::connection_aborted;
    if (broken_) return 0;
    std::size_t bytes = 0;
    ERR_clear_error();
    conclude(SSL_read_ex(session_.get(), to.data(), to.size(), &bytes), ec);
    return bytes;
}

std::size_t tls_session::write_now(parts const& from, error_code& ec) {
    ec = asio::error::connection_aborted;
    if (broken_) return 0;
    // Head and body in one record, if they fit: two would be two packets.
    std::array<char, record_bytes_max> joined;
    asio::const_buffer next = from[0].size() == 0 ? from[1] : from[0];
    if (from[0].size() != 0 && from[1].size() != 0) {
        next = asio::buffer(joined, asio::buffer_copy(asio::buffer(joined), from));
    }
    std::size_t bytes = 0;
    ERR_clear_error();
    conclude(SSL_write_ex(session_.get(), next.data(), next.size(), &bytes), ec);
    return bytes;
}

void tls_session::close_notify() {
    bool const said = (SSL_get_shutdown(session_.get()) & SSL_SENT_SHUTDOWN) != 0;
    if (broken_ || said || !SSL_is_init_finished(session_.get())) return;
    ERR_clear_error();
    SSL_shutdown(session_.get());
}

}  // namespace shop::http::detail
