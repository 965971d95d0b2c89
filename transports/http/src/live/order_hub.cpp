#include "live/order_hub.hpp"

#include <algorithm>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <shop/async/backoff.hpp>
#include <shop/http/problem.hpp>
#include <shop/json/json.hpp>
#include <shop/orders/rules.hpp>

namespace shop::http::detail {
namespace {

using namespace std::chrono_literals;

constexpr auto log_read_max = 5s;
constexpr auto between_tries = 1s;

std::string text_of(std::uint64_t version, orders::order_event const& step) {
    return event_text(std::to_string(version), json::encode(step));
}

/// One request of a port.
template <class Answer, class Command>
asio::awaitable<result<Answer>> ask(std::shared_ptr<orders::service> of,
                                    results<Answer> (orders::service::*what)(requests<Command>), shop::call call,
                                    Command command) {
    std::vector<shop::request<Command>> batch;
    batch.emplace_back(std::move(call), std::move(command));
    auto answers = co_await ((*of).*what)(std::move(batch));
    if (answers.size() != 1) co_return error(error_code::internal);
    co_return std::move(answers.front());
}

shop::call call_by(std::shared_ptr<principal const> by, steady_time deadline) {
    shop::call call(std::move(by));
    call.deadline = deadline;
    return call;
}

}  // namespace

std::string order_hub::place_id(std::uint64_t position) const {
    return to_string(orders::event_place{source_, position});
}

void order_hub::changed() {
    changed_ = true;
    if (!gathering_) between_looks_.wake();
}

/// Finds where the log ends, unless it is followed already: what comes from here on will be told.
asio::awaitable<result<void>> order_hub::begin() {
    if (position_) co_return result<void>{};
    auto const end = co_await read_all(std::nullopt);
    if (!end) co_return end.error();
    if (position_) co_return result<void>{};  // somebody else was faster
    source_ = end->source;
    position_ = end->position;
    co_return result<void>{};
}

asio::awaitable<result<orders::order_events>> order_hub::read_all(std::optional<std::string> last_event_id) {
    orders::follow_orders wanted;
    wanted.last_event_id = std::move(last_event_id);
    auto call = call_by(local_principal(), context_.clock->now() + log_read_max);
    return ask(orders_, &orders::service::all_events, std::move(call), std::move(wanted));
}

void order_hub::follow() {
    if (std::exchange(following_, true)) return;
    asio::co_spawn(context_.executor, follow_log(shared_from_this()), asio::detached);
}

asio::awaitable<void> order_hub::follow_log(std::shared_ptr<order_hub> self) {
    unsigned failures = 0;
    while (!self->between_looks_.stopped() && !(self->one_.empty() && self->all_.empty())) {
        self->changed_ = false;
        auto const more = co_await self->look();
        failures = more ? 0 : failures + 1;
        if (more && *more) continue;
        // What is written soon after a look gathers, so that a busy log is read in few pieces.
        self->gathering_ = true;
        co_await self->between_looks_.sleep(self->registry_->options().gather);
        self->gathering_ = false;
        if (failures > 0) {
            co_await self->between_looks_.sleep(backoff{100ms, 2s}.after(failures));
        } else if (!self->changed_) {
            co_await self->between_looks_.sleep(self->registry_->options().look_again);
        }
    }
    self->position_.reset();
    self->following_ = false;
}

/// @return whether there is more to tell already.
asio::awaitable<result<bool>> order_hub::look() {
    std::optional<std::string> last = place_id(*position_);
    auto const news = co_await read_all(std::move(last));
    if (!news) co_return news.error();
    if (news->is_reset) {
        source_ = news->source;
        position_ = news->position;
        restart();
        co_return true;
    }
    for (auto const& step : news->items) tell(step);
    position_ = news->position;
    co_return news->more;
}

void order_hub::tell(orders::order_event const& step) {
    auto const found = one_.find(step.order_id);
    if (found == one_.end() && all_.empty()) return;
    std::string const data = json::encode(step);
    if (found != one_.end()) {
        auto const text = event_text(std::to_string(step.version), data);
        for (auto const& [stream, who] : found->second) {
            if (step.version <= who->told) continue;
            if (who->reading) {
                who->missed = true;
            } else if (step.version == who->told + 1) {
                stream->write(text);
                who->told = step.version;
            } else {  // what the log tells is not what was read: only the order itself has all of it
                who->reading = who->missed = true;
                asio::co_spawn(context_.executor, catch_up(shared_from_this(), stream->weak_from_this(), who),
                               asio::detached);
            }
        }
    }
    if (all_.empty()) return;
    auto const text = event_text(place_id(step.position), data);
    for (auto const& [stream, who] : all_) {
        if (who->reading || step.position <= who->told) continue;
        stream->write(text);
        who->told = step.position;
    }
}

/// The store is another one: who follows comes again, and is told what that means for them.
void order_hub::restart() {
    for (auto const& [id, followers] : one_) {
        for (auto const& one : followers) one.stream->end(stream_end::server);
    }
    for (auto const& one : all_) one.stream->end(stream_end::server);
}

asio::awaitable<response> order_hub::open(stream_request at, orders::follow_order wanted) {
    auto stream = registry_->open(stream_kind::order, at);
    if (!stream) co_return problem(stream.error(), at.http);
    auto const begun = co_await begin();
    if (!begun) co_return problem(begun.error(), at.http);
    // From here on nothing is missed: what is not read below is told by the log.
    auto who = std::make_shared<of_one>();
    who->order = wanted.id;
    who->by = at.call.by;
    one_[who->order].push_back({stream->get(), who});
    (*stream)->on_end = [weak = weak_from_this(), who] {
        auto const self = weak.lock();
        if (!self) return;
        auto const at = self->one_.find(who->order);
        std::erase_if(at->second, [&](auto const& one) { return one.who == who; });
        if (at->second.empty()) self->one_.erase(at);
    };
    follow();
    auto const read = co_await ask(orders_, &orders::service::events, std::move(at.call), std::move(wanted));
    if (!read) co_return problem(read.error(), at.http);
    (*stream)->write(stream_opening, 0);
    if (read->is_reset) (*stream)->write(reset_text({}));
    if (read->items.empty() && at.last_event_id) who->told = orders::rules::number_of_event(*at.last_event_id).value();
    for (auto const& step : read->items) {
        (*stream)->write(text_of(step.version, step));
        who->told = std::max(who->told, step.version);
    }
    if (who->missed) {
        asio::co_spawn(context_.executor, catch_up(shared_from_this(), *stream, who), asio::detached);
    } else {
        who->reading = false;
    }
    co_return answer_with(std::move(*stream));
}

asio::awaitable<void> order_hub::catch_up(std::shared_ptr<order_hub> self, std::weak_ptr<event_stream> stream,
                                          std::shared_ptr<of_one> who) {
    while (std::exchange(who->missed, false)) {
        orders::follow_order wanted(who->order);
        wanted.last_event_id = std::to_string(who->told);
        auto call = call_by(who->by, self->context_.clock->now() + log_read_max);
        auto const read = co_await ask(self->orders_, &orders::service::events, std::move(call), std::move(wanted));
        auto const to = stream.lock();
        if (!to) co_return;
        if (!read) {
            to->end(stream_end::server);  // it resumes where it is
            co_return;
        }
        for (auto const& step : read->items) {
            to->write(text_of(step.version, step));
            who->told = std::max(who->told, step.version);
        }
    }
    who->reading = false;
}

asio::awaitable<response> order_hub::open(stream_request at, orders::follow_orders wanted) {
    auto stream = registry_->open(stream_kind::orders, at);
    if (!stream) co_return problem(stream.error(), at.http);
    auto const begun = co_await begin();
    if (!begun) co_return problem(begun.error(), at.http);
    auto who = std::make_shared<of_all>();
    who->told = *position_;
    who->reading = wanted.last_event_id.has_value();
    all_.push_back({stream->get(), who});
    (*stream)->on_end = [weak = weak_from_this(), who] {
        if (auto const self = weak.lock()) std::erase_if(self->all_, [&](auto const& one) { return one.who == who; });
    };
    follow();
    (*stream)->write(stream_opening, 0);
    if (who->reading) {
        auto first = co_await ask(orders_, &orders::service::all_events, std::move(at.call), std::move(wanted));
        if (!first) co_return problem(first.error(), at.http);
        asio::co_spawn(context_.executor, catch_up(shared_from_this(), *stream, who, std::move(*first)),
                       asio::detached);
    }
    co_return answer_with(std::move(*stream));
}

/// Writes what a stream missed, as fast as its client reads, until it is where the log is told from.
asio::awaitable<void> order_hub::catch_up(std::shared_ptr<order_hub> self, std::weak_ptr<event_stream> stream,
                                          std::shared_ptr<of_all> who, orders::order_events page) {
    auto const drained = std::make_shared<interruptible_timer>(self->context_);
    if (auto const to = stream.lock()) {
        to->pipe.on_drained([weak = std::weak_ptr(drained)] {
            if (auto const timer = weak.lock()) timer->wake();
        });
    }
    for (;;) {
        std::string text;
        if (page.is_reset) {
            text = reset_text(to_string(orders::event_place{page.source, page.position}));
            if (!co_await write_slowly(self, stream, std::move(text), drained)) co_return;
        }
        for (auto const& step : page.items) {
            text = event_text(to_string(orders::event_place{page.source, step.position}), json::encode(step));
            if (!co_await write_slowly(self, stream, std::move(text), drained)) co_return;
        }
        who->told = page.position;
        if (!self->position_) co_return;  // the stream ended
        if (who->told >= *self->position_) break;
        std::optional<std::string> last = to_string(orders::event_place{page.source, page.position});
        auto next = co_await self->read_all(std::move(last));
        if (!next) {
            if (auto const to = stream.lock()) to->end(stream_end::server);  // it resumes where it is
            co_return;
        }
        page = std::move(*next);
    }
    who->reading = false;
}

/// @return whether the stream is still there.
asio::awaitable<bool> order_hub::write_slowly(std::shared_ptr<order_hub> self, std::weak_ptr<event_stream> stream,
                                              std::string text, std::shared_ptr<interruptible_timer> drained) {
    for (;;) {
        if (auto const to = stream.lock(); !to || to->pipe.is_ended() || self->between_looks_.stopped()) {
            co_return false;
        } else if (to->pipe.room() >= text.size()) {
            co_return to->write(text);
        }
        co_await drained->sleep(between_tries);
    }
}

}  // namespace shop::http::detail
