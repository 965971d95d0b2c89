#include "access/jwks_source.hpp"

#include <utility>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>

#include "access/secret_file.hpp"

namespace shop_server {

shop::result<std::shared_ptr<jwks_file>> jwks_file::open(std::string path) {
    std::shared_ptr<jwks_file> made(new jwks_file(std::move(path)));
    if (auto read = made->reload(); !read) return read.error();
    return made;
}

shop::result<void> jwks_file::reload() {
    auto text = read_guarded_file(path_, jwks_bytes_max, file_secrecy::trusted);
    if (!text) return text.error();
    if (keys_ && *text == text_) return {};
    auto read = jwks::parse(*text, jwks_secrets::allow);
    if (!read) return read.error();
    if (read->holds_secrets()) {
        // Only now is it known that nobody else may read it.
        if (auto again = read_guarded_file(path_, jwks_bytes_max); !again) return again.error();
    }
    text_ = *std::move(text);
    keys_ = std::make_shared<jwks const>(*std::move(read));
    return {};
}

jwks_url::jwks_url(shop::service_context context, std::string url, jwks_fetcher fetch)
    : context_(std::move(context)), url_(std::move(url)), fetch_(std::move(fetch)), deadlines_(context_) {}

void jwks_url::start() {
    take_off();
}

void jwks_url::stop() {
    stopped_ = true;
    give_up();
    alarm_.reset();
    deadlines_.stop();
}

std::shared_ptr<jwks const> jwks_url::current() const {
    if (!keys_ || context_.clock->now() - landed_ > jwks_stale_max) return nullptr;
    return keys_;
}

bool jwks_url::may_learn_more() const {
    if (stopped_) return false;
    return flight_ || !took_off_ || context_.clock->now() - *took_off_ >= jwks_fetch_pause_min;
}

asio::awaitable<void> jwks_url::learn_more() {
    if (!may_learn_more()) co_return;
    auto const joined = flight_ ? flight_ : take_off();
    co_await joined->over.wait();
}

std::shared_ptr<jwks_url::flight> jwks_url::take_off() {
    took_off_ = context_.clock->now();
    auto const begun = std::make_shared<flight>();  // a fetch that needs no waiting lands before `co_spawn` returns
    flight_ = begun;
    wake_at(*took_off_ + jwks_fetch_max, [](jwks_url& self) { self.give_up(); });
    asio::co_spawn(context_.executor, fly(shared_from_this(), begun),
                   asio::bind_cancellation_slot(begun->cancel.slot(), asio::detached));
    return begun;
}

asio::awaitable<void> jwks_url::fly(std::shared_ptr<jwks_url> self, std::shared_ptr<flight> own) {
    shop::result<std::string> fetched = shop::error(shop::error_code::unavailable, "the fetch failed");
    try {
        auto url = self->url_;
        fetched = co_await self->fetch_(std::move(url));
    } catch (...) {  // whatever it is, the issuer has not answered
        fetched = shop::error(shop::error_code::unavailable, "the fetch threw an exception");
    }
    self->land(own, fetched);
}

void jwks_url::land(std::shared_ptr<flight> const& from, shop::result<std::string> const& fetched) {
    if (flight_ != from) return;
    flight_ = nullptr;
    from->over.set();
    if (stopped_) return;
    auto const accepted = fetched ? accept(*fetched) : shop::result<void>(fetched.error());
    if (!accepted) {
        context_.log->write(shop::severity::warning, "the keys of the issuer of tokens could not be fetched",
                            {{"reason", std::string(accepted.error().message())}});
    }
    auto const pause = accepted ? jwks_fetch_interval : jwks_fetch_pause_min;
    wake_at(*took_off_ + pause, [](jwks_url& self) { self.take_off(); });
}

shop::result<void> jwks_url::accept(std::string const& text) {
    auto const digest = sha256(text);
    if (!keys_ || digest != text_) {
        auto read = jwks::parse(text);
        if (!read) return read.error();
        keys_ = std::make_shared<jwks const>(*std::move(read));
        text_ = digest;
    }
    landed_ = context_.clock->now();
    return {};
}

void jwks_url::wake_at(shop::steady_time at, void (*then)(jwks_url&)) {
    alarm_.emplace(deadlines_, at, [weak = weak_from_this(), then] {
        if (auto const self = weak.lock()) then(*self);
    });
}

void jwks_url::give_up() {
    if (!flight_) return;
    auto const late = flight_;
    // Not from within: the fetch may be what called.
    asio::post(context_.executor, [late] { late->cancel.emit(asio::cancellation_type::terminal); });
    land(late, shop::error(shop::error_code::deadline_exceeded, "there was no answer in time"));
}

}  // namespace shop_server
