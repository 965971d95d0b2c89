#include "balanced_instance.hpp"

#include <algorithm>
#include <vector>

#include "balanced_send.hpp"

namespace shop::transport {

bool is_lost(result<std::string> const& answer) {
    if (answer) return false;
    auto const code = answer.error().code();
    return code == error_code::unavailable || code == error_code::outcome_unknown;
}

/// The instance's channel, each of whose messages the breaker heeds.
class balanced_instance::watched final : public channel {
public:
    watched(std::weak_ptr<balanced_instance> by, std::shared_ptr<channel> next)
        : by_(std::move(by)), next_(std::move(next)) {}

    results<std::string> send(operation_facts operation, std::vector<outgoing> items) override {
        auto const by = by_.lock();
        auto const next = next_;
        if (!by) co_return co_await next->send(operation, std::move(items));
        auto const sent = by->now();
        ++by->in_flight_;
        auto answers = co_await next->send(operation, std::move(items));
        --by->in_flight_;
        if (std::ranges::all_of(answers, is_lost)) {
            by->failed(sent);
        } else {
            by->succeeded();
        }
        co_return answers;
    }

private:
    std::weak_ptr<balanced_instance> by_;
    std::shared_ptr<channel> next_;
};

balanced_instance::balanced_instance(service_context context, balancing_options options, instance of)
    : context_(std::move(context)), options_(options), of_(std::move(of)) {}

instance_state balanced_instance::state() const {
    return {of_.name, in_flight_, is_open(), healthy_, ejections_};
}

std::shared_ptr<channel> balanced_instance::line() {
    if (!line_) {
        line_ = std::make_shared<watched>(weak_from_this(), of_.to);
        if (options_.batching) {
            batched_ = std::make_shared<batching_channel>(context_, line_, *options_.batching);
            line_ = batched_;
        }
    }
    return line_;
}

void balanced_instance::set_healthy(bool healthy) {
    bool const again = !healthy && !healthy_;
    healthy_ = healthy;
    if (healthy && is_open()) {
        open_until_ = now();  // the next message may find out,
        line_ = nullptr;      // and does not queue behind those that are held there
    }
    if (again && !is_open()) open();  // its callers need not wait until theirs have failed
}

void balanced_instance::succeeded() {
    failures_ = 0;
    open_for_ = {};
    answered_at_ = now();
}

/// What was sent before it last answered, or before it was left alone, says nothing of how it fares now.
void balanced_instance::failed(steady_time sent) {
    if (sent < answered_at_ || sent < opened_at_) return;
    if (++failures_ >= options_.failures_to_open || is_open()) open();
}

void balanced_instance::open() {
    open_for_ = is_open() ? std::min(open_for_ * 2, options_.open_for_max) : options_.open_for;
    opened_at_ = now();
    open_until_ = opened_at_ + open_for_;
    ++ejections_;
    tell_senders();
}

void balanced_instance::tell_senders() const {
    for (auto* one : senders_) one->look_again();
}

balanced_instance::stay::stay(balanced_instance& at, balanced_send& whose, std::size_t items)
    : at_(at), whose_(whose), items_(items), probing_(at.is_open()) {
    at_.load_ += items_;
    at_.senders_.insert(&whose_);
    if (probing_) at_.probing_ = true;
}

balanced_instance::stay::~stay() {
    at_.load_ -= items_;
    at_.senders_.erase(at_.senders_.find(&whose_));
    if (probing_) at_.probing_ = false;
}

}  // namespace shop::transport
