#include "live/stream_registry.hpp"

#include <algorithm>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "message/client_address.hpp"

namespace shop::http::detail {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view heartbeat_text = ":\n\n";
constexpr std::string_view expired_text = "event: expired\ndata: {}\n\n";
constexpr auto between_looks_max = 1s;

error too_many(error_code code, std::string detail) {
    error_details details{.detail = std::move(detail)};
    details.retry_after_s = 10;
    return {code, std::move(details)};
}

void take_one(std::unordered_map<std::string, std::size_t>& counts, std::string const& of) {
    auto const found = counts.find(of);
    if (--found->second == 0) counts.erase(found);
}

std::size_t count_of(std::unordered_map<std::string, std::size_t> const& counts, std::string const& of) {
    auto const found = counts.find(of);
    return found == counts.end() ? 0 : found->second;
}

}  // namespace

event_stream::event_stream(std::shared_ptr<stream_registry> in, stream_kind kind, std::string account,
                           std::string network)
    : pipe(in->options().unsent_bytes_max),
      registry_(std::move(in)),
      kind_(kind),
      account_(std::move(account)),
      network_(std::move(network)) {
    registry_->join(*this);
}

event_stream::~event_stream() {
    if (on_end) on_end();
    registry_->leave(*this);
}

bool event_stream::write(std::string_view text, std::size_t events) {
    if (!pipe.write(text)) {
        if (pipe.has_overflowed() && why == stream_end::client) why = stream_end::slow_reader;
        return false;
    }
    registry_->numbers_[static_cast<std::size_t>(kind_)].events += events;
    beat_at_ = registry_->context_.clock->now() + registry_->options_.heartbeat;
    return true;
}

void event_stream::end(stream_end reason) {
    if (!pipe.is_ended()) why = reason;
    pipe.end();
}

result<std::shared_ptr<event_stream>> stream_registry::open(stream_kind kind, stream_request const& asked) {
    if (is_stopped()) return error(error_code::unavailable, "the server is stopping");
    if (streams_.size() >= options_.streams_max) {
        return too_many(error_code::overloaded, "there are too many streams of live updates");
    }
    auto network = caller_network(asked.http.client);
    auto account = asked.call.by->account;
    auto const beyond = [](std::size_t most, std::size_t open) { return most != 0 && open >= most; };
    if (beyond(options_.streams_per_account_max, count_of(by_account_, account))) {
        return too_many(error_code::rate_limited, "this account has too many streams of live updates: close some");
    }
    if (beyond(options_.streams_per_address_max, count_of(by_network_, network))) {
        return too_many(error_code::rate_limited, "this address has too many streams of live updates: close some");
    }
    auto made = std::make_shared<event_stream>(shared_from_this(), kind, std::move(account), std::move(network));
    made->still_let_in = asked.still_let_in;
    return made;
}

void stream_registry::join(event_stream& one) {
    auto const now = context_.clock->now();
    one.beat_at_ = now + options_.heartbeat;
    one.check_at_ = now + options_.check_access;
    one.place_ = streams_.size();
    streams_.push_back(&one);
    ++by_account_[one.account_];
    ++by_network_[one.network_];
    ++numbers_[static_cast<std::size_t>(one.kind_)].open;
    if (std::exchange(beating_, true)) return;
    asio::co_spawn(context_.executor, beat(shared_from_this()), asio::detached);
}

void stream_registry::leave(event_stream& one) {
    streams_.back()->place_ = one.place_;
    streams_[one.place_] = streams_.back();
    streams_.pop_back();
    take_one(by_account_, one.account_);
    take_one(by_network_, one.network_);
    auto& counted = numbers_[static_cast<std::size_t>(one.kind_)];
    --counted.open;
    if (one.begun) ++counted.ended[static_cast<std::size_t>(one.why)];
}

asio::awaitable<void> stream_registry::beat(std::shared_ptr<stream_registry> self) {
    while (!self->is_stopped() && !self->streams_.empty()) {
        co_await self->between_beats_.sleep(
            std::min<std::chrono::milliseconds>(between_looks_max, self->options_.heartbeat));
        auto const now = self->context_.clock->now();
        for (auto* one : self->streams_) self->look_at(*one, now);
    }
    self->beating_ = false;
}

void stream_registry::look_at(event_stream& one, steady_time now) {
    if (one.pipe.is_ended()) return;
    if (now >= one.check_at_) {
        one.check_at_ = now + options_.check_access;
        if (one.still_let_in && !one.still_let_in()) {
            one.write(expired_text, 0);
            one.end(stream_end::access);
            return;
        }
    }
    if (now >= one.beat_at_) one.write(heartbeat_text, 0);
}

void stream_registry::reload(live_update_options options) {
    options_ = options;
    for (auto* one : streams_) one->check_at_ = {};
    between_beats_.wake();
}

void stream_registry::stop() {
    between_beats_.stop();
    for (auto* one : streams_) one->end(stream_end::server);
}

response answer_with(std::shared_ptr<event_stream> stream) {
    response out(200);
    out.content_type("text/event-stream");
    out.cache = cache_policy::as_it_comes;
    out.add("X-Accel-Buffering", "no");  // nginx
    stream->begun = true;
    auto& pipe = stream->pipe;
    out.stream = std::shared_ptr<body_pipe>(std::move(stream), &pipe);
    return out;
}

std::string event_text(std::string_view id, std::string_view data) {
    std::string out;
    out.reserve(id.size() + data.size() + 16);
    if (!id.empty()) out.append("id: ").append(id).append("\n");
    out.append("data: ").append(data).append("\n\n");
    return out;
}

std::string reset_text(std::string_view id) {
    std::string out("event: reset\n");
    if (!id.empty()) out.append("id: ").append(id).append("\n");
    return out.append("data: {}\n\n");
}

}  // namespace shop::http::detail
