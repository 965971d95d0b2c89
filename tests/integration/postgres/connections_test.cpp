// What happens to connections: settings, loss, doubt, waiting.

#include "postgres_fixture.hpp"
#include "support/kept_log.hpp"

namespace shop::postgres_tests {
namespace {

/// A server of its own: these tests set it, and kill what runs on it.
shop_test::postgres_server& own_server() {
    static shop_test::postgres_server server;
    return server;
}

class postgres_connections : public postgres_test {
protected:
    postgres_connections() : postgres_test(own_server()) {}

    storage::postgres_options of(std::size_t connections) {
        storage::postgres_options options;
        options.connections = connections;
        return options;
    }
    std::string const ours = "FROM pg_stat_activity WHERE application_name = 'shop' AND datname = current_database()";
    /// Commits until one waits for a standby, and ends that one: the server takes over its settings in its own time.
    void await_a_commit_that_waits() {
        auto probe = std::async(std::launch::async, [this] {
            for (;;) sql("CREATE TABLE probe (); DROP TABLE probe");
        });
        std::string const probing = "FROM pg_stat_activity WHERE application_name = 'psql' AND wait_event = 'SyncRep'";
        await("SELECT count(*) " + probing, "1");
        sql("SELECT pg_terminate_backend(pid) " + probing);
        EXPECT_THROW(probe.get(), std::runtime_error);
    }
    static result<std::vector<stock_record>> listed(stores const& in) {
        return testing::run(in.inventory->list({std::nullopt, 20}));
    }
    std::future<result<void>> receive_beside(stores const& in, std::vector<int> which) {
        return std::async(std::launch::async, [&in, which] { return receive(in, which); });
    }
};

TEST_F(postgres_connections, carry_the_timeouts_in_their_connect_string) {
    storage::postgres_options options;
    options.lock_timeout = std::chrono::milliseconds(1234);
    auto const how = postgres::connect_string(url, options);
    postgres::connection on(how, options);
    postgres::session beside(how, options);
    auto const expect = [&](std::string const& setting, std::string const& value) {
        EXPECT_EQ(shown(on, setting), value);
        EXPECT_EQ(shown(beside, setting), value);
    };
    expect("statement_timeout", "10s");
    expect("lock_timeout", "1234ms");
    expect("idle_in_transaction_session_timeout", "1s");
}

TEST_F(postgres_connections, let_the_caller_s_own_settings_go_first) {
    storage::postgres_options const options;
    auto const how =
        postgres::connect_string(url + "&options=-c%20statement_timeout%3D77&application_name=till", options);
    postgres::connection on(how, options);
    EXPECT_EQ(shown(on, "statement_timeout"), "77ms");
    EXPECT_EQ(shown(on, "lock_timeout"), "5s");
    EXPECT_EQ(shown(on, "application_name"), "till");
}

TEST_F(postgres_connections, to_what_is_no_address_are_refused_without_repeating_it) {
    url = "postgresql://ann:secret@host:port/shop";
    auto const why = refusal();
    EXPECT_EQ(why.code(), error_code::store_unavailable);
    EXPECT_EQ(why.message().find("secret"), std::string_view::npos) << why.message();
}

TEST_F(postgres_connections, that_an_administrator_ends_are_replaced_before_anybody_notices) {
    auto const shop = open(of(4));
    stock(shop, 1);
    for (int round = 1; round <= 20; ++round) {
        sql("SELECT count(pg_terminate_backend(pid)) " + ours);
        ASSERT_TRUE(receive(shop, {0})) << round;
        ASSERT_EQ(on_hand(shop, 0), round);
    }
}

TEST_F(postgres_connections, of_lists_are_replaced_likewise_and_refused_while_there_is_no_server) {
    auto const shop = open(of(4));
    stock(shop, 3);
    for (int round = 0; round < 5; ++round) {
        sql("SELECT count(pg_terminate_backend(pid)) " + ours);
        auto const found = listed(shop);
        ASSERT_TRUE(found) << round;
        ASSERT_EQ(found->size(), 3u);
    }
    server.kill();
    auto const refused = listed(shop);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind(), error_kind::unavailable);
    server.start();
    while (!listed(shop)) std::this_thread::yield();
}

TEST_F(postgres_connections, of_lists_wait_no_longer_than_agreed_and_hold_nothing_else_up) {
    auto options = of(1);
    options.queue_max = 1;
    options.wait_max = std::chrono::milliseconds(500);
    options.lock_timeout = options.statement_timeout = std::chrono::milliseconds(60'000);
    auto const shop = open(options);
    stock(shop, 1);
    storage::postgres_options const plain;
    postgres::session other(postgres::connect_string(url, plain), plain);
    other.execute("BEGIN; LOCK TABLE inventory_stock");
    auto const beside = [&] { return std::async(std::launch::async, [&] { return listed(shop); }); };
    auto blocked = beside();
    await("SELECT count(*) " + ours + " AND wait_event_type = 'Lock'", "1");
    auto late = beside();
    while (statistics->waiting != 1) std::this_thread::yield();
    auto const one_too_many = listed(shop);
    ASSERT_FALSE(one_too_many);
    EXPECT_EQ(one_too_many.error().code(), error_code::overloaded);
    EXPECT_TRUE(put_orders(shop, 1));
    auto const refused = late.get();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), error_code::store_unavailable);
    other.execute("COMMIT");
    EXPECT_TRUE(blocked.get());
}

TEST_F(postgres_connections, of_who_stands_still_in_a_transaction_end_before_others_give_its_rows_up) {
    auto const still = open(of(1)), other = open(of(1));
    stock(still, 1);
    std::promise<void> holds, over;
    auto const is_over = over.get_future().share();
    key_set<inventory::store_schema> keys;
    keys.add<stock_record>({testing::nth_sku(0)});
    auto const batch = std::make_shared<testing::scripted_batch<inventory::store_schema>>(
        keys, [&](loaded_rows<inventory::store_schema> const&, attempt const&) {
            holds.set_value();
            is_over.wait();
            return changes<inventory::store_schema>();
        });
    auto done = std::async(std::launch::async,
                           [&] { return testing::transact<inventory::store_schema>(*still.inventory, batch); });
    holds.get_future().wait();
    EXPECT_TRUE(receive(other, {0}));
    over.set_value();
    EXPECT_TRUE(done.get()) << "it wrote nothing";
    EXPECT_EQ(on_hand(other, 0), 1);
}

TEST_F(postgres_connections, lost_in_a_commit_that_happened_run_the_batch_again_and_it_finds_its_own_work) {
    auto const shop = open(of(2));
    // A commit waits for a standby that is not there, after it has become durable here.
    server.sql("ALTER SYSTEM SET synchronous_standby_names = 'nobody'");
    server.sql("SELECT pg_reload_conf()");
    await_a_commit_that_waits();
    key_set<orders::store_schema> keys;
    keys.add<order_record>({testing::nth_id(1)});
    auto const once = std::make_shared<testing::scripted_batch<orders::store_schema>>(
        keys, [](loaded_rows<orders::store_schema> const& rows, attempt const&) {
            changes<orders::store_schema> out;
            if (!rows.find<order_record>({testing::nth_id(1)})) {
                out.put(sample<order_record>::make(1));
                out.put(sample<orders::event_record>::make(1));
            }
            return out;
        });
    auto done =
        std::async(std::launch::async, [&] { return testing::transact<orders::store_schema>(*shop.orders, once); });
    await("SELECT count(*) " + ours + " AND wait_event = 'SyncRep'", "1");
    server.sql("ALTER SYSTEM RESET synchronous_standby_names");
    sql("SELECT pg_terminate_backend(pid) " + ours + " AND wait_event = 'SyncRep'");
    server.sql("SELECT pg_reload_conf()");
    EXPECT_TRUE(done.get());
    EXPECT_EQ(statistics->in_doubt, 1u);
    EXPECT_EQ(once->runs(), 2u);
    EXPECT_EQ(sql("SELECT count(*) FROM orders_order"), "1");
    EXPECT_EQ(sql("SELECT count(*) FROM orders_event"), "1");
}

TEST_F(postgres_connections, lost_in_a_commit_that_did_not_happen_run_the_batch_again_and_it_does) {
    auto const shop = open(of(2));
    sql("CREATE SEQUENCE commits");
    sql("CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF nextval('commits') = 1 THEN PERFORM "
        "pg_terminate_backend(pg_backend_pid()); END IF; RETURN NULL; END $$");
    sql("CREATE CONSTRAINT TRIGGER die AFTER INSERT ON orders_order DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE "
        "FUNCTION die()");
    EXPECT_TRUE(put_orders(shop, 1));
    EXPECT_EQ(statistics->in_doubt, 1u);
    EXPECT_TRUE(has_order(shop, 1));
    EXPECT_EQ(sql("SELECT count(*) FROM orders_event"), "1");
}

TEST_F(postgres_connections, wait_for_each_other_no_longer_than_agreed) {
    auto options = of(1);
    options.wait_max = std::chrono::milliseconds(200);
    options.lock_timeout = std::chrono::milliseconds(60'000);
    options.statement_timeout = std::chrono::milliseconds(60'000);
    auto const shop = open(options);
    stock(shop, 1);
    storage::postgres_options const plain;
    postgres::session other(postgres::connect_string(url, plain), plain);
    other.execute("BEGIN");
    other.execute("SELECT 1 FROM inventory_stock FOR UPDATE");
    auto blocked = receive_beside(shop, {0});
    await("SELECT count(*) " + ours + " AND wait_event_type = 'Lock'", "1");
    auto const late = receive(shop, {0});
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().code(), error_code::store_unavailable);
    other.execute("COMMIT");
    EXPECT_TRUE(blocked.get());
    EXPECT_EQ(on_hand(shop, 0), 1);
}

TEST_F(postgres_connections, give_up_on_a_lock_and_say_that_it_may_work_later) {
    auto options = of(1);
    options.lock_timeout = std::chrono::milliseconds(50);
    auto const shop = open(options);
    stock(shop, 1);
    storage::postgres_options const plain;
    postgres::session other(postgres::connect_string(url, plain), plain);
    other.execute("BEGIN");
    other.execute("SELECT 1 FROM inventory_stock FOR UPDATE");
    auto const refused = receive(shop, {0});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), error_code::store_unavailable);
    other.execute("COMMIT");
    EXPECT_TRUE(receive(shop, {0}));
}

TEST_F(postgres_connections, tell_the_log_once_what_the_database_said_and_the_caller_never) {
    shop_test::kept_log log;
    (void)open();
    auto options = of(2);
    options.lock_timeout = std::chrono::milliseconds(50);
    auto const shop = storage::postgres(url, options)({system_scheduler(), random_ids(), log}).value();
    stock(shop, 1);
    storage::postgres_options const plain;
    postgres::session other(postgres::connect_string(url, plain), plain);
    other.execute("BEGIN");
    other.execute("SELECT 1 AS one FROM inventory_stock FOR UPDATE");
    for (int n = 0; n < 3; ++n) {
        auto const refused = receive(shop, {0});
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error(), error(error_code::store_unavailable)) << "without a word of the database's";
    }
    other.execute("COMMIT");
    EXPECT_EQ(log.lines(), std::vector<std::string>{"warning the database refused or failed sqlstate=55P03 "
                                                    "reason=canceling statement due to lock timeout"});
    sql("ALTER TABLE inventory_stock RENAME TO elsewhere");
    EXPECT_FALSE(receive(shop, {0}));
    ASSERT_EQ(log.lines().size(), 2u);
    EXPECT_NE(log.lines().back().find("sqlstate=42P01"), std::string::npos) << log.lines().back();
}

TEST_F(postgres_connections, refuse_at_once_while_there_is_no_server_and_come_back_with_it) {
    auto const shop = open(of(3));
    stock(shop, 1);
    for (int round = 0; round < 3; ++round) {
        server.kill();
        auto const refused = receive(shop, {0});
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().kind(), error_kind::unavailable);
        server.start();
        while (!receive(shop, {0})) std::this_thread::yield();
    }
    EXPECT_EQ(on_hand(shop, 0), 3);
}

}  // namespace
}  // namespace shop::postgres_tests
