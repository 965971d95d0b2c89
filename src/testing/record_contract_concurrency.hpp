#pragma once

#include <atomic>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <thread>

#include "contract_suite.hpp"

namespace shop::testing {

constexpr int writer_threads = 4;
constexpr int writes_per_thread = 40;

/// Runs `work(thread)` on several threads at once, and `beside()` on this one until they are done.
template <class Work, class Beside>
void run_threads(Work work, Beside beside) {
    std::atomic<int> running = writer_threads;
    std::vector<std::jthread> threads;
    for (int t = 0; t < writer_threads; ++t) {
        threads.emplace_back([&, t] {
            work(t);
            --running;
        });
    }
    while (running > 0) beside();
}

template <class Room>
result<void> move_one(typename Room::port& store, int from, int to) {
    using schema = typename Room::schema;
    return transact<schema>(store, counter_keys<Room>({from, to}),
                            [=](loaded_rows<schema> const& rows, attempt const&) {
                                working_set<schema> work(rows);
                                add_to<Room>(work, from, -1);
                                add_to<Room>(work, to, 1);
                                return work.take_changes();
                            });
}

/// Each thread appends pairs; a reader that follows the log sees all of it, in order.
template <class Room, class Log>
void test_following_a_log(opened<Room>& w) {
    auto nth = [](int thread, int i) { return sample<Log>::make(thread * 2 * writes_per_thread + i); };
    constexpr std::size_t total = 2 * writer_threads * writes_per_thread;
    std::atomic<int> failures = 0;
    std::vector<Log> seen;
    auto follow = [&] {
        std::optional<key_of<Log>> after;
        if (!seen.empty()) after = key_of_record(seen.back());
        auto next = scan_page<Log>(w.store(), after, 7);
        seen.insert(seen.end(), next.begin(), next.end());
        return !next.empty() && seen.size() <= total;
    };
    auto append = [&](int thread) {
        for (int i = 0; i < 2 * writes_per_thread; i += 2) {
            if (!put(w.store(), std::vector{nth(thread, i), nth(thread, i + 1)})) ++failures;
        }
    };
    run_threads(append, follow);
    while (follow()) {
    }
    EXPECT_EQ(failures, 0);
    ASSERT_EQ(seen.size(), total) << "nothing came late, nothing twice";
    for (std::size_t i = 1; i < seen.size(); ++i) ASSERT_LT(seen[i - 1].position, seen[i].position);
    EXPECT_EQ(scan_all<Log>(w.store()), seen);
    std::vector<int> next(writer_threads, 0);
    for (auto const& r : seen) {  // each thread's records stand in the order it wrote them
        bool expected = false;
        for (int t = 0; t < writer_threads && !expected; ++t) {
            expected = equal_but_for_position(r, nth(t, next[t]));
            if (expected) ++next[t];
        }
        ASSERT_TRUE(expected) << "at position " << r.position;
    }
}

template <class Room>
void register_concurrency_tests(contract_suite<Room>& suite) {
    using schema = typename Room::schema;
    using counter = typename Room::counter;

    suite.test("loses_no_update_of_concurrent_writers", [](opened<Room>& w) {
        ASSERT_TRUE(put(w.store(), counter_at<Room>(1, 0)));
        std::atomic<int> failures = 0;
        auto write_many = [&](int) {
            for (int i = 0; i < writes_per_thread; ++i) {
                if (!add<Room>(w.store(), 1, 1)) ++failures;
            }
        };
        run_threads(write_many, std::this_thread::yield);
        EXPECT_EQ(failures, 0);
        auto now = load_one<counter>(w.store(), counter_key<Room>(1));
        ASSERT_TRUE(now);
        EXPECT_EQ(Room::count(*now), writer_threads * writes_per_thread);
        EXPECT_EQ(now->revision, 1u + writer_threads * writes_per_thread);
    });

    suite.test("shows_a_transaction_whole_or_not_at_all", [](opened<Room>& w) {
        ASSERT_TRUE(put(w.store(), std::vector{counter_at<Room>(1, 1'000), counter_at<Room>(2, 1'000)}));
        auto move_back_and_forth = [&](int thread) {
            for (int i = 0; i < writes_per_thread; ++i) {
                EXPECT_TRUE(thread % 2 ? move_one<Room>(w.store(), 1, 2) : move_one<Room>(w.store(), 2, 1));
            }
        };
        int torn = 0;
        auto sum = [&](auto const& records) {
            std::int64_t total = 0;
            for (auto const& r : records) total += Room::count(r);
            return total;
        };
        auto look = [&] {
            auto keys = counter_keys<Room>({1, 2});
            keys.normalise();
            auto shared = std::make_shared<key_set<schema> const>(std::move(keys));
            auto rows = run(w.store().load(shared)).value();
            std::vector<counter> loaded;
            for (auto group : rows->template groups<counter>()) loaded.insert(loaded.end(), group.begin(), group.end());
            torn += sum(loaded) != 2'000;
            torn += sum(scan_page<counter>(w.store(), {}, 10)) != 2'000;
        };
        run_threads(move_back_and_forth, look);
        look();
        EXPECT_EQ(torn, 0);
        EXPECT_EQ(count_of<Room>(w.store(), 1), 1'000);
    });

    suite.test("lets_one_of_many_writers_insert_a_key", [](opened<Room>& w) {
        std::atomic<int> inserted = 0;
        std::atomic<int> failures = 0;
        auto insert_once = [&](int thread) {
            bool mine = false;
            auto done = transact<schema>(w.store(), counter_keys<Room>({1}),
                                         [&](loaded_rows<schema> const& rows, attempt const&) {
                                             working_set<schema> work(rows);
                                             mine = !work.template find<counter>(counter_key<Room>(1));
                                             if (mine) work.template insert<counter>(counter_at<Room>(1, thread));
                                             return work.take_changes();
                                         });
            if (!done) ++failures;
            if (mine) ++inserted;
        };
        run_threads(insert_once, std::this_thread::yield);
        EXPECT_EQ(failures, 0);
        EXPECT_EQ(inserted, 1);
        EXPECT_EQ(scan_all<counter>(w.store()).size(), 1u);
    });

    schema::for_each([&]<class Record>() {
        if constexpr (is_log<Record>) {
            suite.test("numbers_its_log_in_the_order_of_commits", test_following_a_log<Room, Record>);
        }
    });

    suite.test("resumes_a_caller_where_it_waited", [](opened<Room>& w) {
        std::shared_ptr<decision_batch<schema>> batch = std::make_shared<scripted_batch<schema>>(
            key_set<schema>{}, [](loaded_rows<schema> const&, attempt const&) { return changes<schema>{}; });
        auto after_transact = [](typename Room::port& store,
                                 std::shared_ptr<decision_batch<schema>> b) -> asio::awaitable<std::thread::id> {
            (void)co_await store.transact(std::move(b));
            co_return std::this_thread::get_id();
        };
        auto after_scan = [](typename Room::port& store) -> asio::awaitable<std::thread::id> {
            (void)co_await store.template scan<counter>({}, 1);
            co_return std::this_thread::get_id();
        };
        EXPECT_EQ(run(after_transact(w.store(), batch)), std::this_thread::get_id());
        EXPECT_EQ(run(after_scan(w.store())), std::this_thread::get_id());
    });

    suite.test("finishes_a_batch_whose_caller_was_cancelled", [](opened<Room>& w) {
        ASSERT_TRUE(put(w.store(), counter_at<Room>(1, 0)));
        std::shared_ptr<decision_batch<schema>> batch = std::make_shared<scripted_batch<schema>>(
            counter_keys<Room>({1}), [](loaded_rows<schema> const& rows, attempt const&) {
                working_set<schema> work(rows);
                add_to<Room>(work, 1, 1);
                return work.take_changes();
            });
        asio::io_context context(1);
        asio::cancellation_signal cancel;
        asio::co_spawn(context, w.store().transact(batch),
                       asio::bind_cancellation_slot(cancel.slot(), [](std::exception_ptr, result<void>) {}));
        context.poll();
        cancel.emit(asio::cancellation_type::terminal);
        context.run();
        ASSERT_TRUE(add<Room>(w.store(), 1, 1)) << "queued behind it";
        EXPECT_EQ(count_of<Room>(w.store(), 1), 2);
    });
}

}  // namespace shop::testing
