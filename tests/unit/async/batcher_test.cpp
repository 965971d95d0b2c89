#include <shop/async/batcher.hpp>

#include <gmock/gmock.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>

#include <numeric>
#include <stdexcept>

namespace shop {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::SizeIs;
using numbers = std::vector<int>;

/// A batcher that doubles numbers and remembers its batches.
class batching : public ::testing::Test {
protected:
    using queue = batcher<int, int>;

    queue make(batcher_options options = {}) {
        return queue(
            io.get_executor(), [this](numbers batch) { return run(std::move(batch)); }, options);
    }
    results<int> run(numbers batch) {
        batches.push_back(batch);
        if (broken) throw std::logic_error("broken");
        if (held) co_await let_go.wait();
        std::vector<result<int>> doubled;
        for (int n : batch) doubled.emplace_back(2 * n);
        doubled.resize(doubled.size() - missing, 0);
        co_return doubled;
    }
    /// One caller; its answers are filled in when it got them.
    void submit(queue& to, numbers commands) {
        auto const at = answers.size();
        answers.emplace_back();
        auto caller = [](batching& test, queue& to, numbers commands, std::size_t at) -> asio::awaitable<void> {
            auto const results = co_await to.submit(std::move(commands));
            for (auto const& r : results) test.answers[at].push_back(r ? *r : -static_cast<int>(r.error().code()) - 1);
        };
        asio::co_spawn(io, caller(*this, to, std::move(commands), at), asio::detached);
    }
    static int failed(error_code code) { return -static_cast<int>(code) - 1; }

    asio::io_context io;
    std::vector<numbers> batches;
    std::vector<numbers> answers;
    bool broken = false;
    bool held = false;
    signal let_go;
    std::size_t missing = 0;
};

TEST_F(batching, one_call_waits_for_nothing) {
    auto to = make();
    submit(to, {21});
    io.run();
    EXPECT_THAT(batches, ElementsAre(numbers{21}));
    EXPECT_THAT(answers, ElementsAre(numbers{42}));
}

TEST_F(batching, what_is_ready_together_runs_together) {
    auto to = make();
    for (int n = 0; n < 64; ++n) submit(to, {n});
    io.run();
    EXPECT_LE(batches.size(), 2u);
    for (int n = 0; n < 64; ++n) EXPECT_THAT(answers[n], ElementsAre(2 * n));
}

TEST_F(batching, the_next_batch_gathers_while_one_runs) {
    auto to = make();
    held = true;
    submit(to, {1});
    while (batches.empty()) io.run_one();
    submit(to, {2});
    submit(to, {3, 4});
    io.poll();
    EXPECT_THAT(batches, SizeIs(1));
    let_go.set();
    io.run();
    EXPECT_THAT(batches, ElementsAre(numbers{1}, numbers{2, 3, 4}));
    EXPECT_THAT(answers, ElementsAre(numbers{2}, numbers{4}, numbers{6, 8}));
}

TEST_F(batching, a_batch_is_never_larger_than_its_limit_and_each_caller_gets_its_own) {
    auto to = make({.batch_items_max = 4, .queue_items_max = 100});
    submit(to, {1, 2, 3});
    submit(to, {4, 5, 6, 7, 8, 9});
    submit(to, {10});
    io.run();
    EXPECT_THAT(batches, ElementsAre(numbers{1, 2, 3, 4}, numbers{5, 6, 7, 8}, numbers{9, 10}));
    EXPECT_THAT(answers, ElementsAre(numbers{2, 4, 6}, numbers{8, 10, 12, 14, 16, 18}, numbers{20}));
}

TEST_F(batching, a_full_queue_takes_all_of_a_call_or_nothing) {
    auto to = make({.batch_items_max = 2, .queue_items_max = 3});
    submit(to, {1, 2});
    submit(to, {3, 4});
    submit(to, {5});
    io.run();
    EXPECT_THAT(answers[0], ElementsAre(2, 4));
    EXPECT_THAT(answers[1], ElementsAre(failed(error_code::overloaded), failed(error_code::overloaded)));
    EXPECT_THAT(answers[2], ElementsAre(10));
    EXPECT_EQ(to.waiting(), 0u);
}

TEST_F(batching, nothing_to_do_is_answered_with_nothing) {
    auto to = make();
    submit(to, {});
    io.run();
    EXPECT_THAT(batches, SizeIs(0));
    EXPECT_THAT(answers[0], SizeIs(0));
}

TEST_F(batching, a_batch_that_throws_is_answered_and_the_next_one_runs) {
    auto to = make();
    broken = true;
    submit(to, {1, 2});
    while (batches.empty()) io.run_one();
    broken = false;
    submit(to, {3});
    io.run();
    EXPECT_THAT(answers[0], ElementsAre(failed(error_code::internal), failed(error_code::internal)));
    EXPECT_THAT(answers[1], ElementsAre(6));
}

TEST_F(batching, missing_answers_are_a_programming_error_not_a_hang) {
    auto to = make();
    missing = 1;
    submit(to, {1, 2});
    submit(to, {3});
    io.run();
    EXPECT_THAT(answers, ElementsAre(numbers{2, 4}, numbers{failed(error_code::internal)}));
}

TEST_F(batching, a_caller_that_stops_waiting_does_not_stop_its_batch) {
    auto to = make();
    held = true;
    asio::cancellation_signal stop;
    bool left = false;
    asio::co_spawn(
        io,
        [](queue& to, numbers commands) -> asio::awaitable<void> { co_await to.submit(std::move(commands)); }(to, {1}),
        asio::bind_cancellation_slot(stop.slot(), [&](std::exception_ptr why) { left = why != nullptr; }));
    submit(to, {2});
    while (batches.empty()) io.run_one();
    stop.emit(asio::cancellation_type::terminal);
    io.poll();
    EXPECT_TRUE(left);
    EXPECT_THAT(answers[0], SizeIs(0));
    let_go.set();
    io.run();
    EXPECT_THAT(batches, ElementsAre(numbers{1, 2}));
    EXPECT_THAT(answers[0], ElementsAre(4));
}

}  // namespace
}  // namespace shop
