#include "balanced_send.hpp"

#include <algorithm>

#include <boost/asio/co_spawn.hpp>
#include <boost/system/system_error.hpp>

#include <shop/async/backoff.hpp>

namespace shop::transport {
namespace {

constexpr backoff before_retry{std::chrono::milliseconds(20), std::chrono::milliseconds(100), 1};

}  // namespace

balanced_send::balanced_send(std::shared_ptr<balancing_channel::shared> with, operation_facts operation,
                             std::vector<outgoing> items)
    : with_(std::move(with)),
      operation_(operation),
      items_(std::move(items)),
      answers_(items_.size(), error(error_code::unavailable, "no instance of the service is there")),
      fates_(items_.size(), fate::missing),
      unanswered_(items_.size()) {}

asio::awaitable<balanced_send::lines> balanced_send::run(std::shared_ptr<balanced_send> self) {
    if (auto first = self->with_->pick(nullptr)) {
        std::vector<std::size_t> all(self->items_.size());
        for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
        self->launch(std::move(first), std::move(all));
        do {
            co_await self->news();
            self->note_overdue();
        } while (self->unanswered_ > 0 && co_await self->go_on());
    }
    co_return std::move(self->answers_);
}

void balanced_send::launch(std::shared_ptr<balanced_instance> to, std::vector<std::size_t> of) {
    bool const is_last = ++attempts_ == with_->options.attempts_max;
    std::vector<outgoing> now;
    now.reserve(of.size());
    for (auto i : of) {
        if (is_last) {
            now.push_back(std::move(items_[i]));
        } else {
            now.push_back(items_[i]);  // kept, in case it has to go again
        }
    }
    last_ = to.get();
    auto const one = std::make_shared<attempt>(std::move(to), *this, std::move(of));
    one->began = with_->context.clock->now();
    one->overdue_at = one->began + with_->usual[operation_.name].overdue_after(with_->options.overdue_margin);
    under_way_.push_back(one);
    auto const self = shared_from_this();
    asio::co_spawn(with_->context.executor, carry(self, one, std::move(now)), [self, one](std::exception_ptr thrown) {
        if (thrown) self->ended(one, {});
    });
}

asio::awaitable<void> balanced_send::carry(std::shared_ptr<balanced_send> self, std::shared_ptr<attempt> one,
                                           std::vector<outgoing> items) {
    auto const line = one->to->line();
    auto answers = co_await line->send(self->operation_, std::move(items));
    self->ended(one, std::move(answers));
}

void balanced_send::ended(std::shared_ptr<attempt> const& one, lines answers) {
    bool is_first = false;
    for (std::size_t n = 0; n < one->of.size(); ++n) {
        auto answer = n < answers.size() ? std::move(answers[n]) : result<std::string>(error(error_code::internal));
        if (record(one->of[n], std::move(answer))) is_first = true;
    }
    // Not of what came too late to count: how long an instance hung says nothing of the operation.
    if (is_first) with_->usual[operation_.name].add(with_->context.clock->now() - one->began);
    one->stay.reset();
    std::erase(under_way_, one);
    look_again();
}

/// @return whether it is what the item's sender is told
bool balanced_send::record(std::size_t i, result<std::string> answer) {
    if (fates_[i] == fate::answered) return false;
    if (answer) {
        fates_[i] = fate::answered;
        --unanswered_;
    } else {
        fates_[i] = is_lost(answer) ? fate::lost : fate::refused;
        // Once it may have arrived, that a later attempt did not is no news.
        if (!answers_[i] && answers_[i].error().code() == error_code::outcome_unknown) return false;
    }
    answers_[i] = std::move(answer);
    return fates_[i] == fate::answered;
}

void balanced_send::look_again() {
    has_news_ = true;
    if (sleeping_) sleeping_->set();
}

/// Returns when an attempt has ended, is overdue, or is where it has been left alone.
asio::awaitable<void> balanced_send::news() {
    if (!has_news_) {
        auto const woken = std::make_shared<signal>();
        sleeping_ = woken;
        scoped_deadline alarm(with_->timer, next_look(), [woken] { woken->set(); });
        bool const is_woken = co_await woken->wait();
        sleeping_ = nullptr;
        if (!is_woken) throw boost::system::system_error(asio::error::operation_aborted);
    }
    has_news_ = false;
}

steady_time balanced_send::next_look() const {
    if (with_->targets.size() < 2 || attempts_ == with_->options.attempts_max) return steady_time::max();
    auto first = steady_time::max();
    for (auto const& one : under_way_) {
        if (!one->is_overdue) first = std::min(first, one->overdue_at);
    }
    // None could be asked besides: perhaps later.
    return first != steady_time::max() ? first : with_->context.clock->now() + with_->options.overdue_margin;
}

void balanced_send::note_overdue() {
    auto const now = with_->context.clock->now();
    for (auto const& one : under_way_) {
        if (one->is_overdue || now < one->overdue_at) continue;
        one->is_overdue = true;
        one->to->suspect();
    }
}

bool balanced_send::is_promising() const {
    return std::ranges::any_of(
        under_way_, [](auto const& one) { return !one->is_overdue && !one->to->was_left_alone_since(one->began); });
}

/// What may be sent again.
std::vector<std::size_t> balanced_send::unanswered() const {
    auto const now = with_->context.clock->now();
    std::vector<std::size_t> out;
    for (std::size_t i = 0; i < items_.size(); ++i) {
        bool const is_wanted = fates_[i] == fate::lost || (fates_[i] == fate::missing && !under_way_.empty());
        if (is_wanted && items_[i].deadline > now) out.push_back(i);
    }
    return out;
}

/// Makes another attempt if there is reason to. @return whether there is something to wait for
asio::awaitable<bool> balanced_send::go_on() {
    if (is_promising()) co_return true;
    auto again = unanswered();
    bool const is_waiting = !under_way_.empty();
    if (again.empty() || attempts_ == with_->options.attempts_max) co_return is_waiting;
    if (is_waiting) {
        hedge(std::move(again));
        co_return true;
    }
    if (!with_->may_repeat(again.size())) co_return false;
    with_->retries += again.size();
    // To the same one again only after a moment, in which it may come back.
    if (with_->targets.size() < 2 || attempts_ > 1) {
        auto const pause = before_retry.after(attempts_, with_->random);
        co_await with_->context.clock->sleep_until(with_->context.clock->now() + pause);
    }
    auto to = with_->pick(last_);
    if (!to) co_return false;
    launch(std::move(to), std::move(again));
    co_return true;
}

void balanced_send::hedge(std::vector<std::size_t> again) {
    std::vector<balanced_instance const*> busy;
    bool left_alone = true;
    for (auto const& one : under_way_) {
        busy.push_back(one->to.get());
        left_alone = left_alone && one->to->was_left_alone_since(one->began);
    }
    auto to = with_->pick_besides(busy);
    // What is where nobody goes any more is moved rather than asked twice.
    if (!to || !(left_alone || with_->may_repeat(again.size()))) return;
    with_->hedges += again.size();
    launch(std::move(to), std::move(again));
}

}  // namespace shop::transport
