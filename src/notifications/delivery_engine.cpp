#include "notifications/delivery_engine.hpp"

#include <algorithm>
#include <exception>
#include <limits>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <shop/records/transact.hpp>

#include "notifications/decisions.hpp"

namespace shop::notifications {

using namespace std::chrono_literals;

namespace {

constexpr std::size_t lanes_per_read_max = 64;
constexpr std::size_t reads_at_once_max = 2;
constexpr std::size_t lanes_per_look = 256;
constexpr std::size_t lanes_known_max = 4 * limits::delivery_lanes_waiting_max;  // beyond, nobody rests
constexpr auto in_vain_max = 1s;    // that a recipient keeps its lane waiting without taking anything
constexpr auto after_trouble = 1s;  ///< that a lane rests when the store cannot be read or written

batcher_options reading() {
    batcher_options options;
    options.batch_items_max = lanes_per_read_max;
    options.batches_max = reads_at_once_max;
    return options;
}

/// What is due in each lane.
results<std::vector<delivery_record>> read_lanes(std::shared_ptr<store> from, service_context context,
                                                 std::vector<lane> lanes) {
    auto found = co_await from->due(lanes, context.clock->stamp(), limits::delivery_lane_page);
    if (!found) co_return std::vector<result<std::vector<delivery_record>>>(lanes.size(), found.error());
    std::vector<result<std::vector<delivery_record>>> answers;
    answers.reserve(lanes.size());
    auto next = found->begin();
    for (auto const& one : lanes) {
        std::vector<delivery_record> theirs;
        for (; next != found->end() && next->channel == one.channel && next->recipient == one.recipient; ++next) {
            theirs.push_back(std::move(*next));
        }
        answers.emplace_back(std::move(theirs));
    }
    co_return answers;
}

results<noted> record_all(std::shared_ptr<store> in, service_context context,
                          std::vector<rules::record_outcome> outcomes) {
    auto const count = outcomes.size();
    auto batch = std::make_shared<decisions<rules::record_outcome>>(std::move(outcomes));
    auto const done = co_await transact_until_known<store_schema>(*in, batch, context);
    if (!done) co_return std::vector<result<noted>>(count, done.error());
    co_return std::vector<result<noted>>(count, noted{});
}

}  // namespace

delivery_engine::delivery_engine(service_parts const& parts)
    : parts_(parts),
      context_(parts.context),
      outgoing_(parts),
      rates_(parts.delivery),
      reads_(
          context_.executor,
          [from = parts.store, context = context_](std::vector<lane> lanes) {
              return read_lanes(from, context, std::move(lanes));
          },
          reading()),
      records_(context_.executor,
               [in = parts.store, context = context_](std::vector<rules::record_outcome> outcomes) {
                   return record_all(in, context, std::move(outcomes));
               }),
      between_looks_(context_),
      random_(*context_.ids, context_.clock->stamp()) {
    for (auto const& over : parts.channels) {
        outlet one;
        one.over = over;
        one.name = over->name();
        one.traits = over->traits();
        outlets_.push_back(std::move(one));
    }
}

void delivery_engine::start() {
    running_ = true;
    asio::co_spawn(context_.executor, look_for_ever(shared_from_this()), asio::detached);
}

void delivery_engine::stop() {
    running_ = false;
    forget_waiting();
    between_looks_.stop();
}

bool delivery_engine::is_idle() const {
    return std::all_of(lanes_.begin(), lanes_.end(), [](auto const& l) { return l.second.at == place::resting; });
}

delivery_engine::outlet* delivery_engine::outlet_of(std::string const& channel) {
    auto const found =
        std::find_if(outlets_.begin(), outlets_.end(), [&](outlet const& o) { return o.name == channel; });
    return found == outlets_.end() ? nullptr : &*found;
}

void delivery_engine::wake(std::vector<lane> const& lanes) {
    for (auto const& one : lanes) wake(one);
}

void delivery_engine::wake(lane const& one) {
    auto* const of = outlet_of(one.channel);
    if (of == nullptr || !running_ || !parts_.lease->held()) return;
    if (auto const known = lanes_.find(one); known != lanes_.end()) {
        bool const has_rested =
            known->second.at == place::resting && known->second.rests_until <= context_.clock->now();
        if (!has_rested) {
            known->second.woken = true;
            return;
        }
        lanes_.erase(known);
    }
    if (of->waiting.size() >= limits::delivery_lanes_waiting_max) return;  // the next look finds it
    lanes_.emplace(one, lane_state{});
    of->waiting.push_back(one);
    give_turns(*of);
}

void delivery_engine::give_turns(outlet& of) {
    if (!running_ || !parts_.lease->held()) return;
    while (of.running < std::max<std::size_t>(of.traits.recipients_max, 1) && !of.waiting.empty()) {
        auto next = std::move(of.waiting.front());
        of.waiting.pop_front();
        auto& state = lanes_[next];
        state.at = place::running;
        state.woken = false;
        ++of.running;
        asio::co_spawn(context_.executor, take_turn(shared_from_this(), of, std::move(next)), asio::detached);
    }
}

asio::awaitable<void> delivery_engine::take_turn(std::shared_ptr<delivery_engine> self, outlet& of, lane one) {
    turn ended;
    try {
        ended = co_await self->deliver(of, one);
    } catch (failure const& why) {
        self->report("cannot make deliveries", why.reason());
        ended.rest = after_trouble;
    } catch (std::exception const&) {
        self->report("cannot make deliveries", error(error_code::internal));
        ended.rest = after_trouble;
    }
    self->finish(of, one, ended);
}

asio::awaitable<delivery_engine::turn> delivery_engine::deliver(outlet& of, lane const& one) {
    turn ended;
    std::vector<lane> mine{one};
    auto read = co_await reads_.submit(std::move(mine));
    auto& due = read.front();
    if (!due) {
        report("cannot read deliveries", due.error());
        ended.rest = after_trouble;
        co_return ended;
    }
    auto const began = context_.clock->now();
    bool any_went = due->empty();
    for (std::size_t at = 0; at < due->size() && running_ && parts_.lease->held();) {
        auto const now = context_.clock->now();
        auto const allowed = of.traits.is_for_people ? rates_.left(one, now) : due->size();
        if (allowed == 0) {
            ended.rest = rates_.wait(one, now);
            co_return ended;
        }
        auto const count = std::min({std::max<std::size_t>(of.traits.messages_max, 1), due->size() - at, allowed});
        std::vector<delivery_record> some(
            std::make_move_iterator(due->begin() + static_cast<std::ptrdiff_t>(at)),
            std::make_move_iterator(due->begin() + static_cast<std::ptrdiff_t>(at + count)));
        at += count;
        auto made = co_await outgoing_.prepare(std::move(some), of.traits);
        if (!made) {
            report("cannot prepare deliveries", made.error());
            ended.rest = after_trouble;
            co_return ended;
        }
        std::vector<message> messages;
        std::vector<rules::record_outcome> outcomes;
        std::vector<delivery_record> on_their_way;
        for (auto& p : *made) {
            if (p.instead) {
                p.instead->delivery = std::move(p.delivery);
                p.instead->schedule = &of.traits.retries;
                p.instead->jitter = random_.below(std::numeric_limits<std::uint64_t>::max());
                any_went = any_went || !p.instead->failure;
                outcomes.push_back(std::move(*p.instead));
            } else {
                on_their_way.push_back(std::move(p.delivery));
                messages.push_back(std::move(p.message));
            }
        }
        if (!messages.empty()) {
            if (of.traits.is_for_people) rates_.sent(one, messages.size(), now);
            auto const sent = co_await send(*of.over, std::move(messages), context_);
            for (std::size_t i = 0; i < on_their_way.size(); ++i) {
                any_went = any_went || sent[i].has_value();
                outcomes.push_back(outcome_of(std::move(on_their_way[i]), sent[i], of.traits));
            }
        }
        auto const recorded = co_await record(std::move(outcomes));
        if (!recorded) {
            report("cannot record deliveries", recorded.error());
            ended.rest = after_trouble;
            co_return ended;
        }
        ended.has_more = true;  // what stood behind these, too
        auto const waited = context_.clock->now() - began;
        if (!any_went && waited >= in_vain_max) {
            ended.rest = waited;  // others have a turn before the rest of these
            co_return ended;
        }
    }
    co_return ended;
}

void delivery_engine::finish(outlet& of, lane const& one, turn const& ended) {
    --of.running;
    auto const state = lanes_.find(one);
    if (!running_) {
        lanes_.erase(state);
    } else if (ended.rest > 0s && lanes_.size() <= lanes_known_max) {
        state->second.at = place::resting;
        state->second.rests_until = context_.clock->now() + ended.rest;
    } else if (ended.has_more || state->second.woken) {
        state->second.at = place::waiting;
        of.waiting.push_back(one);
    } else {
        lanes_.erase(state);
    }
    give_turns(of);
}

namespace {

/// One answer for each that was asked, whatever a channel did.
template <class Answer>
void complete(std::vector<result<Answer>>& answers, std::size_t count, channel const& of,
              service_context const& context) {
    if (answers.size() == count) return;
    context.log->write(severity::error, "a channel failed", {{"channel", std::string(of.name())}});
    answers.assign(count, error(error_code::internal));
}

}  // namespace

results<std::vector<recipient>> delivery_engine::recipients(channel& over, std::vector<events::event> events,
                                                            service_context const& context) {
    auto const count = events.size();
    std::vector<result<std::vector<recipient>>> found;
    try {
        found = co_await over.recipients(std::move(events));
    } catch (std::exception const&) {
        found.assign(count + 1, error(error_code::internal));
    }
    complete(found, count, over, context);
    co_return found;
}

results<void> delivery_engine::send(channel& over, std::vector<message> messages, service_context const& context) {
    auto const count = messages.size();
    std::vector<result<void>> sent;
    try {
        sent = co_await over.send(std::move(messages));
    } catch (std::exception const&) {
        sent.assign(count + 1, error(error_code::internal));
    }
    complete(sent, count, over, context);
    co_return sent;
}

rules::record_outcome delivery_engine::outcome_of(delivery_record delivery, result<void> const& sent,
                                                  channel_traits const& of) {
    rules::record_outcome outcome;
    outcome.delivery = std::move(delivery);
    if (sent) return outcome;
    outcome.failure = sent.error();
    outcome.is_final = !sent.error().retryable() && sent.error().code() != error_code::internal;
    outcome.schedule = &of.retries;
    outcome.jitter = random_.below(std::numeric_limits<std::uint64_t>::max());
    return outcome;
}

asio::awaitable<result<void>> delivery_engine::record(std::vector<rules::record_outcome> outcomes) {
    auto const recorded = co_await records_.submit(std::move(outcomes));
    for (auto const& one : recorded) {
        if (!one) co_return one.error();
    }
    co_return result<void>{};
}

void delivery_engine::forget_waiting() {
    for (auto& of : outlets_) {
        for (auto const& one : of.waiting) lanes_.erase(one);
        of.waiting.clear();
    }
}

void delivery_engine::wake_rested() {
    auto const now = context_.clock->now();
    std::erase_if(lanes_, [&](auto const& l) { return l.second.at == place::resting && l.second.rests_until <= now; });
}

asio::awaitable<void> delivery_engine::look_for_ever(std::shared_ptr<delivery_engine> self) {
    while (!self->between_looks_.stopped()) {
        auto const began = self->context_.clock->now();
        auto const done = co_await self->look();
        if (!done) self->report("cannot look for deliveries", done.error());
        auto const took = self->context_.clock->now() - began;
        // A backlog that takes long to look through is looked through less often.
        constexpr int share = 10;
        // Others who share the store take in what is sent here.
        auto const pace = self->parts_.store->exclusive() ? limits::delivery_scan_pace : limits::delivery_scan_pace / 4;
        co_await self->between_looks_.sleep(std::max<steady_time::duration>(pace, took * share));
    }
}

asio::awaitable<result<void>> delivery_engine::look() {
    if (!parts_.lease->held()) {
        forget_waiting();
        co_return result<void>{};
    }
    wake_rested();
    std::size_t pages = 0;
    do {
        auto found = co_await parts_.store->due_lanes(context_.clock->stamp(), looked_up_to_, lanes_per_look);
        if (!found) co_return found.error();
        wake(*found);
        looked_up_to_.reset();
        if (found->size() == lanes_per_look) looked_up_to_ = std::move(found->back());
    } while (looked_up_to_ && ++pages < limits::delivery_lanes_waiting_max / lanes_per_look);
    co_return result<void>{};
}

void delivery_engine::report(std::string_view what, error const& why) {
    context_.log->write(severity::warning, std::string(what), {{"reason", std::string(why.word())}});
}

}  // namespace shop::notifications
