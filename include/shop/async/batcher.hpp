#pragma once

#include <algorithm>
#include <deque>
#include <exception>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <shop/async/results.hpp>
#include <shop/async/signal.hpp>
#include <shop/core/limits.hpp>
#include <shop/core/result.hpp>

namespace shop {

/// The bounds of a batcher.
struct batcher_options {
    std::size_t batch_items_max = limits::batch_items_max;  ///< commands, at least 1
    std::size_t queue_items_max = limits::queue_items_max;  ///< commands that wait; more are `overloaded`
    std::size_t batches_max = 1;                            ///< under way at once
};

/// Natural batching: while as many batches run as may, the next one gathers. No timer, no waiting when there is nothing
/// to wait for.
///
/// A batch starts one turn of the executor after its first command, so that everything that is ready to submit does so.
/// The batcher owns the commands: cancelling a caller stops its waiting, never the batch.
/// @par Thread safety
/// Shared objects: unsafe; to be used from its executor, which runs one thing at a time.
template <class Command, class Answer>
class batcher {
public:
    /// Runs one batch and answers one result per command, in their order.
    using run_function = std::function<results<Answer>(std::vector<Command>)>;

    /// @param executor runs one thing at a time
    batcher(asio::any_io_executor executor, run_function run, batcher_options options = {})
        : state_(std::make_shared<state>(std::move(executor), std::move(run), options)) {}

    /// @return one result per command, in their order.
    /// @par Errors
    /// `overloaded` for all when the queue has no room for all; nothing was run.
    results<Answer> submit(std::vector<Command> commands) {
        auto state = state_;
        if (state->waiting + commands.size() > state->options.queue_items_max) {
            co_return std::vector<result<Answer>>(commands.size(), error(error_code::overloaded));
        }
        if (commands.empty()) co_return std::vector<result<Answer>>{};
        auto const mine = std::make_shared<group>(std::move(commands));
        state->waiting += mine->commands.size();
        state->queue.push_back(mine);
        if (state->running < state->options.batches_max) {
            ++state->running;
            asio::co_spawn(state->executor, serve(state), asio::detached);
        }
        if (!co_await mine->done.wait()) {
            throw boost::system::system_error(asio::error::operation_aborted);
        }
        co_return std::move(mine->results);
    }

    std::size_t waiting() const { return state_->waiting; }    ///< commands that are queued, in no batch yet
    std::uint64_t batches() const { return state_->batches; }  ///< started so far

private:
    /// The commands of one caller, and their results as they come.
    struct group {
        explicit group(std::vector<Command> c) : commands(std::move(c)), size(commands.size()) {}
        std::vector<Command> commands;
        std::size_t const size;
        std::size_t taken = 0;
        std::vector<result<Answer>> results;
        signal done;
    };
    /// What a batch holds of a group.
    struct part {
        std::shared_ptr<group> of;
        std::size_t count;
    };
    struct state {
        state(asio::any_io_executor e, run_function r, batcher_options o)
            : executor(std::move(e)), run(std::move(r)), options(o) {}
        asio::any_io_executor executor;
        run_function run;
        batcher_options options;
        std::deque<std::shared_ptr<group>> queue;
        std::size_t waiting = 0;
        std::size_t running = 0;
        std::uint64_t batches = 0;
    };

    /// The next batch out of the queue. A group that fills it by itself is moved as a whole.
    static std::vector<Command> take(state& from, std::vector<part>& parts) {
        auto const n = std::min(from.waiting, from.options.batch_items_max);
        from.waiting -= n;
        if (auto const& first = from.queue.front(); first->size == n && first->taken == 0) {
            first->taken = n;
            parts.push_back({first, n});
            auto commands = std::move(first->commands);
            from.queue.pop_front();
            return commands;
        }
        std::vector<Command> commands;
        commands.reserve(n);
        while (commands.size() < n) {
            auto const& next = from.queue.front();
            auto const count = std::min(n - commands.size(), next->size - next->taken);
            auto const begin = next->commands.begin() + static_cast<std::ptrdiff_t>(next->taken);
            commands.insert(commands.end(), std::move_iterator(begin),
                            std::move_iterator(begin + static_cast<std::ptrdiff_t>(count)));
            next->taken += count;
            parts.push_back({next, count});
            if (next->taken == next->size) from.queue.pop_front();
        }
        return commands;
    }

    /// Gives each group its own; missing results, after a programming error, are `internal`.
    static void give(std::vector<part>& parts, std::vector<result<Answer>> results) {
        std::size_t next = 0;
        for (auto& [of, count] : parts) {
            if (parts.size() == 1 && count == of->size && results.size() == count) {
                of->results = std::move(results);
            } else {
                of->results.reserve(of->size);
                for (std::size_t i = 0; i < count; ++i, ++next) {
                    if (next < results.size()) {
                        of->results.push_back(std::move(results[next]));
                    } else {
                        of->results.emplace_back(error(error_code::internal));
                    }
                }
            }
            if (of->results.size() == of->size) of->done.set();
        }
    }

    static asio::awaitable<void> serve(std::shared_ptr<state> s) {
        while (true) {
            co_await asio::post(s->executor, asio::use_awaitable);
            if (s->queue.empty()) break;
            std::vector<part> parts;
            auto commands = take(*s, parts);
            ++s->batches;
            std::vector<result<Answer>> results;
            try {
                results = co_await s->run(std::move(commands));
            } catch (std::exception const&) {
                results.clear();  // a programming error: every command of the batch is answered `internal`
            }
            give(parts, std::move(results));
        }
        --s->running;
    }

    std::shared_ptr<state> state_;
};

}  // namespace shop
