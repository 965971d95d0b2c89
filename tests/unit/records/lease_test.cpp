#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>

#include <shop/orders/store.hpp>
#include <shop/records/lease.hpp>
#include <shop/storage/memory.hpp>
#include <shop/testing/detail/forwarding_store.hpp>
#include <shop/testing/manual_scheduler.hpp>
#include <shop/testing/seeded_ids.hpp>

namespace shop {
namespace {

using namespace std::chrono_literals;

/// The orders of a store that others share, as one process sees it; cut off when it says so.
class shared_orders final
    : public testing::detail::forwarding<orders::store, orders::store_schema, testing::detail::passing_on> {
public:
    explicit shared_orders(std::shared_ptr<orders::store> inner)
        : forwarding(std::move(inner), std::make_shared<testing::detail::passing_on>()) {}

    bool exclusive() const override { return false; }
    asio::awaitable<result<void>> transact(std::shared_ptr<decision_batch<orders::store_schema>> batch) override {
        ++writes;
        if (!cut_off) co_return co_await forwarding::transact(std::move(batch));
        co_return error(error_code::store_unavailable);
    }
    asio::awaitable<result<std::vector<orders::order_record>>> list(orders::order_query) override { std::abort(); }
    asio::awaitable<result<std::vector<orders::order_record>>> open(std::optional<order_id>, std::size_t) override {
        std::abort();
    }
    asio::awaitable<result<std::size_t>> count_open(std::size_t) override { std::abort(); }
    asio::awaitable<result<std::vector<orders::event_record>>> history(order_id) override { std::abort(); }

    bool cut_off = false;
    int writes = 0;
};

class leases : public ::testing::Test {
protected:
    using work_lease = store_lease<orders::store_schema, orders::event_record>;

    struct process {
        std::shared_ptr<shared_orders> store;
        std::shared_ptr<work_lease> lease;
    };
    process start() {
        process made;
        made.store = std::make_shared<shared_orders>(inner);
        made.lease =
            std::make_shared<work_lease>(service_context{context.get_executor(), &clock, &ids}, made.store, "work");
        made.lease->start();
        run_for(0ms);
        return made;
    }
    void run_for(std::chrono::milliseconds time) { clock.run_for(context, time); }

    asio::io_context context{1};
    testing::manual_scheduler clock;
    testing::seeded_ids ids{7};
    std::shared_ptr<orders::store> inner = storage::memory()({clock, ids}).value().orders;
};

TEST_F(leases, are_held_by_the_first_and_by_nobody_else) {
    auto const one = start(), two = start();
    run_for(60s);
    EXPECT_TRUE(one.lease->held());
    EXPECT_FALSE(two.lease->held());
    EXPECT_EQ(two.store->writes, 0) << "who does not hold it only looks";
    one.lease->stop();
    two.lease->stop();
    run_for(1s);
}

TEST_F(leases, that_are_given_up_are_taken_at_the_next_look) {
    auto const one = start(), two = start();
    one.lease->stop();
    run_for(limits::lease_beat + 1ms);
    EXPECT_FALSE(one.lease->held());
    EXPECT_TRUE(two.lease->held());
    two.lease->stop();
    run_for(1s);
}

TEST_F(leases, of_who_is_cut_off_are_taken_when_they_lapse_and_not_before) {
    auto const one = start(), two = start();
    run_for(10s);
    one.store->cut_off = true;
    run_for(limits::lease_lapse - limits::lease_beat - 1ms);
    EXPECT_FALSE(two.lease->held());
    run_for(2 * limits::lease_beat + 2ms);
    EXPECT_TRUE(two.lease->held());
    EXPECT_FALSE(one.lease->held()) << "who cannot renew it gives up by itself";

    one.store->cut_off = false;
    run_for(60s);
    EXPECT_TRUE(two.lease->held());
    EXPECT_FALSE(one.lease->held());
    one.lease->stop();
    two.lease->stop();
    run_for(1s);
}

TEST_F(leases, survive_a_renewal_that_fails_once) {
    auto const one = start(), two = start();
    for (int n = 0; n < 10; ++n) {
        one.store->cut_off = true;
        run_for(limits::lease_beat);
        one.store->cut_off = false;
        run_for(limits::lease_beat);
        EXPECT_TRUE(one.lease->held());
        EXPECT_FALSE(two.lease->held());
    }
    one.lease->stop();
    two.lease->stop();
    run_for(1s);
}

TEST_F(leases, of_an_exclusive_store_are_held_at_once_and_write_nothing) {
    auto const alone =
        std::make_shared<work_lease>(service_context{context.get_executor(), &clock, &ids}, inner, "work");
    alone->start();
    EXPECT_TRUE(alone->held());
    EXPECT_EQ(clock.pending(), 0u);
}

}  // namespace
}  // namespace shop
