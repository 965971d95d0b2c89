// How batches become transactions: few statements, whole or not at all, run again when they must.

#include "orders/batch.hpp"
#include "postgres_fixture.hpp"
#include "storage/postgres/concurrency_mode.hpp"

namespace shop::postgres_tests {
namespace {

class postgres_transactions : public postgres_test {
protected:
    std::uint64_t statements_of(auto work) {
        auto const before = statistics->statements.load();
        work();
        return statistics->statements - before;
    }
    /// From now on, this many writes of stock fail with a state of SQL.
    void fail_writes(char const* state, int times) {
        sql("CREATE SEQUENCE failures");
        sql("CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF nextval('failures') <= " +
            std::to_string(times) + " THEN RAISE EXCEPTION 'as planned' USING ERRCODE = '" + state +
            "'; END IF; RETURN NEW; END $$");
        sql("CREATE TRIGGER fail BEFORE UPDATE ON inventory_stock FOR EACH ROW EXECUTE FUNCTION fail()");
    }
};

TEST_F(postgres_transactions, take_as_many_statements_for_a_thousand_items_as_for_one) {
    auto const shop = open();
    stock(shop, 1000);
    auto const one = statements_of([&] { ASSERT_TRUE(put_orders(shop, 0, 1)); });
    auto const many = statements_of([&] { ASSERT_TRUE(put_orders(shop, 1, 1000)); });
    EXPECT_EQ(one, many);
    EXPECT_EQ(one, 5u) << "begin, orders, events, mark, commit";

    std::vector<int> all(1000);
    for (int n = 0; n < 1000; ++n) all[static_cast<std::size_t>(n)] = n;
    EXPECT_EQ(statements_of([&] { ASSERT_TRUE(receive(shop, {0})); }), 6u) << "begin, load, mark, update, mark, commit";
    EXPECT_EQ(statements_of([&] { ASSERT_TRUE(receive(shop, all)); }), 6u);
}

TEST_F(postgres_transactions, go_to_the_server_and_back_once_to_load_and_once_to_write) {
    auto const shop = open();
    stock(shop, 1);
    auto const before = statistics->round_trips.load();
    ASSERT_TRUE(put_orders(shop, 0, 100));
    EXPECT_EQ(statistics->round_trips - before, 1u) << "nothing to load";
    ASSERT_TRUE(receive(shop, {0}));
    EXPECT_EQ(statistics->round_trips - before, 3u);
}

TEST_F(postgres_transactions, of_placing_an_order_load_nothing_while_all_is_as_expected) {
    auto const shop = open();
    auto const decide = [&](orders::command c) {
        auto batch = std::make_shared<orders::batch>(std::vector{std::move(c)});
        EXPECT_TRUE(testing::transact<orders::store_schema>(*shop.orders, batch));
        return batch->take_answers().front().value();
    };
    auto const round_trips_of = [&](auto work) {
        auto const before = statistics->round_trips.load();
        work();
        return statistics->round_trips - before;
    };
    auto const intent = [](int n) {
        orders::rules::begin_placing command;
        command.key = {"local", "key-" + std::to_string(n), {}};
        command.id = testing::nth_id(n);
        command.operation = operation_id{command.id.value};
        return command;
    };
    orders::rules::outcome placed, confirmed;
    EXPECT_EQ(round_trips_of([&] { placed = decide(intent(1)); }), 1u) << "the key and the order are new";
    EXPECT_EQ(round_trips_of([&] {
                  confirmed = decide(orders::rules::conclude{placed.order, {}});
              }),
              1u)
        << "nobody else was there";
    EXPECT_EQ(confirmed.order.status, orders::status::confirmed);
    EXPECT_EQ(testing::load_one<orders::order_record>(*shop.orders, {placed.order.id}), confirmed.order)
        << "its revision, too";

    orders::rules::outcome again;
    EXPECT_EQ(round_trips_of([&] {
                  again = decide(orders::rules::conclude{placed.order, {}});
              }),
              4u)
        << "a conflict and back, then load, nothing to write, and back";
    EXPECT_FALSE(again.fresh);
    EXPECT_EQ(again.order, confirmed.order);
    EXPECT_EQ(round_trips_of([&] { decide(intent(2)); }), 2u) << "after a wrong guess the next batches look first";
}

TEST(postgres_footing, loads_after_a_wrong_guess_and_locks_where_another_process_was_met) {
    using kind = postgres::concurrency_mode::kind;
    postgres::concurrency_mode with;
    auto const next_differs_after = [&](kind now) {
        int batches = 0;
        while (with.next({}) == now) ++batches;
        return batches;
    };
    EXPECT_EQ(with.next({}), kind::speculative);
    EXPECT_EQ(with.next(kind::speculative), kind::optimistic);
    EXPECT_EQ(next_differs_after(kind::optimistic), 64);
    EXPECT_EQ(with.next({}), kind::speculative);
    EXPECT_EQ(with.next(kind::optimistic), kind::pessimistic);
    EXPECT_EQ(next_differs_after(kind::pessimistic), 64);
    EXPECT_EQ(with.next(kind::pessimistic), kind::pessimistic);
    EXPECT_EQ(with.next(kind::speculative), kind::optimistic) << "of a batch that began before";
    EXPECT_EQ(next_differs_after(kind::pessimistic), 64) << "the stricter one goes first";
    EXPECT_EQ(next_differs_after(kind::optimistic), 63);
}

TEST_F(postgres_transactions, of_two_processes_lose_no_update_and_never_block_each_other_for_good) {
    auto const here = open();
    auto const there = open();
    stock(here, 8);
    constexpr int threads = 8, rounds = 100;
    std::vector<std::thread> all;
    std::atomic<int> failed = 0;
    for (int t = 0; t < threads; ++t) {
        all.emplace_back([&, t] {
            for (int n = 0; n < rounds; ++n) {
                // Overlapping rows, named in every order.
                std::vector<int> which{(t + n) % 8, (3 * t + n + 1) % 8, (5 * t + 2 * n + 3) % 8};
                std::sort(which.begin(), which.end());
                which.erase(std::unique(which.begin(), which.end()), which.end());
                if (t % 2) std::reverse(which.begin(), which.end());
                failed += !receive(t % 2 ? here : there, {which.front()});
                failed += !receive(t % 2 ? there : here, which);
            }
        });
    }
    for (auto& t : all) t.join();
    EXPECT_EQ(failed, 0);
    std::int64_t sum = 0;
    for (int n = 0; n < 8; ++n) sum += on_hand(here, n);
    EXPECT_EQ(std::to_string(sum), sql("SELECT sum(revision) - 8 FROM inventory_stock"));
    EXPECT_GT(sum, 2 * threads * rounds);
}

TEST_F(postgres_transactions, run_again_after_a_serialization_failure_and_after_a_deadlock) {
    auto const shop = open();
    stock(shop, 1);
    for (auto const* state : {"40001", "40P01"}) {
        fail_writes(state, 3);
        auto const before = on_hand(shop, 0);
        EXPECT_TRUE(receive(shop, {0})) << state;
        EXPECT_EQ(on_hand(shop, 0), before + 1) << state;
        EXPECT_EQ(statistics->reruns, 3u) << state;
        sql("DROP TRIGGER fail ON inventory_stock; DROP FUNCTION fail; DROP SEQUENCE failures");
        statistics->reruns = 0;
    }
}

TEST_F(postgres_transactions, give_up_after_eight_attempts_and_have_written_nothing) {
    auto const shop = open();
    stock(shop, 1);
    fail_writes("40001", 1000);
    auto const done = receive(shop, {0});
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code(), error_code::store_unavailable);
    EXPECT_EQ(sql("SELECT nextval('failures')"), "9");
    EXPECT_EQ(on_hand(shop, 0), 0);
}

TEST_F(postgres_transactions, that_break_a_check_are_refused_at_once_and_disturb_nobody) {
    auto const shop = open();
    stock(shop, 2);
    auto bad = sample<stock_record>::make(9);
    bad.on_hand = -1;
    auto const refused = testing::put(*shop.inventory, bad);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), error_code::internal);
    EXPECT_EQ(refused.error().message().find("inventory_stock"), std::string_view::npos)
        << "no names of tables get out";
    EXPECT_EQ(statistics->reruns, 0u);
    EXPECT_TRUE(receive(shop, {0, 1}));
}

TEST_F(postgres_transactions, refuse_a_nul_and_what_is_not_utf8_before_the_server_sees_it) {
    auto const shop = open();
    stock(shop, 1);
    using namespace std::string_literals;
    for (auto const& text : {"a\0b"s, "\xff"s, "caf\xc3"s, "\xed\xa0\x80"s, "\xc0\xaf"s}) {
        auto order = sample<order_record>::make(1);
        order.customer_id = text;
        auto const before = statistics->statements.load();
        auto const refused = testing::put(*shop.orders, order);
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().code(), error_code::invalid_value);
        EXPECT_EQ(statistics->statements, before);
        orders::order_query by;
        by.customer_id = text;
        by.limit = 1;
        EXPECT_EQ(testing::run(shop.orders->list(by)).error().code(), error_code::invalid_value);
    }
    EXPECT_FALSE(has_order(shop, 1));
    EXPECT_TRUE(put_orders(shop, 1));
}

TEST_F(postgres_transactions, number_a_log_in_the_order_of_commits_whoever_writes) {
    auto const here = open();
    auto const there = open();
    std::atomic<bool> writing = true;
    std::vector<std::thread> writers;
    for (int t = 0; t < 4; ++t) {
        writers.emplace_back([&, t] {
            for (int n = 0; n < 50; ++n) ASSERT_TRUE(put_orders(t % 2 ? here : there, 1000 * t + n));
        });
    }
    // Who reads up to a position never finds a new row before it.
    std::thread reader([&] {
        std::uint64_t last = 0, seen = 0;
        while (writing || last < 200) {
            for (auto const& e :
                 testing::scan_page<orders::event_record>(*here.orders, key_of<orders::event_record>{last}, 7)) {
                ASSERT_EQ(e.position, last + 1) << "a row was skipped, to come later";
                last = e.position;
                ++seen;
            }
        }
        EXPECT_EQ(seen, 200u);
    });
    for (auto& w : writers) w.join();
    writing = false;
    reader.join();
}

}  // namespace
}  // namespace shop::postgres_tests
