#include <shop/inproc/simulated_channel.hpp>

#include <algorithm>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "carry.hpp"

namespace shop::inproc {
namespace {

/// A message that arrives twice: what comes back of the second time is nobody's.
asio::awaitable<void> arrive_again(service_context context, std::shared_ptr<transport::endpoint> to,
                                   std::string_view operation, std::string lines, std::chrono::milliseconds delay) {
    co_await context.clock->sleep_until(context.clock->now() + delay);
    co_await to->receive(operation, lines);
}

std::vector<result<std::string>> all_lost(std::size_t count, error_code code) {
    return std::vector<result<std::string>>(count, error(code, "lost on the way"));
}

}  // namespace

simulated_channel::simulated_channel(service_context context, std::shared_ptr<transport::endpoint> to,
                                     network_faults faults)
    : context_(std::move(context)),
      to_(std::move(to)),
      random_(*context_.ids, context_.clock->stamp()),
      faults_(std::make_shared<network_faults>(faults)),
      is_cut_(std::make_shared<bool>(false)) {}

results<std::string> simulated_channel::send(transport::operation_facts operation,
                                             std::vector<transport::outgoing> items) {
    auto const context = context_;
    auto const to = to_;
    auto const is_cut = is_cut_;
    auto const faults = *faults_;
    auto const count = items.size();
    auto& clock = *context.clock;
    ++messages_;
    auto const happens = [this](unsigned of_1000) { return random_.below(1'000) < of_1000; };
    auto const way = [&] {
        return std::chrono::milliseconds(random_.below(static_cast<std::uint64_t>(faults.delay_max.count()) + 1));
    };
    bool const refused = happens(faults.refused);
    bool const request_lost = happens(faults.requests_lost);
    bool const answer_lost = happens(faults.answers_lost);
    bool const twice = happens(faults.duplicated);
    auto const there = way(), back = way(), again = way();

    if (refused) co_return all_lost(count, error_code::unavailable);
    auto last = clock.now() + faults.given_up_after;
    for (auto const& item : items) last = std::min(last, item.deadline);
    if (there.count() != 0) co_await clock.sleep_until(clock.now() + there);
    if (request_lost || *is_cut) {
        co_await clock.sleep_until(last);
        co_return all_lost(count, error_code::outcome_unknown);
    }
    auto lines = transport::join_items(items, clock.now());
    if (twice) {
        asio::co_spawn(context.executor, arrive_again(context, to, operation.name, lines, again), asio::detached);
    }
    auto const answer = co_await to->receive(operation.name, lines);
    if (back.count() != 0) co_await clock.sleep_until(clock.now() + back);
    if (answer_lost || *is_cut) {
        if (clock.now() < last) co_await clock.sleep_until(last);
        co_return all_lost(count, error_code::outcome_unknown);
    }
    co_return answers_from(answer, count);
}

}  // namespace shop::inproc
