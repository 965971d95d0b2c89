#include <gtest/gtest.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <set>

#include <shop/storage/memory.hpp>
#include <shop/testing/batch.hpp>
#include <shop/testing/fault_store.hpp>
#include <shop/testing/manual_scheduler.hpp>
#include <shop/testing/seeded_ids.hpp>

#include "testing/samples.hpp"

// The tools that shop::testing ships beside its contract suites.
namespace shop::testing {

namespace {

using namespace std::chrono_literals;
using products::product_record;

asio::awaitable<void> sleep_and_note(manual_scheduler& clock, std::chrono::milliseconds after, std::string name,
                                     std::vector<std::string>& to) {
    co_await clock.sleep_until(clock.now() + after);
    to.push_back(std::move(name));
}

TEST(manual_scheduler, wakes_sleepers_in_the_order_of_their_times) {
    manual_scheduler clock;
    asio::io_context context;
    std::vector<std::string> woken;
    asio::co_spawn(context, sleep_and_note(clock, 20ms, "late", woken), asio::detached);
    asio::co_spawn(context, sleep_and_note(clock, 10ms, "early", woken), asio::detached);
    asio::co_spawn(context, sleep_and_note(clock, 20ms, "later", woken), asio::detached);
    asio::co_spawn(context, sleep_and_note(clock, 0ms, "at once", woken), asio::detached);
    clock.run_for(context, 9ms);
    EXPECT_EQ(woken, (std::vector<std::string>{"at once"}));
    EXPECT_EQ(clock.pending(), 3u);
    clock.run_for(context, 11ms);
    EXPECT_EQ(woken, (std::vector<std::string>{"at once", "early", "late", "later"}));
    EXPECT_EQ(clock.pending(), 0u);
}

TEST(manual_scheduler, moves_both_clocks_and_lets_only_the_wall_clock_jump) {
    manual_scheduler clock;
    auto start = clock.now();
    clock.advance(1500ms);
    EXPECT_EQ(clock.now() - start, 1500ms);
    EXPECT_EQ(to_string(clock.stamp()), "2026-01-01T00:00:01.500Z");
    clock.jump_wall_clock(-2s);
    EXPECT_EQ(to_string(clock.stamp()), "2025-12-31T23:59:59.500Z");
    EXPECT_EQ(clock.now() - start, 1500ms);
}

TEST(manual_scheduler, runs_until_a_condition_holds_and_no_further) {
    manual_scheduler clock;
    asio::io_context context;
    std::vector<std::string> woken;
    asio::co_spawn(context, sleep_and_note(clock, 1h, "far", woken), asio::detached);
    asio::co_spawn(context, sleep_and_note(clock, 1s, "near", woken), asio::detached);
    auto start = clock.now();
    EXPECT_TRUE(clock.run_until(context, [&] { return !woken.empty(); }));
    EXPECT_EQ(clock.now() - start, 1s);
    EXPECT_FALSE(clock.run_until(
        context, [&] { return woken.size() == 3; }, 2h))
        << "nothing is left to happen";
}

TEST(manual_scheduler, aborts_a_cancelled_sleep_and_forgets_it) {
    manual_scheduler clock;
    asio::io_context context;
    std::vector<std::string> woken;
    asio::cancellation_signal cancel;
    std::exception_ptr thrown;
    asio::co_spawn(context, sleep_and_note(clock, 1s, "never", woken),
                   asio::bind_cancellation_slot(cancel.slot(), [&](std::exception_ptr e) { thrown = e; }));
    clock.run_for(context, 1ms);
    cancel.emit(asio::cancellation_type::terminal);
    clock.run_for(context, 1ms);
    EXPECT_TRUE(thrown);
    EXPECT_EQ(clock.pending(), 0u);
}

TEST(manual_scheduler, outlives_sleepers_that_are_destroyed_with_their_context) {
    manual_scheduler clock;
    std::vector<std::string> woken;
    {
        asio::io_context context;
        asio::co_spawn(context, sleep_and_note(clock, 1s, "never", woken), asio::detached);
        clock.run_for(context, 1ms);
        EXPECT_EQ(clock.pending(), 1u);
    }
    EXPECT_EQ(clock.pending(), 0u);
    clock.advance(1h);
    EXPECT_TRUE(woken.empty());
}

TEST(seeded_ids, repeat_with_their_seed_and_rise) {
    auto const now = manual_scheduler::default_start;
    seeded_ids one(7), same(7), other(8);
    std::set<uuid> seen;
    uuid last;
    for (int i = 0; i < 3'000; ++i) {
        auto drawn = one.next(now + std::chrono::milliseconds(i / 1'000));
        EXPECT_EQ(drawn, same.next(now + std::chrono::milliseconds(i / 1'000)));
        EXPECT_NE(drawn, other.next(now));
        EXPECT_LT(last, drawn);
        EXPECT_EQ(drawn.born(), now + std::chrono::milliseconds(i / 1'000));
        EXPECT_EQ(drawn.bytes[6] >> 4, 7);
        EXPECT_EQ(drawn.bytes[8] >> 6, 2);
        EXPECT_TRUE(parse_uuid(to_string(drawn)));
        last = drawn;
        seen.insert(drawn);
    }
    EXPECT_EQ(seen.size(), 3'000u);
}

class fault_store : public ::testing::Test {
protected:
    manual_scheduler clock;
    seeded_ids ids;
    stores all = storage::memory()({clock, ids}).value();

    result<void> write(std::shared_ptr<fault_plan> plan, int n) {
        return put(*with_faults(all, std::move(plan)).products, sample<product_record>::make(n));
    }
    bool stands(int n) { return load_one<product_record>(*all.products, nth_sku(n)).has_value(); }
};

TEST_F(fault_store, counts_commits_over_all_stores_but_not_what_writes_nothing) {
    auto plan = fault_plan::none();
    auto failing = with_faults(all, plan);
    ASSERT_TRUE(put(*failing.products, sample<product_record>::make(1)));
    ASSERT_TRUE(put(*failing.orders, sample<orders::event_record>::make(1)));
    ASSERT_TRUE(testing::write(*failing.orders, changes<orders::store_schema>{}));
    EXPECT_EQ(plan->commits(), 2u);
    EXPECT_EQ(plan->tables(), (std::vector<std::string_view>{"products_product", "orders_event"}));
    EXPECT_EQ(plan->struck(), 0u);
}

TEST_F(fault_store, fails_at_the_commit_it_was_told_to) {
    auto plan = fault_plan::at(2, fault::unavailable);
    EXPECT_TRUE(write(plan, 1));
    EXPECT_EQ(write(plan, 2).error().code(), error_code::store_unavailable);
    EXPECT_TRUE(write(plan, 3));
    EXPECT_TRUE(stands(1) && !stands(2) && stands(3));
}

TEST_F(fault_store, leaves_an_unknown_commit_written_or_not) {
    EXPECT_EQ(write(fault_plan::at(1, fault::unknown_unwritten), 1).error().code(), error_code::outcome_unknown);
    EXPECT_EQ(write(fault_plan::at(1, fault::unknown_written), 2).error().code(), error_code::outcome_unknown);
    EXPECT_TRUE(!stands(1) && stands(2));
}

TEST_F(fault_store, is_dead_after_a_crash_before_or_after_the_commit) {
    for (auto what : {fault::crash_before, fault::crash_after}) {
        int const n = what == fault::crash_before ? 1 : 2;
        auto plan = fault_plan::at(1, what);
        EXPECT_FALSE(write(plan, n));
        EXPECT_TRUE(plan->dead());
        EXPECT_EQ(stands(n), what == fault::crash_after);
        EXPECT_FALSE(write(plan, 3));
        EXPECT_FALSE(stands(3));
        auto failing = with_faults(all, plan);
        EXPECT_FALSE(run(failing.products->list({})));
        EXPECT_FALSE(run(failing.orders->count_open(1)));
        EXPECT_EQ(plan->commits(), 1u);
        EXPECT_EQ(plan->struck(), 1u);
    }
}

}  // namespace

}  // namespace shop::testing
