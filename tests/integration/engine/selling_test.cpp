// No oversell, twins, batching and the write budget, in process, over both stores.

#include <atomic>

#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>

#include "shop_fixture.hpp"

namespace shop::engine_tests {
namespace {

class selling : public ::testing::TestWithParam<named_premises> {
protected:
    std::unique_ptr<premises> where_ = GetParam().make();
    engine shop_ = engine::open({.store = where_->open()}).value();
};

struct tally {
    std::atomic<int> confirmed = 0, out_of_stock = 0, other = 0;
    void count(result<orders::acknowledgement> const& r) {
        if (r) ++confirmed;
        else if (r.error().code() == error_code::out_of_stock) ++out_of_stock;
        else ++other;
    }
};

template <class MakeOrder>
tally& sell(engine& e, int buyers, int orders, tally& sold, MakeOrder make) {
    std::atomic<int> next = 0;
    std::vector<std::thread> threads;
    for (int b = 0; b < buyers; ++b) {
        threads.emplace_back([&] {
            auto shop = e.blocking();
            for (int i = next++; i < orders; i = next++) sold.count(shop.orders.place(make(i)));
        });
    }
    for (auto& t : threads) t.join();
    return sold;
}

TEST_P(selling, a_thousand_orders_for_a_hundred_pieces_confirm_exactly_a_hundred) {
    stock_up(shop_, "HOT-1", 100);
    tally sold;
    sell(shop_, 64, 1000, sold, [](int i) { return place_order("buyer-" + std::to_string(i)).line(sku("HOT-1"), quantity(1)); });
    EXPECT_EQ(sold.confirmed, 100);
    EXPECT_EQ(sold.out_of_stock, 900);
    EXPECT_EQ(sold.other, 0);
    auto const level = shop_.blocking().inventory.get(sku("HOT-1")).value();
    EXPECT_EQ(level.allocated, 100);
    EXPECT_EQ(level.available, 0);
    expect_clean(shop_);
}

TEST_P(selling, orders_that_share_skus_in_opposite_order_never_oversell_or_block_each_other) {
    for (auto const* name : {"A-1", "B-1", "C-1"}) stock_up(shop_, name, 100);
    tally sold;
    sell(shop_, 64, 1000, sold, [](int i) {
        place_order order("buyer");
        auto const names = i % 2 ? std::array{"A-1", "B-1", "C-1"} : std::array{"C-1", "B-1", "A-1"};
        for (auto const* name : names) order.lines.emplace_back(sku(name), quantity(1));
        return order;
    });
    EXPECT_EQ(sold.confirmed, 100);
    EXPECT_EQ(sold.out_of_stock, 900);
    expect_clean(shop_);
}

TEST_P(selling, fifty_twins_with_one_key_are_one_order) {
    stock_up(shop_, "MUG-1", 1000);
    std::vector<std::future<result<orders::acknowledgement>>> twins;
    for (int i = 0; i < 50; ++i) {
        twins.push_back(std::async(std::launch::async, [&] {
            return shop_.blocking().orders.place(place_order("ann").line("MUG-1", 2).key("cart-7"));
        }));
    }
    std::vector<orders::order> answers;
    int fresh = 0;
    for (auto& t : twins) {
        auto answer = t.get().value();
        fresh += answer.replayed ? 0 : 1;
        answers.push_back(answer.order);
    }
    EXPECT_EQ(fresh, 1);
    for (auto const& a : answers) EXPECT_EQ(a, answers.front());
    EXPECT_EQ(shop_.blocking().inventory.get(sku("MUG-1"))->allocated, 2);
    expect_clean(shop_);
}

TEST_P(selling, a_replay_is_equal_after_the_product_changed_and_the_order_was_shipped) {
    stock_up(shop_, "MUG-1", 10);
    auto shop = shop_.blocking();
    auto const order = [] { return place_order("ann").line("MUG-1", 2).key("cart-7"); };
    auto const first = shop.orders.place(order()).value();
    ASSERT_TRUE(shop.orders.ship(first->id, "TRACK-1"));
    ASSERT_TRUE(shop.orders.deliver(first->id));
    ASSERT_TRUE(shop.products.archive(sku("MUG-1")));
    auto const replay = shop.orders.place(order()).value();
    EXPECT_TRUE(replay.replayed);
    EXPECT_EQ(replay.order, first.order);
    auto const refused = shop.orders.place(place_order("ann").line("MUG-1", 3).key("cart-7"));
    EXPECT_EQ(refused.error().code(), error_code::idempotency_key_reused);
    expect_clean(shop_);
}

TEST_P(selling, a_refusal_is_recorded_with_its_shortages) {
    stock_up(shop_, "MUG-1", 1);
    auto shop = shop_.blocking();
    auto const order = [] { return place_order("ann").line("MUG-1", 2).key("cart-7"); };
    auto const refused = shop.orders.place(order());
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), error_code::out_of_stock);
    ASSERT_EQ(refused.error().shortages().size(), 1u);
    EXPECT_EQ(refused.error().shortages()[0].available, 1);
    ASSERT_TRUE(shop.inventory.receive("MUG-1", 100));
    auto const replay = shop.orders.place(order());
    ASSERT_FALSE(replay);
    EXPECT_TRUE(replay.error().details().replayed);
    EXPECT_EQ(replay.error().shortages(), refused.error().shortages());
    expect_clean(shop_);
}

TEST_P(selling, an_illegal_step_names_what_would_be_allowed) {
    stock_up(shop_, "MUG-1", 10);
    auto shop = shop_.blocking();
    auto const placed = shop.orders.place(place_order("ann").line("MUG-1", 2)).value();
    auto const refused = shop.orders.deliver(placed->id);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), error_code::invalid_transition);
    EXPECT_EQ(refused.error().details().from, "confirmed");
    EXPECT_EQ(refused.error().details().to, "delivered");
    EXPECT_EQ(refused.error().details().allowed, (std::vector<std::string>{"shipped", "cancelled"}));
}

TEST_P(selling, history_events_and_deliveries_tell_the_same_story) {
    stock_up(shop_, "MUG-1", 10);
    auto shop = shop_.blocking();
    auto const placed = shop.orders.place(place_order("ann").line("MUG-1", 2)).value();
    ASSERT_TRUE(shop.orders.ship(placed->id, "TRACK-1"));
    ASSERT_TRUE(shop.orders.deliver(placed->id));
    expect_clean(shop_);
    auto const history = shop.orders.history(placed->id).value().items;
    ASSERT_EQ(history.size(), 4u);
    EXPECT_EQ(history[2].status, orders::status::shipped);
    EXPECT_EQ(history[2].tracking, "TRACK-1");
    auto const told = shop.notifications.list().value().items;
    ASSERT_EQ(told.size(), 3u);  // version 1 is history only
    EXPECT_EQ(told[0].event_type, "shop.order.delivered.v1");
    EXPECT_EQ(told[2].event_type, "shop.order.confirmed.v1");
    for (auto const& d : told) EXPECT_EQ(d.status, notifications::delivery_status::delivered);
    auto const product = shop.products.get(sku("MUG-1")).value();
    EXPECT_EQ(product.availability.available, 8);
}

INSTANTIATE_TEST_SUITE_P(over, selling, ::testing::ValuesIn(all_premises()), premises_name);

// --- counted on SQLite ------------------------------------------------------------------------------------------------

/// 64 calls that are all ready at once, as 64 connections of one event loop are.
asio::awaitable<void> place_one(engine& e, int i, int& missing, std::promise<void>& all) {
    std::vector<request<place_order>> one;
    call by;
    by.idempotency_key = "key-" + std::to_string(i);
    place_order order("buyer");
    for (auto const* name : {"A-1", "B-1", "C-1"}) order.lines.emplace_back(sku(name), quantity(1));
    one.emplace_back(std::move(by), std::move(order));
    auto answers = co_await e.orders().place(std::move(one));
    EXPECT_TRUE(answers.front());
    if (--missing == 0) all.set_value();
}

TEST(batching, sixty_four_single_calls_make_at_most_eight_commits_per_step_and_write_no_more_than_the_budget) {
    storage::sqlite_options options;
    options.statistics = std::make_shared<storage::sqlite_statistics>();
    on_sqlite where(options);
    auto e = engine::open({.store = where.open()}).value();
    for (auto const* name : {"A-1", "B-1", "C-1"}) stock_up(e, name, 1000);
    expect_clean(e);
    auto const before = options.statistics->snapshot();

    constexpr int n = 64;
    int missing = n;
    std::promise<void> all;
    asio::post(e.executor(), [&] {
        for (int i = 0; i < n; ++i) asio::co_spawn(e.executor(), place_one(e, i, missing, all), asio::detached);
    });
    all.get_future().get();
    auto const placed = options.statistics->snapshot();
    EXPECT_LE(placed.commits - before.commits, 3 * 8u);
    expect_clean(e);

    auto const after = options.statistics->snapshot();
    auto const written = [&](std::string const& table) {
        auto const was = before.rows.find(table);
        auto const is = after.rows.find(table);
        return (is == after.rows.end() ? 0 : is->second) - (was == before.rows.end() ? 0 : was->second);
    };
    EXPECT_EQ(written("orders_order"), 2 * n);       // 1 row with its lines inside, 1 update
    EXPECT_EQ(written("orders_key"), 1 * n);
    EXPECT_EQ(written("orders_event"), 2 * n);
    EXPECT_EQ(written("inventory_decision"), 1 * n);
    EXPECT_EQ(written("inventory_movement"), 3 * n);
    EXPECT_LE(written("inventory_stock"), 3u * 8u);  // at most one update per batch and sku
    EXPECT_EQ(written("notifications_delivery"), 1 * n);
}

}  // namespace
}  // namespace shop::engine_tests
