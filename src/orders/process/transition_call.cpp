#include "transition_call.hpp"

#include <algorithm>

#include <shop/json/json.hpp>

namespace shop::orders {

asio::awaitable<void> transition_call::run(std::shared_ptr<detached_call>) {
    check_all();
    auto stored = co_await store_intents();
    auto opened = co_await take_stored(std::move(stored));
    auto finished = co_await finish(std::move(opened));
    co_await take_finished(std::move(finished));
    for (auto i : waiting_) wait_apart(i, await_outcome(i));
}

void transition_call::check_all() {
    auto const now = context().clock->stamp();
    for (std::size_t i = 0; i < items_.size(); ++i) {
        auto const& [call, command] = items_[i].request;
        if (auto ok = check_idempotency_key(call.idempotency_key); !ok) {
            answers_->give(i, ok.error());
        } else if (auto fit = rules::check(command); !fit) {
            answers_->give(i, fit.error());
        } else {
            auto& intent = items_[i].intent.emplace();
            intent.key = {call.by->account, call.idempotency_key,
                          fingerprint_of("orders.transition", json::encode(command))};
            intent.id = command.id;
            intent.operation = context().ids->draw<operation_id>(now);
            intent.to = command.to;
            intent.note = command.note;
            intent.note_visibility = command.note_visibility;
            intent.tracking = command.tracking;
            intent.by = call.by;
        }
    }
}

/// @return the orders whose operation was opened now.
asio::awaitable<std::vector<std::size_t>> transition_call::take_stored(decided all) {
    std::vector<std::size_t> opened;
    for (std::size_t n = 0; n < all.of.size(); ++n) {
        auto const i = all.of[n];
        auto& outcome = all.outcomes[n];
        co_await compare_with_history(i, outcome);
        auto const to_do = co_await take(i, outcome);
        if (to_do == next::finish) opened.push_back(i);
        if (to_do == next::wait) waiting_.push_back(i);
    }
    co_return opened;
}

asio::awaitable<void> transition_call::take_finished(decided all) {
    for (std::size_t n = 0; n < all.of.size(); ++n) {
        auto const i = all.of[n];
        auto& outcome = all.outcomes[n];
        if (outcome && outcome->key) {
            co_await take(i, outcome);
        } else {
            process_->leave_open(items_[i].intent->id);
            waiting_.push_back(i);
        }
    }
}

/// A move that has been made already is decided again beside the step that made it: whether it says the same. Steps
/// never change; an order that has moved on meanwhile is looked at anew.
asio::awaitable<void> transition_call::compare_with_history(std::size_t i, result<rules::outcome>& decided) {
    while (decided && !decided->key) {
        auto history = co_await process_->parts().store->history(decided->order.id);
        if (!history) {
            decided = history.error();
            co_return;
        }
        auto const at = std::find_if(history->begin(), history->end(),
                                     [&](auto const& step) { return step.version == decided->order.version; });
        if (at == history->end()) {
            // A copy that lags behind; an audit finds what is missing for ever.
            decided = error(error_code::store_unavailable, "the history of the order does not have its last step");
            co_return;
        }
        items_[i].intent->last_step = std::move(*at);
        decided = co_await decide_again(i);
    }
}

/// Answers a request from the outcome of its intent, if that says all.
asio::awaitable<transition_call::next> transition_call::take(std::size_t i, result<rules::outcome>& decided) {
    auto& item = items_[i];
    if (!decided) {
        if (decided.error().code() == error_code::operation_in_progress) {
            item.at = stage::blocked;
            co_return next::wait;
        }
        answers_->give(i, decided.error());
        co_return next::nothing;
    }
    bool const mine = decided->key->operation == item.intent->operation;
    item.stored = std::move(decided->order);
    item.at = stage::open;
    if (decided->key->refusal) {
        auto const refused = rules::recorded_error(*decided->key->refusal);
        answers_->give(i, mine ? refused : refused.as_replay());
    } else if (decided->key->outcome_version != 0) {
        co_await give(i, decided->key->outcome_version, !mine);
    } else if (mine && rules::is_open(*item.stored)) {
        if (decided->fresh) process_->note_opened();
        co_return next::finish;
    } else {
        co_return next::wait;
    }
    co_return next::nothing;
}

asio::awaitable<result<rules::outcome>> transition_call::decide_again(std::size_t i) {
    std::vector<command> one;
    one.emplace_back(*items_[i].intent);
    auto answers = co_await process_->decide(std::move(one));
    co_return std::move(answers.front());
}

/// Asks again under the same key, each time the order's open operation may have been concluded. What another process
/// has begun and does not conclude is gone on with here.
asio::awaitable<void> transition_call::await_outcome(std::size_t i) {
    auto& item = items_[i];
    for (unsigned waits = 0; !is_over(i); ++waits) {
        if (waits > 0) co_await process_->wait_for_outcome(item.intent->id, item.caller().deadline);
        if (is_over(i)) co_return;
        auto outcome = co_await decide_again(i);
        co_await compare_with_history(i, outcome);
        auto const to_do = co_await take(i, outcome);
        if (to_do == next::finish) {
            std::vector<std::size_t> one{i};
            co_await finish(std::move(one));
        } else if (to_do == next::wait && is_time_to_take_over(waits)) {
            std::vector<order_id> one{item.intent->id};
            auto read = co_await process_->reader().read(std::move(one));
            if (read.front()) co_await process_->take_over(std::move(*read.front()), item.caller().passed_on());
        }
    }
}

asio::awaitable<void> transition_call::give(std::size_t i, std::uint64_t version, bool replay) {
    auto const& record = *items_[i].stored;
    auto const& by = *items_[i].caller().by;
    if (version == record.version) {
        answers_->give(i, acknowledgement{rules::view_for(by, record), replay, false});
        co_return;
    }
    auto history = co_await process_->parts().store->history(record.id);
    if (history) {
        auto seen = rules::view_at(record, version, *history);
        rules::hide_internal(by, record, seen);
        answers_->give(i, acknowledgement{std::move(seen), replay, false});
    } else {
        answers_->give(i, history.error());
    }
}

}  // namespace shop::orders
