#pragma once

#include <deque>
#include <exception>
#include <functional>
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

#include <shop/core/limits.hpp>
#include <shop/core/result.hpp>
#include <shop/core/signal.hpp>

namespace shop {

struct batcher_options {
    std::size_t batch_items_max = limits::batch_items_max;
    std::size_t queue_items_max = limits::queue_items_max;
};

/// Natural batching: while one batch runs, the next one gathers. No timer, no waiting when there is nothing to wait for.
///
/// A batch starts one turn of the executor after its first command, so that everything that is ready to submit does so.
/// The batcher owns the commands: cancelling a caller stops its waiting, never the batch.
/// @par Thread safety
/// Shared objects: unsafe; to be used from its executor, which runs one thing at a time.
template <class Command, class Answer>
class batcher {
public:
    /// Runs one batch and answers one result per command, in their order.
    using run_function = std::function<asio::awaitable<std::vector<result<Answer>>>(std::vector<Command>)>;

    batcher(asio::any_io_executor executor, run_function run, batcher_options options = {})
        : state_(std::make_shared<state>(std::move(executor), std::move(run), options)) {}

    /// @return one result per command, in their order.
    /// @par Errors
    /// `overloaded` for all when the queue has no room for all; nothing was run.
    asio::awaitable<std::vector<result<Answer>>> submit(std::vector<Command> commands) {
        auto state = state_;
        if (state->queue.size() + commands.size() > state->options.queue_items_max) {
            co_return std::vector<result<Answer>>(commands.size(), error(error_code::overloaded));
        }
        auto answers = std::make_shared<group>(commands.size());
        for (std::size_t i = 0; i < commands.size(); ++i) {
            state->queue.push_back(item{std::move(commands[i]), answers, i});
        }
        if (commands.empty()) co_return std::vector<result<Answer>>{};
        if (!state->running) {
            state->running = true;
            asio::co_spawn(state->executor, serve(state), asio::detached);
        }
        if (!co_await answers->done.wait()) {
            throw boost::system::system_error(asio::error::operation_aborted);
        }
        co_return std::move(answers->results);
    }

    std::size_t waiting() const { return state_->queue.size(); }
    std::uint64_t batches() const { return state_->batches; }

private:
    /// The commands of one caller.
    struct group {
        explicit group(std::size_t n) : results(n, error(error_code::internal)), missing(n) {}
        std::vector<result<Answer>> results;
        std::size_t missing;
        signal done;
    };
    struct item {
        Command command;
        std::shared_ptr<group> of;
        std::size_t index;
    };
    struct state {
        state(asio::any_io_executor e, run_function r, batcher_options o)
            : executor(std::move(e)), run(std::move(r)), options(o) {}
        asio::any_io_executor executor;
        run_function run;
        batcher_options options;
        std::deque<item> queue;
        bool running = false;
        std::uint64_t batches = 0;
    };

    static asio::awaitable<void> serve(std::shared_ptr<state> s) {
        while (true) {
            co_await asio::post(s->executor, asio::use_awaitable);
            if (s->queue.empty()) break;
            auto const n = std::min(s->queue.size(), s->options.batch_items_max);
            std::vector<Command> commands;
            std::vector<std::pair<std::shared_ptr<group>, std::size_t>> owners;
            commands.reserve(n);
            owners.reserve(n);
            for (std::size_t i = 0; i < n; ++i) {
                auto& next = s->queue.front();
                commands.push_back(std::move(next.command));
                owners.emplace_back(std::move(next.of), next.index);
                s->queue.pop_front();
            }
            ++s->batches;
            std::vector<result<Answer>> results;
            try {
                results = co_await s->run(std::move(commands));
            } catch (std::exception const&) {
                results.clear();  // a programming error: every command of the batch is answered `internal`
            }
            for (std::size_t i = 0; i < n; ++i) {
                auto& [of, index] = owners[i];
                if (i < results.size()) of->results[index] = std::move(results[i]);
                if (--of->missing == 0) of->done.set();
            }
        }
        s->running = false;
    }

    std::shared_ptr<state> state_;
};

}  // namespace shop
