#include <shop/async/deadlines.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>

#include <map>
#include <utility>

namespace shop {

struct deadlines::state : std::enable_shared_from_this<deadlines::state> {
    explicit state(service_context c) : context(std::move(c)) {}

    /// Makes sure that somebody wakes up at the earliest deadline.
    void arm() {
        if (stopped || calls.empty()) return;
        auto const earliest = calls.begin()->first;
        if (sleeper && sleeping_until <= earliest) return;
        disarm();
        sleeping_until = earliest;
        sleeper = std::make_shared<asio::cancellation_signal>();
        auto slot = sleeper->slot();
        asio::co_spawn(context.executor, sleep(shared_from_this(), sleeper),
                       asio::bind_cancellation_slot(slot, asio::detached));
    }

    void disarm() {
        if (auto old = std::exchange(sleeper, nullptr)) {
            // not from within: the sleeper may be the one that calls
            asio::post(context.executor, [old] { old->emit(asio::cancellation_type::terminal); });
        }
    }

    static asio::awaitable<void> sleep(std::shared_ptr<state> self, std::shared_ptr<asio::cancellation_signal> me) {
        try {
            co_await self->context.clock->sleep_until(self->sleeping_until);
        } catch (boost::system::system_error const&) {
            co_return;
        }
        if (self->stopped || self->sleeper != me) co_return;
        self->sleeper = nullptr;
        auto const now = self->context.clock->now();
        while (!self->calls.empty() && self->calls.begin()->first <= now) {
            auto call = std::move(self->calls.begin()->second);
            self->calls.erase(self->calls.begin());
            call();
        }
        self->arm();
    }

    service_context context;
    std::multimap<steady_time, std::function<void()>> calls;
    bool stopped = false;
    steady_time sleeping_until = steady_time::max();
    std::shared_ptr<asio::cancellation_signal> sleeper;
};

deadlines::deadlines(service_context context) : state_(std::make_shared<state>(std::move(context))) {}

deadlines::~deadlines() {
    state_->stopped = true;
}

void deadlines::stop() {
    state_->stopped = true;
    state_->disarm();
}

struct scoped_deadline::armed {
    std::shared_ptr<deadlines::state> all;  // empty once called
    std::multimap<steady_time, std::function<void()>>::iterator at;
};

scoped_deadline::scoped_deadline(deadlines& all, steady_time at, std::function<void()> call) {
    if (at == steady_time::max()) return;
    armed_ = std::make_shared<armed>();
    armed_->all = all.state_;
    armed_->at = all.state_->calls.emplace(at, [armed = armed_, call = std::move(call)] {
        armed->all = nullptr;
        call();
    });
    all.state_->arm();
}

scoped_deadline::~scoped_deadline() {
    if (armed_ && armed_->all) {
        auto all = std::move(armed_->all);
        all->calls.erase(armed_->at);
    }
}

}  // namespace shop
