// Shipping, cancelling, delivering: intent, then effect and conclusion in finishing.cpp.

#include <algorithm>

#include <shop/core/json.hpp>

#include "orders/detached_call.hpp"

namespace shop::orders {

/// What is known of a request to move an order.
struct transition_item {
    enum class stage { nothing_stored, storing, open, blocked };

    shop::request<transition_order> request;
    stage at = stage::nothing_stored;
    std::optional<rules::begin_transition> intent;
    std::optional<order_record> stored;
};

/// One call of `transition` or `cancel`.
class transitions final : public detached_call<transition_item> {
public:
    transitions(std::shared_ptr<store_service> service, std::vector<request<transition_order>> requests)
        : detached_call(std::move(service), std::move(requests)) {}

private:
    using stage = transition_item::stage;

    /// What is to be done about a request, once it is known what became of its intent.
    enum class next { nothing, finish, wait };

    asio::awaitable<void> run(std::shared_ptr<detached_call>) override {
        check_all();
        auto open = co_await store_intents();
        co_await finish(std::move(open));
        for (auto i : waiting_) wait_apart(i, answer_waiting(i));
    }

    result<acknowledgement> late(std::size_t i) override {
        auto const& item = items_[i];
        switch (item.at) {
            case stage::nothing_stored:
                return error(error_code::deadline_exceeded);
            case stage::storing:
                return error(error_code::outcome_unknown);
            case stage::open:
                return acknowledgement{rules::view_for(*item.request.call.by, *item.stored), false, true};
            case stage::blocked:
                return error(error_code::operation_in_progress);
        }
        return error(error_code::internal);
    }

    void check_all() {
        auto const now = context_.clock->stamp();
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
                intent.operation = context_.ids->draw<operation_id>(now);
                intent.to = command.to;
                intent.note = command.note;
                intent.note_visibility = command.note_visibility;
                intent.tracking = command.tracking;
                intent.by = call.by;
            }
        }
    }

    /// @return the orders whose operation was opened now.
    asio::awaitable<std::vector<std::size_t>> store_intents() {
        std::vector<command> intents;
        std::vector<std::size_t> of;
        for (std::size_t i = 0; i < items_.size(); ++i) {
            if (answers_->has(i)) continue;
            items_[i].at = stage::storing;
            intents.emplace_back(*items_[i].intent);
            of.push_back(i);
        }
        auto decided = co_await service_->decide(std::move(intents));
        std::vector<std::size_t> opened;
        for (std::size_t n = 0; n < of.size(); ++n) {
            co_await compare_with_history(of[n], decided[n]);
            auto const to_do = co_await take(of[n], decided[n]);
            if (to_do == next::finish) opened.push_back(of[n]);
            if (to_do == next::wait) waiting_.push_back(of[n]);
        }
        co_return opened;
    }

    /// A move that has been made already is decided again beside the step that made it: whether it says the same. Steps
    /// never change; an order that has moved on meanwhile is looked at anew.
    asio::awaitable<void> compare_with_history(std::size_t i, result<rules::outcome>& decided) {
        while (decided && !decided->key) {
            auto history = co_await service_->parts_.store->history(decided->order.id);
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
            std::vector<command> again;
            again.emplace_back(*items_[i].intent);
            auto answers = co_await service_->decide(std::move(again));
            decided = std::move(answers.front());
        }
    }

    /// Answers a request from the outcome of its intent, if that says all.
    asio::awaitable<next> take(std::size_t i, result<rules::outcome>& decided) {
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
            if (decided->fresh) ++service_->open_operations_;
            co_return next::finish;
        } else {
            co_return next::wait;
        }
        co_return next::nothing;
    }

    asio::awaitable<void> finish(std::vector<std::size_t> opened) {
        if (opened.empty()) co_return;
        std::vector<order_record> open;
        std::vector<call> calls;
        open.reserve(opened.size());
        calls.reserve(opened.size());
        for (auto i : opened) {
            open.push_back(*items_[i].stored);
            calls.push_back(items_[i].request.call.passed_on());
        }
        auto finished = co_await service_->finish(std::move(open), std::move(calls));
        for (std::size_t n = 0; n < opened.size(); ++n) {
            if (finished[n] && finished[n]->key) {
                co_await take(opened[n], finished[n]);
            } else {
                waiting_.push_back(opened[n]);  // open: recovery goes on with it
            }
        }
    }

    /// Asks again under the same key, each time the order's open operation may have been concluded. What another process has
    /// begun and does not conclude is gone on with here.
    asio::awaitable<void> answer_waiting(std::size_t i) {
        auto& item = items_[i];
        for (unsigned waits = 0; !answers_->has(i); ++waits) {
            if (service_->stopping_) answers_->give(i, late(i));
            else if (waits > 0) co_await service_->wait_for_outcome(item.intent->id, item.request.call.deadline);
            if (answers_->has(i)) co_return;
            std::vector<command> again;
            again.emplace_back(*item.intent);
            auto decided = co_await service_->decide(std::move(again));
            auto& outcome = decided.front();
            co_await compare_with_history(i, outcome);
            bool const is_blocked = !outcome && outcome.error().code() == error_code::operation_in_progress;
            auto const to_do = is_blocked ? next::wait : co_await take(i, outcome);
            if (to_do == next::finish) {
                std::vector<order_record> open{*item.stored};
                std::vector<call> calls{item.request.call.passed_on()};
                auto finished = co_await service_->finish(std::move(open), std::move(calls));
            } else if (to_do == next::wait && is_time_to_take_over(waits)) {
                std::vector<order_id> one{item.intent->id};
                auto read = co_await service_->reads_.submit(std::move(one));
                if (read.front()) co_await service_->take_over(std::move(*read.front()), item.request.call.passed_on());
            }
        }
    }

    asio::awaitable<void> give(std::size_t i, std::uint64_t version, bool replay) {
        auto const& record = *items_[i].stored;
        auto const& by = *items_[i].request.call.by;
        if (version == record.version) {
            answers_->give(i, acknowledgement{rules::view_for(by, record), replay, false});
            co_return;
        }
        auto history = co_await service_->parts_.store->history(record.id);
        if (history) {
            auto seen = rules::view_at(record, version, *history);
            rules::hide_internal(by, record, seen);
            answers_->give(i, acknowledgement{std::move(seen), replay, false});
        } else {
            answers_->give(i, history.error());
        }
    }

    std::vector<std::size_t> waiting_;
};

asio::awaitable<std::vector<result<acknowledgement>>>
store_service::transition(std::vector<request<transition_order>> requests) {
    co_return co_await transitions::finish_or_wait(std::make_shared<transitions>(shared_from_this(), std::move(requests)));
}

asio::awaitable<std::vector<result<acknowledgement>>> store_service::cancel(std::vector<request<cancel_order>> requests) {
    std::vector<request<transition_order>> moves;
    moves.reserve(requests.size());
    for (auto& r : requests) {
        transition_order move(r.command.id, status::cancelled);
        move.note = std::move(r.command.note);
        move.note_visibility = r.command.note_visibility;
        moves.emplace_back(std::move(r.call), std::move(move));
    }
    return transition(std::move(moves));
}

}  // namespace shop::orders
