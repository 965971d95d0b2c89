#include "server/connection.hpp"

#include <algorithm>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <shop/http/body_pipe.hpp>
#include <shop/http/own_machine.hpp>
#include <shop/http/problem.hpp>

#include "message/client_address.hpp"
#include "message/wire.hpp"

namespace shop::http::detail {
namespace {

using boost::system::error_code;

constexpr std::size_t body_step_bytes = 16 * 1024;
constexpr std::string_view served_methods = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";
constexpr std::size_t kept_bytes_max = 4 * 1024;  // of a buffer, while no request is under way

head_limits limits_of(server_options const& options) {
    return {options.head_bytes_max, options.header_fields_max, options.target_bytes_max};
}

std::chrono::milliseconds milliseconds_until(steady_time then, steady_time now) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(then - now);
}

std::string_view without_base(std::string_view path, std::string_view base) {
    if (base.empty() || !path.starts_with(base)) return path;
    auto const rest = path.substr(base.size());
    if (rest.empty()) return "/";
    return rest.front() == '/' ? rest : path;
}

void forget(std::string& text) {
    if (text.capacity() > kept_bytes_max) {
        std::string().swap(text);
    } else {
        text.clear();
    }
}

}  // namespace

connection::connection(std::shared_ptr<server_state> server_state, tcp::socket socket, asio::ip::address const& peer)
    : server_state_(std::move(server_state)),
      stream_(std::move(socket), server_state_->options().tls),
      peer_(peer.to_string()),
      peer_is_trusted_(is_trusted(peer, server_state_->options().trusted_proxies)) {
    server_state_->join(*this);
}

connection::~connection() {
    close_stream();
    server_state_->leave(*this);
}

asio::awaitable<void> connection::run(std::shared_ptr<connection> self) {
    try {
        if (self->stream_.tls()) co_await self->shake_hands();
        if (!self->lost_) co_await self->serve();
        if (self->stream_.tls()) self->stream_.tls()->close_notify();
    } catch (std::exception const&) {
        // Out of memory: this connection is dropped, the others go on.
    }
}

// No `co_await` behind `&&` in these coroutines: g++ 12 resumes them at the wrong place (seen: an illegal instruction).

asio::awaitable<void> connection::shake_hands() {
    enter(phase::handshake, steady_clock::now(), server_state_->options().head_read_max);
    error_code ec = asio::error::operation_aborted;
    if (!server_state_->draining()) co_await stream_.tls()->handshake(ec);
    if (ec) lost_ = true;
}

asio::awaitable<void> connection::serve() {
    auto const limits = limits_of(server_state_->options());
    for (;;) {
        await_head();
        head_scanner::state state;
        while ((state = scanner_.scan(input_.view(), limits)) == head_scanner::state::incomplete) {
            if (!input_.make_room(server_state_->options().read_buffer_bytes_max)) {
                refuse({refusal::head_too_large, "the request head is larger than the server reads"});
                break;
            }
            error_code ec;
            auto bytes = co_await stream_.read_some(input_.room(), ec);
            // What has arrived by the time the limit strikes is a request, and is answered.
            if (ec == asio::error::operation_aborted && phase_ == phase::idle && !lost_) {
                bytes = stream_.read_now(input_.room(), ec);
            }
            if (ec) {
                if (!expired_ || phase_ == phase::idle) co_return;
                refuse({refusal::request_timeout, "the head of the request did not arrive in time"});
                break;
            }
            if (phase_ == phase::idle) first_bytes(steady_clock::now());
            input_.commit(bytes);
        }
        if (state == head_scanner::state::refused) refuse(scanner_.why());
        if (!answer_) judge();
        if (undecided_) co_await judge_later();
        if (lost_) co_return;
        if (!take_buffered_body() && !answer_) co_await read_body();
        if (lost_) co_return;
        if (!answer_) {
            enter_untimed(phase::handling);
            try {
                answer_ = co_await server_state_->handler().handle(request_);
            } catch (...) {
                // What went wrong is not the client's to know.
                answer_.reset();
            }
            if (!answer_) answer_ = problem(refusal::internal, "the request could not be answered");
        }
        under_way_.give_back();
        compose();
        if (!write_now()) co_await write_rest();
        if (answer_->stream) co_await write_stream();
        if (lost_) co_return;
        if (closing_) {
            co_await linger();
            co_return;
        }
        next_request();
    }
}

void connection::enter(phase next, steady_time now, std::chrono::milliseconds most) {
    phase_ = next;
    deadline_ = now + most;
    expired_ = false;
}

void connection::enter_untimed(phase next) {
    phase_ = next;
    deadline_ = steady_time::max();
    expired_ = false;
}

void connection::await_head() {
    scanner_ = {};
    auto const now = steady_clock::now();
    if (input_.empty()) {
        enter(phase::idle, now,
              server_state_->draining() ? server_state_->options().drain_idle_max : server_state_->options().idle_max);
    } else {
        first_bytes(now);
    }
}

void connection::first_bytes(steady_time now) {
    request_ = {};
    request_.received = now;
    request_.peer = request_.client = peer_;
    enter(phase::head, now, server_state_->options().head_read_max);
}

/// Parses the head and lets the handler judge it; afterwards there is a request, or an answer already.
void connection::judge() {
    auto const bytes = input_.view().substr(0, scanner_.length());
    used_ = bytes.size();
    if (auto const wrong = parse_head(bytes, limits_of(server_state_->options()), head_)) return refuse(*wrong);

    if (head_.request_id.empty()) {
        auto const id = server_state_->draw_id();
        std::copy(id.begin(), id.end(), drawn_id_.begin());
        request_.id = {drawn_id_.data(), drawn_id_.size()};
    } else {
        request_.id = head_.request_id;
    }
    request_.method = head_.method == "HEAD" ? std::string_view("GET") : head_.method;
    request_.target = head_.target;
    request_.base_path = server_state_->options().base_path;
    request_.path = without_base(head_.path, request_.base_path);
    request_.query = head_.query;
    request_.headers = head_.headers;
    request_.forwarding = head_.forwarding;
    if (peer_is_trusted_ && !head_.forwarding.empty()) find_client();
    request_.trace = request_.parent_trace = head_.trace;

    if (head_.path == "*") {  // of OPTIONS only: what the server has, not a resource
        answer_.emplace(204).add("Allow", served_methods);
        return;
    }
    try {
        auto said = server_state_->handler().admit(request_);
        request_.route = std::move(said.route);
        drawn_trace_ = std::move(said.trace);
        if (!drawn_trace_.empty()) request_.trace = drawn_trace_;
        under_way_ = std::move(said.place);
        undecided_ = said.undecided && !said.answer;
        take_over(std::move(said));
    } catch (...) {
        answer_ = problem(refusal::internal, "the request could not be answered");
    }
}

/// Has the handler judge the head once more, where that takes time. The body stays where it is.
asio::awaitable<void> connection::judge_later() {
    undecided_ = false;
    enter_untimed(phase::handling);
    try {
        auto said = co_await server_state_->handler().admit_later(request_);
        take_over(std::move(said));
    } catch (...) {
        answer_ = problem(refusal::internal, "the request could not be answered");
    }
}

void connection::take_over(admission said) {
    request_.by = std::move(said.by);
    admitted_fields_ += said.fields;
    body_bytes_max_ = said.body_bytes_max;
    answer_ = std::move(said.answer);
    if (answer_ || undecided_) return;
    if (head_.encoded) {
        answer_ = problem(refusal::unsupported_media_type, "the body must be sent without a content coding");
    } else if (head_.content_length > body_bytes_max_) {
        refuse({refusal::body_too_large, "the body is larger than this resource takes", body_bytes_max_});
    }
}

/// Who asks, by what a trusted peer says.
void connection::find_client() {
    auto const named = client_address(head_.forwarding, server_state_->options().trusted_proxies);
    if (!named) return;
    client_ = named->to_string();
    request_.client = client_;
}

/// Takes a body that was read together with its head. Without it, an early answer ends the connection: what follows
/// cannot be told from the next request.
bool connection::take_buffered_body() {
    if (closing_) return true;
    if (!head_.has_body()) return true;
    auto const rest = input_.view().substr(used_);
    if (!head_.chunked && rest.size() >= head_.content_length) {
        request_.body = rest.substr(0, static_cast<std::size_t>(head_.content_length));
        used_ += request_.body.size();
        return true;
    }
    if (answer_) {
        closing_ = true;
        return true;
    }
    if (head_.chunked) {
        decoder_.emplace(body_bytes_max_, limits_of(server_state_->options()));
        auto const state = decoder_->feed(rest, body_);
        used_ += decoder_->used();
        take_decoded(state);
        return state != chunk_decoder::state::more;
    }
    body_ = rest;
    used_ += rest.size();
    return false;
}

void connection::take_decoded(chunk_decoder::state state) {
    if (state == chunk_decoder::state::refused) refuse(decoder_->why());
    if (state == chunk_decoder::state::done) request_.body = body_;
}

asio::awaitable<void> connection::read_body() {
    held_.join(server_state_->bodies(), request_.by ? std::string_view(request_.by->account) : std::string_view{},
               request_.client);
    enter(phase::body, steady_clock::now(), server_state_->options().body_read_max);
    if (head_.expects_continue && used_ == scanner_.length()) {
        output_ = "HTTP/1.1 100 Continue\r\n\r\n";
        unsent_ = {asio::buffer(output_), asio::const_buffer()};
        if (!write_now()) co_await write_rest();
        if (lost_) co_return;
        enter(phase::body, steady_clock::now(), server_state_->options().body_read_max);
    }
    if (head_.chunked) {
        co_await read_chunked_body();
    } else {
        co_await read_fixed_body();
    }
}

asio::awaitable<void> connection::read_fixed_body() {
    auto const wanted = static_cast<std::size_t>(head_.content_length);
    std::size_t held = body_.size();
    while (held < wanted) {
        // Grows with what has come, not with what was announced.
        if (held == body_.size()) {
            auto const next = std::min(wanted, held + std::max(held, body_step_bytes));
            if (!may_hold_body(next)) co_return;
            body_.resize(next);
        }
        error_code ec;
        auto const bytes = co_await stream_.read_some(asio::buffer(body_.data() + held, body_.size() - held), ec);
        if (ec) {
            lost_ = !expired_;
            if (expired_) refuse({refusal::request_timeout, "the body of the request did not arrive in time"});
            co_return;
        }
        held += bytes;
    }
    request_.body = body_;
}

asio::awaitable<void> connection::read_chunked_body() {
    // Beside the input buffer, which must not move while the request points into it.
    std::unique_ptr<char[]> const chunk(new char[body_step_bytes]);
    auto state = chunk_decoder::state::more;
    while (state == chunk_decoder::state::more) {
        error_code ec;
        auto const bytes = co_await stream_.read_some(asio::buffer(chunk.get(), body_step_bytes), ec);
        if (ec) {
            lost_ = !expired_;
            if (expired_) refuse({refusal::request_timeout, "the body of the request did not arrive in time"});
            co_return;
        }
        std::string_view const in(chunk.get(), bytes);
        state = decoder_->feed(in, body_);
        if (!may_hold_body(body_.size())) co_return;
        if (state == chunk_decoder::state::done) read_ahead_ = in.substr(decoder_->used());
    }
    take_decoded(state);
}

/// Refuses the request if that is more than bodies may take.
bool connection::may_hold_body(std::size_t bytes) {
    switch (held_.hold(bytes)) {
        case body_budget::shortage::none:
            return true;
        case body_budget::shortage::of_all:
            answer_ = problem(refusal::overloaded, "there are too many bodies of requests at once");
            break;
        case body_budget::shortage::of_caller:
            error_details details{.detail = "you are sending too much at once: wait until some of it is answered"};
            details.retry_after_s = 1;
            answer_ = problem(shop::error(shop::error_code::rate_limited, std::move(details)), request_);
            break;
    }
    closing_ = true;
    return false;
}

void connection::drop_body() {
    forget(body_);
    held_.give_back();
}

void connection::refuse(fault const& why) {
    std::string detail(why.detail);
    if (why.most_bytes > 0) detail += ": at most " + std::to_string(why.most_bytes) + " bytes";
    answer_ = problem(why.kind, detail);
    if (why.kind == refusal::method_not_allowed) answer_->add("Allow", served_methods);
    closing_ = true;
}

void connection::compose() {
    closing_ = closing_ || answer_->stream || answer_->close || !head_.keep_alive || server_state_->draining();
    if (request_.id.empty()) {  // refused before it was read
        auto const id = server_state_->draw_id();
        std::copy(id.begin(), id.end(), drawn_id_.begin());
        request_.id = {drawn_id_.data(), drawn_id_.size()};
    }
    answer_->add_lines(admitted_fields_);
    try {
        server_state_->handler().answered(request_, *answer_);
    } catch (...) {
        // Who only looks on cannot spoil the answer.
    }
    head_facts facts;
    facts.close = closing_;
    facts.http_1_0 = head_.http_1_0;
    // Not for names of this machine: a browser would want TLS of every server on it.
    facts.only_tls = stream_.tls() && !is_loopback_host(request_.find("Host").value_or(std::string_view{}));
    facts.id = request_.id;
    facts.trace = request_.parent_trace.empty() ? request_.trace : request_.parent_trace;
    facts.date = server_state_->date();
    output_.clear();
    append_head(output_, *answer_, facts);
    if (head_.method == "HEAD") close_stream();
    if (answer_->stream) {
        unsent_ = {asio::buffer(output_), asio::const_buffer()};
        if (answer_->stream->has_unsent()) frame(answer_->stream->take());
        return;
    }
    bool const with_body = head_.method != "HEAD" && !is_bodiless(answer_->status);
    unsent_ = {asio::buffer(output_), with_body ? asio::buffer(answer_->body) : asio::const_buffer()};
}

/// One attempt without waiting: it nearly always suffices. @return whether all was sent.
bool connection::write_now() {
    error_code ec;
    advance(stream_.write_now(unsent_, ec));
    return unsent_[0].size() + unsent_[1].size() == 0;
}

void connection::advance(std::size_t written) {
    for (auto& part : unsent_) {
        auto const here = std::min(written, part.size());
        part += here;
        written -= here;
    }
}

asio::awaitable<void> connection::write_rest() {
    enter(phase::writing, steady_clock::now(), server_state_->options().write_max);
    while (unsent_[0].size() + unsent_[1].size() > 0) {
        error_code ec;
        auto const bytes = co_await stream_.write_some(unsent_, ec);
        if (ec) {
            if (expired_) cut();
            lost_ = true;
            co_return;
        }
        advance(bytes);
    }
}

/// Reads and drops what the client still sends, until it falls silent: closing at once would reset the connection, and
/// the answer could be lost with it (RFC 9112, 9.6). A proxy may read the answer only once it has sent the whole
/// request.
asio::awaitable<void> connection::linger() {
    drop_body();
    error_code ec;
    auto& socket = stream_.socket();
    if (stream_.tls()) stream_.tls()->close_notify();
    socket.shutdown(tcp::socket::shutdown_send, ec);
    auto const& options = server_state_->options();
    auto const end = steady_clock::now() + options.linger_max;
    input_.consume(input_.view().size());
    for (std::size_t dropped = 0; !ec && dropped < options.linger_bytes_max && input_.make_room(body_step_bytes);) {
        auto const now = steady_clock::now();
        if (now >= end) break;  // where bytes never stop, no operation waits that could be cancelled
        enter(phase::lingering, now, std::min(options.linger_silence_max, milliseconds_until(end, now)));
        dropped += co_await socket.async_read_some(input_.room(), asio::redirect_error(asio::use_awaitable, ec));
    }
}

void connection::next_request() {
    input_.consume(used_);
    used_ = 0;
    if (!read_ahead_.empty()) {
        input_.append(read_ahead_);
        forget(read_ahead_);
    }
    drop_body();
    forget(output_);
    answer_.reset();
    admitted_fields_.clear();
    request_.by = nullptr;
    decoder_.reset();
    head_.clear();
}

void connection::check_time(steady_time now) {
    if (now < deadline_) return;
    expired_ = true;
    error_code ignored;
    stream_.socket().cancel(ignored);
}

void connection::leave_soon(steady_time now) {
    if (phase_ == phase::idle) deadline_ = std::min(deadline_, now + server_state_->options().drain_idle_max);
    if (phase_ == phase::handshake) deadline_ = now;
    wake_stream();
}

bool connection::owes_answer() const {
    return phase_ == phase::head || phase_ == phase::body || phase_ == phase::handling || phase_ == phase::writing;
}

void connection::cut() {
    lost_ = true;
    error_code ignored;
    if (owes_answer()) stream_.socket().set_option(tcp::socket::linger(true, 0), ignored);
    stream_.socket().close(ignored);
}

}  // namespace shop::http::detail
