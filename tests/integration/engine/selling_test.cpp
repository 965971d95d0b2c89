// No oversell, duplicates, batching and the write budget, in process, over both stores.

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
        if (r)
            ++confirmed;
        else if (r.error().code() == error_code::out_of_stock)
            ++out_of_stock;
        else
            ++other;
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
    sell(shop_, 64, 1000, sold,
         [](int i) { return place_order("buyer-" + std::to_string(i)).line(sku("HOT-1"), quantity(1)); });
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
    std::vector<std::future<result<orders::acknowledgement>>> duplicates;
    for (int i = 0; i < 50; ++i) {
        duplicates.push_back(std::async(std::launch::async, [&] {
            return shop_.blocking().orders.place(place_order("ann").line("MUG-1", 2).key("cart-7"));
        }));
    }
    std::vector<orders::order> answers;
    int fresh = 0;
    for (auto& t : duplicates) {
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

/// Five pieces, under an idempotency key.
result<inventory::recorded> receive_under(engine& e, std::string const& which, std::string const& key) {
    std::vector<request<inventory::record_movement>> one;
    one.emplace_back(inventory::record_movement::receive(sku(which), quantity(5)));
    one.back().call.idempotency_key = key;
    return asio::co_spawn(e.executor(), e.inventory().record(std::move(one)), asio::use_future).get().front();
}

TEST_P(selling, a_key_belongs_to_one_request_over_orders_and_stock) {
    stock_up(shop_, "MUG-1", 10);
    stock_up(shop_, "CUP-1", 10);
    auto shop = shop_.blocking();
    auto const receive = [&](char const* which, char const* key) { return receive_under(shop_, which, key); };
    auto const reused = error_code::idempotency_key_reused;
    auto const placed = shop.orders.place(place_order("ann").line("MUG-1", 2).key("cart 7")).value();
    ASSERT_TRUE(receive("MUG-1", "delivery 7"));
    EXPECT_EQ(receive("MUG-1", "cart 7").error().code(), reused) << "an order has it";
    EXPECT_EQ(receive("CUP-1", "delivery 7").error().code(), reused) << "a movement of another sku has it";
    EXPECT_EQ(shop.orders.place(place_order("ann").line("MUG-1", 2).key("delivery 7")).error().code(), reused);
    EXPECT_EQ(shop.orders.cancel(orders::cancel_order(placed->id).key("delivery 7")).error().code(), reused);
    EXPECT_EQ(shop.orders.cancel(orders::cancel_order(placed->id).key("cart 7")).error().code(), reused);
    auto const other = shop.orders.place(place_order("bob").line("CUP-1", 1).key("cart 8")).value();
    ASSERT_TRUE(shop.orders.cancel(orders::cancel_order(placed->id).key("undo")));
    EXPECT_EQ(shop.orders.cancel(orders::cancel_order(other->id).key("undo")).error().code(), reused);
    EXPECT_TRUE(receive("MUG-1", "delivery 7")->replayed);
    EXPECT_TRUE(shop.orders.place(place_order("ann").line("MUG-1", 2).key("cart 7"))->replayed);
    EXPECT_EQ(shop.inventory.get(sku("MUG-1"))->on_hand, 15);
    expect_clean(shop_);
}

TEST_P(selling, stock_of_a_sku_that_no_product_has_is_refused_and_the_sku_meant_is_named) {
    stock_up(shop_, "MUG-1", 1);
    auto shop = shop_.blocking();
    ASSERT_TRUE(shop.products.create(products::product_draft("Cup-1a", "A cup", eur(900))));
    auto const refusal = [&](char const* which) {
        auto const done = shop.inventory.receive(which, 1);
        return done ? std::string() : std::string(done.error().word()) + ": " + std::string(done.error().message());
    };
    EXPECT_EQ(refusal("mug-1"), "unknown_sku: no product has this sku; did you mean MUG-1?");
    EXPECT_EQ(refusal("CUP-1A"), "unknown_sku: no product has this sku; did you mean Cup-1a?");
    EXPECT_EQ(refusal("JUG-1"), "unknown_sku: no product has this sku");
    EXPECT_EQ(refusal("Cup-1a"), "") << "a draft is a product";
    EXPECT_FALSE(shop.inventory.get(sku("mug-1")));
    expect_clean(shop_);
}

TEST(unknown_skus, are_booked_where_they_are_accepted) {
    auto shop = engine::open({.store = storage::memory(), .unknown_skus = unknown_skus::accept}).value();
    EXPECT_TRUE(shop.blocking().inventory.receive("GHOST", 3));
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

TEST_P(selling, a_product_shows_at_once_what_can_be_had) {
    stock_up(shop_, "MUG-1", 10);
    auto shop = shop_.blocking();
    auto const before = shop.products.get(sku("MUG-1")).value();
    EXPECT_EQ(before.availability.available, 10);
    ASSERT_TRUE(shop.orders.place(place_order("ann").line("MUG-1", 2)));
    auto const read = shop.products.get(sku("MUG-1")).value();
    EXPECT_EQ(read.availability.available, 8);
    EXPECT_EQ(read.availability_sequence, before.availability_sequence + 1);
    EXPECT_EQ(shop.products.list().value().items.at(0), read);

    auto edited = products::edited_product(read);
    edited.availability->available = 9;
    auto const refused = shop.products.replace(edited, read.version);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().details().errors.at(0).pointer, "/availability");
    edited.availability = read.availability;
    auto const replaced = shop.products.replace(edited, read.version);
    ASSERT_TRUE(replaced) << replaced.error().message();
    EXPECT_EQ(replaced->availability, read.availability);
    EXPECT_EQ(shop.products.archive(read.sku).value().availability, read.availability);
}

#ifdef SHOP_HAS_POSTGRES
TEST(idempotency_keys, of_two_movements_at_once_on_two_servers_under_one_key_one_is_booked) {
    on_postgres where;
    std::array servers{engine::open({.store = where.open()}).value(), engine::open({.store = where.open()}).value()};
    std::array const skus{"MUG-1", "CUP-1"};
    for (auto const* name : skus) stock_up(servers[0], name, 1);
    constexpr int rounds = 30;
    for (int round = 0; round < rounds; ++round) {
        auto const key = "delivery " + std::to_string(round);
        std::array<std::future<result<inventory::recorded>>, 2> calls;
        for (std::size_t i = 0; i < 2; ++i) {
            calls[i] = std::async(std::launch::async, [&, i] { return receive_under(servers[i], skus[i], key); });
        }
        int booked = 0;
        for (auto& call : calls) {
            auto const answer = call.get();
            booked += answer.has_value();
            EXPECT_TRUE(answer || answer.error().code() == error_code::idempotency_key_reused);
        }
        EXPECT_EQ(booked, 1) << key;
    }
    auto shop = servers[0].blocking();
    EXPECT_EQ(shop.inventory.get(sku("MUG-1"))->on_hand + shop.inventory.get(sku("CUP-1"))->on_hand, 2 + 5 * rounds);
    expect_clean(servers[0]);
}
#endif

INSTANTIATE_TEST_SUITE_P(over, selling, ::testing::ValuesIn(all_premises()), premises_name);

// --- counted on SQLite
// ------------------------------------------------------------------------------------------------

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
    EXPECT_EQ(written("orders_order"), 2 * n);  // 1 row with its lines inside, 1 update
    EXPECT_EQ(written("orders_key"), 1 * n);
    EXPECT_EQ(written("orders_event"), 2 * n);
    EXPECT_EQ(written("inventory_decision"), 1 * n);
    EXPECT_EQ(written("inventory_movement"), 3 * n);
    EXPECT_LE(written("inventory_stock"), 3u * 8u);  // at most one update per batch and sku
    EXPECT_EQ(written("notifications_delivery"), 1 * n);
}

}  // namespace
}  // namespace shop::engine_tests
