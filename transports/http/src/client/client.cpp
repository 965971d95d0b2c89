#include <shop/http/client.hpp>

#include <charconv>
#include <deque>
#include <optional>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include <openssl/x509v3.h>

#include "tls/context.hpp"

namespace shop::http {

namespace beast = boost::beast;
using boost::asio::ip::tcp;
using failure_code = boost::system::error_code;
using steady_clock = std::chrono::steady_clock;

namespace {

struct link {
    explicit link(asio::any_io_executor const& executor) : stream(executor) {}
    beast::tcp_stream stream;
    std::optional<asio::ssl::stream<beast::tcp_stream&>> tls;  ///< over it, if the origin is https
    beast::flat_buffer input;
    steady_time idle_since{};
};

/// Whether the other end has not closed it meanwhile, nor sent what nobody asked for.
bool is_quiet(link& one) {
    if (one.tls) {
        auto* const session = one.tls->native_handle();
        if (SSL_has_pending(session) != 0 || BIO_pending(SSL_get_rbio(session)) != 0) return false;
    }
    auto& socket = one.stream.socket();
    char byte;
    failure_code ec;
    socket.non_blocking(true, ec);
    socket.receive(asio::buffer(&byte, 1), tcp::socket::message_peek, ec);
    return ec == asio::error::would_block;
}

/// Puts TLS over a connection; who answers must show a certificate for that name.
/// @return whether there was memory for it
bool prepare_tls(link& one, tls_trust const& trust, std::string const& name) {
    static constexpr unsigned char protocols[] = "\x08http/1.1";
    auto* const session = SSL_new(trust.context().get());
    if (session == nullptr) return false;
    one.tls.emplace(one.stream, session);  // frees it
    SSL_set_verify(session, SSL_VERIFY_PEER, nullptr);
    SSL_set_hostflags(session, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    SSL_set_alpn_protos(session, protocols, sizeof protocols - 1);
    failure_code not_an_address;
    auto const address = asio::ip::make_address(name, not_an_address);
    if (not_an_address)
        return SSL_set1_host(session, name.c_str()) == 1 && SSL_set_tlsext_host_name(session, name.c_str()) == 1;
    auto* const wanted = SSL_get0_param(session);
    if (address.is_v4()) {
        auto const bytes = address.to_v4().to_bytes();
        return X509_VERIFY_PARAM_set1_ip(wanted, bytes.data(), bytes.size()) == 1;
    }
    auto const bytes = address.to_v6().to_bytes();
    return X509_VERIFY_PARAM_set1_ip(wanted, bytes.data(), bytes.size()) == 1;
}

/// Why a handshake came to nothing.
std::string reason_of(SSL const* session, failure_code const& ec) {
    auto const verdict = SSL_get_verify_result(session);
    if (verdict != X509_V_OK)
        return std::string("its certificate is refused: ") + X509_verify_cert_error_string(verdict);
    if (ec == beast::error::timeout) return "the TLS handshake took too long";
    return "the TLS handshake failed: " + ec.message();
}

error outcome_unknown(std::string_view why) {
    return error(error_code::outcome_unknown, std::string(why));
}

}  // namespace

result<origin> origin::parse(std::string_view url) {
    error const wrong(error_code::invalid_value, "must be http://HOST:PORT or https://HOST:PORT");
    constexpr std::string_view plain = "http://", secure = "https://";
    origin out;
    out.tls = url.starts_with(secure);
    if (!out.tls && !url.starts_with(plain)) return wrong;
    url.remove_prefix(out.tls ? secure.size() : plain.size());
    if (url.ends_with('/')) url.remove_suffix(1);
    out.port = out.tls ? 443 : 80;
    auto const colon = url.rfind(':');
    auto host = url;
    if (colon != url.npos && url.find(']', colon) == url.npos) {
        auto const digits = url.substr(colon + 1);
        auto const [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), out.port);
        if (failed != std::errc{} || end != digits.data() + digits.size() || out.port == 0) return wrong;
        host = url.substr(0, colon);
    }
    if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
        host = host.substr(1, host.size() - 2);
    } else if (host.find_first_of(":[]") != host.npos) {
        return wrong;
    }
    for (unsigned char const c : host) {
        bool const fine = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
                          c == '-' || c == '_' || c == ':' || c == '%';
        if (!fine) return wrong;
    }
    if (host.empty() || host.size() > 253) return wrong;
    out.host = host;
    return out;
}

std::string origin::url() const {
    bool const v6 = host.find(':') != host.npos;
    return (tls ? "https://" : "http://") + (v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

struct client::state : std::enable_shared_from_this<client::state> {
    state(asio::any_io_executor e, origin t, client_options o)
        : executor(std::move(e)), to(std::move(t)), options(std::move(o)) {
        auto const url = to.url();
        authority = url.substr(url.find("//") + 2);
        if (to.tls && !options.trust) options.trust = tls_trust::of_the_system();
    }

    asio::awaitable<result<client_response>> exchange(client_request request, steady_time deadline);
    asio::awaitable<result<std::unique_ptr<link>>> connect(steady_time deadline);
    asio::awaitable<result<std::unique_ptr<link>>> secure(std::unique_ptr<link> one);
    error unreachable(std::string_view why) const;
    std::unique_ptr<link> take_idle();
    void keep(std::unique_ptr<link> one);

    asio::any_io_executor executor;
    origin to;
    client_options options;
    std::string authority;
    std::deque<std::unique_ptr<link>> idle;  ///< the last used one in front
    std::size_t busy = 0;
    bool closed = false;
};

std::unique_ptr<link> client::state::take_idle() {
    auto const since = steady_clock::now() - options.idle_max;
    while (!idle.empty() && idle.back()->idle_since < since) idle.pop_back();
    while (!idle.empty()) {
        auto one = std::move(idle.front());
        idle.pop_front();
        if (is_quiet(*one)) return one;
    }
    return nullptr;
}

void client::state::keep(std::unique_ptr<link> one) {
    if (closed || idle.size() >= options.idle_connections_max) return;
    one->idle_since = steady_clock::now();
    one->stream.expires_never();
    idle.push_front(std::move(one));
}

error client::state::unreachable(std::string_view why) const {
    return error(error_code::unavailable, "cannot connect to " + to.url() + ": " + std::string(why));
}

asio::awaitable<result<std::unique_ptr<link>>> client::state::connect(steady_time deadline) {
    auto one = std::make_unique<link>(executor);
    one->stream.expires_at(std::min(deadline, steady_clock::now() + options.connect_max));
    failure_code ec;
    auto const address = asio::ip::make_address(to.host, ec);
    if (!ec) {
        co_await one->stream.async_connect(tcp::endpoint(address, to.port),
                                           asio::redirect_error(asio::use_awaitable, ec));
    } else {
        tcp::resolver resolver(executor);
        auto const found = co_await resolver.async_resolve(to.host, std::to_string(to.port),
                                                           asio::redirect_error(asio::use_awaitable, ec));
        if (!ec) co_await one->stream.async_connect(found, asio::redirect_error(asio::use_awaitable, ec));
    }
    if (ec) co_return error(error_code::unavailable, "cannot connect to " + to.url());
    one->stream.socket().set_option(tcp::no_delay(true), ec);
    if (!to.tls) co_return one;
    co_return co_await secure(std::move(one));
}

asio::awaitable<result<std::unique_ptr<link>>> client::state::secure(std::unique_ptr<link> one) {
    auto const& name = options.server_name.empty() ? to.host : options.server_name;
    if (!prepare_tls(*one, *options.trust, name)) co_return unreachable("no TLS session can be made");
    failure_code ec;
    co_await one->tls->async_handshake(asio::ssl::stream_base::client, asio::redirect_error(asio::use_awaitable, ec));
    if (ec) co_return unreachable(reason_of(one->tls->native_handle(), ec));
    co_return one;
}

asio::awaitable<result<client_response>> client::state::exchange(client_request request, steady_time deadline) {
    auto const self = shared_from_this();
    if (busy >= options.connections_max) co_return error(error_code::overloaded);
    struct counted {
        explicit counted(std::size_t& n) : of(n) { ++of; }
        ~counted() { --of; }
        std::size_t& of;
    } const here(busy);

    auto one = take_idle();
    if (!one) {
        auto made = co_await connect(deadline);
        if (!made) co_return made.error();
        one = std::move(*made);
    }

    beast::http::request<beast::http::string_body> message;
    message.version(11);
    message.method_string(request.method);
    message.target(request.target);
    message.set(beast::http::field::host, authority);
    for (auto const& [name, value] : request.headers) message.set(name, value);
    message.body() = std::move(request.body);
    message.prepare_payload();

    failure_code ec;
    one->stream.expires_at(deadline);
    if (one->tls) {
        co_await beast::http::async_write(*one->tls, message, asio::redirect_error(asio::use_awaitable, ec));
    } else {
        co_await beast::http::async_write(one->stream, message, asio::redirect_error(asio::use_awaitable, ec));
    }
    if (ec) co_return outcome_unknown("the connection broke while the request was sent");

    beast::http::response_parser<beast::http::string_body> parser;
    parser.header_limit(static_cast<std::uint32_t>(options.answer_head_bytes_max));
    parser.body_limit(options.answer_body_bytes_max);
    if (one->tls) {
        co_await beast::http::async_read(*one->tls, one->input, parser, asio::redirect_error(asio::use_awaitable, ec));
    } else {
        co_await beast::http::async_read(one->stream, one->input, parser,
                                         asio::redirect_error(asio::use_awaitable, ec));
    }
    if (ec == beast::error::timeout) co_return outcome_unknown("the service did not answer in time");
    if (ec) co_return outcome_unknown("the connection broke before the answer came, or the answer cannot be read");

    client_response out;
    out.status = parser.get().result_int();
    bool const is_framed = parser.chunked() || parser.content_length();
    bool const is_kept = parser.keep_alive() && is_framed && one->input.size() == 0;
    out.body = std::move(parser.get().body());
    if (is_kept) keep(std::move(one));
    co_return out;
}

client::client(asio::any_io_executor executor, origin to, client_options options)
    : state_(std::make_shared<state>(std::move(executor), std::move(to), std::move(options))) {}

client::~client() {
    state_->closed = true;
    state_->idle.clear();
}

origin const& client::to() const {
    return state_->to;
}

asio::awaitable<result<client_response>> client::exchange(client_request request, steady_time deadline) {
    return state_->exchange(std::move(request), deadline);
}

std::size_t client::connections() const {
    return state_->busy + state_->idle.size();
}

std::size_t client::busy() const {
    return state_->busy;
}

}  // namespace shop::http
