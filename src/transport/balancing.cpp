#include <shop/transport/balancing.hpp>

#include <algorithm>
#include <iterator>

namespace shop::transport {
namespace {

constexpr auto before_retry = std::chrono::milliseconds(20);

/// Whether the item itself came to harm on its way, rather than what it asks for.
bool is_lost(result<std::string> const& r) {
    if (r) return false;
    auto const code = r.error().code();
    return code == error_code::unavailable || code == error_code::outcome_unknown;
}

}  // namespace

balancing_channel::balancing_channel(service_context const& context, std::vector<instance> instances,
                                     balancing_options options)
    : context_(context),
      options_(options),
      random_(*context_.ids, context_.clock->stamp()),
      budget_(options_.retries_max) {
    set_instances(std::move(instances));
}

void balancing_channel::set_instances(std::vector<instance> instances) {
    std::vector<std::shared_ptr<target>> next;
    for (auto& one : instances) {
        auto const known = std::ranges::find(targets_, one.name, [](auto const& t) { return t->of.name; });
        next.push_back(known != targets_.end() ? *known : std::make_shared<target>(std::move(one)));
    }
    targets_ = std::move(next);
}

void balancing_channel::set_healthy(std::string_view name, bool healthy) {
    for (auto const& one : targets_) {
        if (one->of.name != name) continue;
        bool const again = !healthy && !one->healthy;
        one->healthy = healthy;
        if (healthy && one->is_open()) one->open_until = context_.clock->now();  // the next message may find out
        if (again && !one->is_open()) open(*one);  // its callers need not wait until theirs have failed
    }
}

bool balancing_channel::may_take(target const& one, steady_time now) const {
    return !one.is_open() || (one.healthy && one.open_until <= now && !one.probing);
}

bool balancing_channel::is_available() const {
    auto const now = context_.clock->now();
    return std::ranges::any_of(targets_, [&](auto const& one) { return may_take(*one, now); });
}

std::vector<instance_state> balancing_channel::instances() const {
    std::vector<instance_state> out;
    for (auto const& one : targets_) {
        out.push_back({one->of.name, one->in_flight, one->is_open(), one->healthy, one->ejections});
    }
    return out;
}

/// Power of two choices, among those that are well if any is.
std::shared_ptr<balancing_channel::target> balancing_channel::pick(target const* not_this) {
    auto const now = context_.clock->now();
    std::vector<std::shared_ptr<target>> fit;
    for (auto const& one : targets_) {
        if (may_take(*one, now)) fit.push_back(one);
    }
    auto const prefer = [&](auto wanted) {
        if (std::ranges::any_of(fit, wanted)) std::erase_if(fit, [&](auto const& one) { return !wanted(one); });
    };
    prefer([](auto const& one) { return one->healthy; });
    prefer([&](auto const& one) { return one.get() != not_this; });
    if (fit.empty()) return nullptr;
    auto const first = fit[random_.below(fit.size())];
    auto const second = fit[random_.below(fit.size())];
    return first->in_flight <= second->in_flight ? first : second;
}

void balancing_channel::succeeded(target& one) {
    one.failures = 0;
    one.open_for = {};
}

void balancing_channel::failed(target& one) {
    if (++one.failures >= options_.failures_to_open || one.is_open()) open(one);
}

void balancing_channel::open(target& one) {
    one.open_for = one.is_open() ? std::min(one.open_for * 2, options_.open_for_max) : options_.open_for;
    one.open_until = context_.clock->now() + one.open_for;
    ++one.ejections;
}

asio::awaitable<std::vector<result<std::string>>> balancing_channel::send_to(std::shared_ptr<target> to,
                                                                             operation_facts operation,
                                                                             std::vector<outgoing> items) {
    bool const probing = to->is_open();
    if (probing) to->probing = true;
    ++to->in_flight;
    auto answers = co_await to->of.to->send(operation, std::move(items));
    --to->in_flight;
    if (probing) to->probing = false;
    if (std::ranges::any_of(answers, [](auto const& a) { return !is_lost(a); })) {
        succeeded(*to);
    } else {
        failed(*to);
    }
    co_return answers;
}

asio::awaitable<std::vector<result<std::string>>> balancing_channel::send(operation_facts operation,
                                                                          std::vector<outgoing> items) {
    budget_ = std::min(budget_ + options_.retries_per_item * static_cast<double>(items.size()), options_.retries_max);
    std::vector<result<std::string>> answers(items.size(), error(error_code::unavailable, "no instance of the service is there"));
    std::vector<std::size_t> of(items.size());
    for (std::size_t i = 0; i < of.size(); ++i) of[i] = i;
    std::shared_ptr<target> last;
    for (unsigned attempt = 1;; ++attempt) {
        auto const to = pick(last.get());
        if (!to) break;
        bool const is_last = attempt == options_.attempts_max;
        std::vector<outgoing> now;
        now.reserve(of.size());
        for (auto i : of) {
            if (is_last) {
                now.push_back(std::move(items[i]));
            } else {
                now.push_back(items[i]);  // kept, in case it has to go again
            }
        }
        auto got = co_await send_to(to, operation, std::move(now));
        std::vector<std::size_t> again;
        for (std::size_t n = 0; n < of.size(); ++n) {
            auto const i = of[n];
            answers[i] = n < got.size() ? std::move(got[n]) : result<std::string>(error(error_code::internal));
            if (is_lost(answers[i]) && items[i].deadline > context_.clock->now()) again.push_back(i);
        }
        if (is_last || again.empty() || budget_ < static_cast<double>(again.size())) break;
        budget_ -= static_cast<double>(again.size());
        retries_ += again.size();
        of = std::move(again);
        // To the same one again only after a moment, in which it may come back.
        if (targets_.size() < 2 || attempt > 1) {
            co_await context_.clock->sleep_until(context_.clock->now() + random_.up_to(before_retry * attempt * attempt));
        }
        last = to;
    }
    co_return answers;
}

}  // namespace shop::transport
