#pragma once

#include <functional>
#include <memory>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include <shop/async/batcher.hpp>
#include <shop/async/service_context.hpp>
#include <shop/core/call.hpp>
#include <shop/records/record.hpp>
#include <shop/records/transact.hpp>

/// The queues of a service in front of its store, for commands and for reads by key. Requests of several kinds may
/// share one, so that what waits together is done together.
namespace shop::detail {

/// A command that waits, until it is no longer worth doing.
template <class Command>
struct waiting {
    waiting(Command c, call&& of) : command(std::move(c)), by(std::move(of.by)), deadline(of.deadline) {}
    Command command;
    std::shared_ptr<principal const> by;
    steady_time deadline;
};

template <class Command, class One>
std::vector<waiting<Command>> to_waiting(requests<One> requests) {
    std::vector<waiting<Command>> all;
    all.reserve(requests.size());
    for (auto& one : requests) all.emplace_back(Command(std::move(one.command)), std::move(one.call));
    return all;
}

/// The answers of one kind of request, out of those of all kinds.
template <class One, class Answer>
std::vector<result<One>> to_answers_of(std::vector<result<Answer>> answers) {
    if constexpr (std::is_same_v<One, Answer>) {
        return answers;
    } else {
        std::vector<result<One>> out;
        out.reserve(answers.size());
        for (auto& one : answers) {
            if (one) {
                out.emplace_back(std::get<One>(std::move(*one)));
            } else {
                out.emplace_back(one.error());
            }
        }
        return out;
    }
}

/// Those of a batch that are still worth doing; the others are answered `deadline_exceeded`.
template <class Command>
class timely {
public:
    timely(std::vector<waiting<Command>> asked, steady_time now) {
        commands.reserve(asked.size());
        by.reserve(asked.size());
        for (std::size_t i = 0; i < asked.size(); ++i) {
            if (asked[i].deadline <= now) {
                late_.push_back(i);
            } else {
                commands.push_back(std::move(asked[i].command));
                by.push_back(std::move(asked[i].by));
            }
        }
        count_ = commands.size();
    }

    /// One answer for each that was asked, in their order.
    template <class Answer>
    std::vector<result<Answer>> among_late(std::vector<result<Answer>> answers) const {
        if (late_.empty()) return answers;
        std::vector<result<Answer>> all;
        all.reserve(count_ + late_.size());
        auto late = late_.begin();
        for (auto& one : answers) {
            for (; late != late_.end() && *late == all.size(); ++late)
                all.emplace_back(error(error_code::deadline_exceeded));
            all.push_back(std::move(one));
        }
        all.resize(count_ + late_.size(), error(error_code::deadline_exceeded));
        return all;
    }
    template <class Answer>
    std::vector<result<Answer>> failed(error const& why) const {
        return among_late(std::vector<result<Answer>>(count_, why));
    }

    std::vector<Command> commands;
    std::vector<std::shared_ptr<principal const>> by;  ///< who asks for each of them

private:
    std::size_t count_ = 0;
    std::vector<std::size_t> late_;
};

/// Answers requests one after another: for reads that no other can share.
/// @param answer `asio::awaitable<result<Answer>>(request<Command> const&)`.
template <class Answer, class Command, class Function>
results<Answer> one_by_one(requests<Command> requests, scheduler& clock, Function answer) {
    std::vector<result<Answer>> answers;
    answers.reserve(requests.size());
    for (auto const& one : requests) {
        if (one.call.deadline <= clock.now()) {
            answers.emplace_back(error(error_code::deadline_exceeded));
            continue;
        }
        auto answered = co_await answer(one);
        answers.push_back(std::move(answered));
    }
    co_return answers;
}

/// Decides the commands of one service, a batch at a time. `Batch` is a `command_batch`.
/// @par Thread safety
/// Shared objects: unsafe; to be used from the executor of its context.
template <class Batch>
class command_queue {
    using schema = typename Batch::schema;
    using command = typename Batch::command_type;
    using answer = typename Batch::answer_type;

public:
    /// @param committed is told of each batch that became durable.
    command_queue(std::shared_ptr<record_store<schema>> store, service_context const& context,
                  std::function<void(Batch const&)> committed)
        : queue_(context.executor,
                 run_function(std::make_shared<state>(std::move(store), context, std::move(committed)))) {}

    template <class One, class Request>
    results<One> submit(requests<Request> requests) {
        auto all = to_waiting<command>(std::move(requests));
        auto answers = co_await queue_.submit(std::move(all));
        co_return to_answers_of<One>(std::move(answers));
    }

private:
    struct state {
        state(std::shared_ptr<record_store<schema>> s, service_context const& c, std::function<void(Batch const&)> f)
            : store(std::move(s)), context(c), committed(std::move(f)) {}
        std::shared_ptr<record_store<schema>> store;
        service_context context;
        std::function<void(Batch const&)> committed;
    };

    /// Owns what it needs: a batch under way outlives the service.
    static auto run_function(std::shared_ptr<state> with) {
        return [with](std::vector<waiting<command>> asked) { return run(with, std::move(asked)); };
    }

    static results<answer> run(std::shared_ptr<state> with, std::vector<waiting<command>> asked) {
        timely<command> due(std::move(asked), with->context.clock->now());
        if (due.commands.empty()) co_return due.template failed<answer>(error(error_code::deadline_exceeded));
        auto batch = std::make_shared<Batch>(std::move(due.commands), std::move(due.by));
        std::shared_ptr<decision_batch<schema>> decision = batch;
        auto done = co_await transact_until_known(*with->store, decision, with->context);
        if (!done) co_return due.template failed<answer>(done.error());
        if (with->committed) with->committed(*batch);
        co_return due.among_late(batch->take_answers());
    }

    batcher<waiting<command>, answer> queue_;
};

/// Answers reads by key, all that wait with one load.
/// @par Thread safety
/// Shared objects: unsafe; to be used from the executor of its context.
template <class Schema, class Query, class Answer>
class read_queue {
public:
    using want_function = void (*)(key_set<Schema>&, Query const&);
    using answer_function = result<Answer> (*)(loaded_rows<Schema> const&, Query const&);
    /// Adds to the answers of a load what does not stand in this store; a failure is that of each of them.
    using complete_function = std::function<asio::awaitable<result<void>>(std::vector<result<Answer>>&)>;

    read_queue(std::shared_ptr<record_store<Schema>> store, service_context const& context, want_function want,
               answer_function answer, complete_function complete = {})
        : queue_(context.executor,
                 run_function(std::make_shared<state>(std::move(store), context, want, answer, std::move(complete)))) {}

    template <class One, class Request>
    results<One> submit(requests<Request> requests) {
        auto all = to_waiting<Query>(std::move(requests));
        auto answers = co_await queue_.submit(std::move(all));
        co_return to_answers_of<One>(std::move(answers));
    }

private:
    struct state {
        state(std::shared_ptr<record_store<Schema>> s, service_context const& c, want_function w, answer_function a,
              complete_function f)
            : store(std::move(s)), context(c), want(w), answer(a), complete(std::move(f)) {}
        std::shared_ptr<record_store<Schema>> store;
        service_context context;
        want_function want;
        answer_function answer;
        complete_function complete;

        result<Answer> answer_one(loaded_rows<Schema> const& rows, Query const& query) const {
            try {
                return answer(rows, query);
            } catch (failure const& why) {
                return why.reason();
            }
        }
    };

    static auto run_function(std::shared_ptr<state> with) {
        return [with](std::vector<waiting<Query>> asked) { return run(with, std::move(asked)); };
    }

    static results<Answer> run(std::shared_ptr<state> with, std::vector<waiting<Query>> asked) {
        timely<Query> due(std::move(asked), with->context.clock->now());
        if (due.commands.empty()) co_return due.template failed<Answer>(error(error_code::deadline_exceeded));
        key_set<Schema> wanted;
        for (auto const& query : due.commands) with->want(wanted, query);
        auto rows = co_await with->store->load(std::move(wanted));
        if (!rows) co_return due.template failed<Answer>(rows.error());
        std::vector<result<Answer>> answers;
        answers.reserve(due.commands.size());
        for (auto const& query : due.commands) answers.push_back(with->answer_one(**rows, query));
        if (with->complete) {
            auto const whole = co_await with->complete(answers);
            if (!whole) co_return due.template failed<Answer>(whole.error());
        }
        co_return due.among_late(std::move(answers));
    }

    batcher<waiting<Query>, Answer> queue_;
};

}  // namespace shop::detail
