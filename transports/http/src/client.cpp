#include <shop/http/client.hpp>

#include <charconv>
#include <deque>
#include <optional>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

namespace shop::http {

namespace beast = boost::beast;
using boost::asio::ip::tcp;
using failure_code = boost::system::error_code;
using steady_clock = std::chrono::steady_clock;

namespace {

struct link {
    explicit link(asio::any_io_executor const& executor) : stream(executor) {}
    beast::tcp_stream stream;
    beast::flat_buffer input;
    steady_time idle_since{};
};

/// Whether the other end has not closed it meanwhile, nor sent what nobody asked for.
bool is_quiet(tcp::socket& socket) {
    char byte;
    failure_code ec;
    socket.non_blocking(true, ec);
    socket.receive(asio::buffer(&byte, 1), tcp::socket::message_peek, ec);
    return ec == asio::error::would_block;
}

error outcome_unknown(std::string_view why) {
    return error(error_code::outcome_unknown, std::string(why));
}

}  // namespace

result<origin> origin::parse(std::string_view url) {
    error const wrong(error_code::invalid_value, "must be http://HOST:PORT");
    constexpr std::string_view scheme = "http://";
    if (!url.starts_with(scheme)) return wrong;
    url.remove_prefix(scheme.size());
    if (url.ends_with('/')) url.remove_suffix(1);
    origin out;
    out.port = 80;
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
        bool const fine = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' || c == '-' ||
                          c == '_' || c == ':' || c == '%';
        if (!fine) return wrong;
    }
    if (host.empty() || host.size() > 253) return wrong;
    out.host = host;
    return out;
}

std::string origin::url() const {
    bool const v6 = host.find(':') != host.npos;
    return "http://" + (v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

struct client::state : std::enable_shared_from_this<client::state> {
    state(asio::any_io_executor e, origin t, client_options o)
        : executor(std::move(e)), to(std::move(t)), options(o), authority(to.url().substr(7)) {}

    asio::awaitable<result<client_response>> exchange(client_request request, steady_time deadline);
    asio::awaitable<std::unique_ptr<link>> connect(steady_time deadline);
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
        if (is_quiet(one->stream.socket())) return one;
    }
    return nullptr;
}

void client::state::keep(std::unique_ptr<link> one) {
    if (closed || idle.size() >= options.idle_connections_max) return;
    one->idle_since = steady_clock::now();
    one->stream.expires_never();
    idle.push_front(std::move(one));
}

asio::awaitable<std::unique_ptr<link>> client::state::connect(steady_time deadline) {
    auto one = std::make_unique<link>(executor);
    one->stream.expires_at(std::min(deadline, steady_clock::now() + options.connect_max));
    failure_code ec;
    auto const address = asio::ip::make_address(to.host, ec);
    if (!ec) {
        co_await one->stream.async_connect(tcp::endpoint(address, to.port), asio::redirect_error(asio::use_awaitable, ec));
    } else {
        tcp::resolver resolver(executor);
        auto const found = co_await resolver.async_resolve(to.host, std::to_string(to.port),
                                                           asio::redirect_error(asio::use_awaitable, ec));
        if (!ec) co_await one->stream.async_connect(found, asio::redirect_error(asio::use_awaitable, ec));
    }
    if (ec) co_return nullptr;
    one->stream.socket().set_option(tcp::no_delay(true), ec);
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
    if (!one) one = co_await connect(deadline);
    if (!one) co_return error(error_code::unavailable, "cannot connect to " + to.url());

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
    co_await beast::http::async_write(one->stream, message, asio::redirect_error(asio::use_awaitable, ec));
    if (ec) co_return outcome_unknown("the connection broke while the request was sent");

    beast::http::response_parser<beast::http::string_body> parser;
    parser.header_limit(static_cast<std::uint32_t>(options.answer_head_bytes_max));
    parser.body_limit(options.answer_body_bytes_max);
    co_await beast::http::async_read(one->stream, one->input, parser, asio::redirect_error(asio::use_awaitable, ec));
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
    : state_(std::make_shared<state>(std::move(executor), std::move(to), options)) {}

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
