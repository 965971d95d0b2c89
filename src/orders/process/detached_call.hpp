#pragma once

#include <bit>
#include <memory>
#include <optional>
#include <vector>

#include <boost/asio/co_spawn.hpp>

#include <shop/async/pending_results.hpp>

#include "process.hpp"

namespace shop::orders {

/// How far a request has come: what can be said of it when its time is up.
enum class stage {
    nothing_stored,  ///< nothing was done
    storing,         ///< its intent may be stored
    open,            ///< its order is stored, and waits for an outcome
    blocked,         ///< another operation on its order is open
};

/// What is known of one request.
template <class Command, class Intent>
struct call_item {
    shop::request<Command> request;
    stage at = stage::nothing_stored;
    std::optional<Intent> intent;        ///< what is stored for it; nothing before it was checked
    std::optional<order_record> stored;  ///< its order, as it was seen last

    call const& caller() const { return request.call; }
};

/// The requests of one call on their way: they go on to the end whatever becomes of their caller, who waits for each
/// until its deadline.
/// @tparam Item a `call_item`, or what derives from one
template <class Item>
class detached_call : public std::enable_shared_from_this<detached_call<Item>> {
public:
    virtual ~detached_call() = default;

    /// Sets the work going and waits for its answers.
    static results<acknowledgement> finish_or_wait(std::shared_ptr<detached_call> work) {
        asio::co_spawn(work->context().executor, work->run(work), [work](std::exception_ptr failed) {
            if (failed) work->fail();
        });
        return work->wait();
    }

protected:
    /// What became of the intents, or of the operations, of some requests.
    struct decided {
        std::vector<std::size_t> of;  ///< which requests
        std::vector<result<rules::outcome>> outcomes;
    };

    template <class Request>
    detached_call(std::shared_ptr<process> manager, std::vector<Request> requests)
        : process_(std::move(manager)),
          answers_(std::make_shared<pending_results<acknowledgement>>(requests.size())),
          items_(requests.size()) {
        for (std::size_t i = 0; i < requests.size(); ++i) items_[i].request = std::move(requests[i]);
    }

    /// All steps, to the end. @param self keeps it alive
    virtual asio::awaitable<void> run(std::shared_ptr<detached_call> self) = 0;

    service_context const& context() const { return process_->parts().context; }

    /// Stores the intents of all requests that have one and are not answered, be it because their time is up: nothing
    /// is stored for those.
    asio::awaitable<decided> store_intents() {
        std::vector<command> intents;
        std::vector<std::size_t> of;
        for (std::size_t i = 0; i < items_.size(); ++i) {
            auto& item = items_[i];
            if (answers_->has(i) || !item.intent) continue;
            item.at = stage::storing;
            intents.emplace_back(*item.intent);
            of.push_back(i);
        }
        auto outcomes = co_await process_->decide(std::move(intents));
        co_return decided{std::move(of), std::move(outcomes)};
    }

    /// Effect and conclusion of the operations that requests opened.
    asio::awaitable<decided> finish(std::vector<std::size_t> opened) {
        if (opened.empty()) co_return decided{};
        std::vector<order_record> open;
        std::vector<call> calls;
        open.reserve(opened.size());
        calls.reserve(opened.size());
        for (auto i : opened) {
            open.push_back(*items_[i].stored);
            calls.push_back(items_[i].caller().passed_on());
        }
        auto outcomes = co_await process_->finish(std::move(open), std::move(calls));
        co_return decided{std::move(opened), std::move(outcomes)};
    }

    /// Lets a request wait for what others do, beside the other requests. @pre `waiting` keeps the object alive
    void wait_apart(std::size_t i, asio::awaitable<void> waiting) {
        asio::co_spawn(context().executor, std::move(waiting),
                       [self = this->shared_from_this(), i](std::exception_ptr failed) {
                           if (failed) self->answers_->give(i, error(error_code::internal));
                       });
    }

    /// What is known of a request when its time is up.
    result<acknowledgement> late(std::size_t i) const {
        auto const& item = items_[i];
        switch (item.at) {
            case stage::nothing_stored:
                return error(error_code::deadline_exceeded);
            case stage::storing:
                return error(error_code::outcome_unknown);
            case stage::open:
                return acknowledgement{rules::view_for(*item.caller().by, *item.stored), false, true};
            case stage::blocked:
                return error(error_code::operation_in_progress);
        }
        return error(error_code::internal);
    }

    /// Whether nobody waits for a request any more: it is answered, now at the latest if the service stops.
    bool is_over(std::size_t i) {
        if (process_->is_stopping()) answers_->give(i, late(i));
        return answers_->has(i);
    }

    /// Whether who has waited so often for the outcome of what another process began goes on with it: seldom, the
    /// longer it takes.
    static bool is_time_to_take_over(unsigned waits) { return std::has_single_bit(waits); }

    std::shared_ptr<process> process_;
    std::shared_ptr<pending_results<acknowledgement>> answers_;
    std::vector<Item> items_;

private:
    results<acknowledgement> wait() {
        std::vector<steady_time> by;
        by.reserve(items_.size());
        for (auto const& item : items_) by.push_back(item.caller().deadline);
        auto const self = this->shared_from_this();
        return answers_->wait(process_->timer(), context().clock->now(), std::move(by),
                              [self](std::size_t i) { return self->late(i); });
    }

    /// A programming error: no request may wait for ever.
    void fail() {
        for (std::size_t i = 0; i < items_.size(); ++i) answers_->give(i, error(error_code::internal));
    }
};

}  // namespace shop::orders
