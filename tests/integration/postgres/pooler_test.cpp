// PgBouncer in transaction mode: each transaction may meet another connection of the server.

#include "support/pooler.hpp"
#include "postgres_fixture.hpp"

namespace shop::postgres_tests {
namespace {

using shop_test::pooler;

class postgres_behind_a_pooler : public postgres_test {
protected:
    stores open_behind(std::string const& how) {
        storage::postgres_options options;
        options.pooler = storage::postgres_pooler::transaction;
        options.statistics = statistics;
        return storage::postgres(how, options)(with()).value();
    }
    error refusal_behind(pooler const& other, storage::postgres_pooler as = storage::postgres_pooler::none) {
        url = other.url(database);
        storage::postgres_options options;
        options.pooler = as;
        return refusal(options);
    }
    void expect_told(error const& why, std::string_view word) {
        EXPECT_EQ(why.code(), error_code::invalid_value) << why.message();
        EXPECT_NE(why.message().find("database-pooler"), std::string_view::npos) << why.message();
        EXPECT_NE(why.message().find(word), std::string_view::npos) << why.message();
    }
    pooler between{server};
};

TEST_F(postgres_behind_a_pooler, sells_without_prepared_statements_and_loses_no_update) {
    stock(open(), 4);
    auto const shop = open_behind(between.url(database));
    std::vector<std::thread> all;
    std::atomic<int> failed = 0;
    for (int t = 0; t < 8; ++t) {
        all.emplace_back([&, t] {
            for (int n = 0; n < 50; ++n) {
                failed += !receive(shop, {(t + n) % 4, (t + n + 1) % 4});
                failed += !put_orders(shop, 1000 * t + n);
            }
        });
    }
    for (auto& t : all) t.join();
    EXPECT_EQ(failed, 0);
    EXPECT_EQ(on_hand(shop, 0) + on_hand(shop, 1) + on_hand(shop, 2) + on_hand(shop, 3), 2 * 8 * 50);
    EXPECT_EQ(sql("SELECT count(*) FROM orders_event"), "400");
}

TEST_F(postgres_behind_a_pooler, brings_the_timeouts_with_each_transaction) {
    (void)open();
    storage::postgres_options options;
    options.pooler = storage::postgres_pooler::transaction;
    options.lock_timeout = std::chrono::milliseconds(1234);
    postgres::connection on(postgres::connect_string(between.url(database), options), options);
    static postgres::statement const ask(
        "SELECT current_setting('lock_timeout') AS timeout, current_setting('enable_seqscan') AS scans",
        postgres::rows_of({{"timeout", postgres::types::text}, {"scans", postgres::types::text}}, 1));
    {
        postgres::transaction within(on, postgres::transaction::kind::reading);
        on.queue(ask, {});
        auto const said = within.commit();
        EXPECT_EQ(said.front().field(0, 0), "1234ms");
        EXPECT_EQ(said.front().field(0, 1), "off");
    }
    on.queue(ask, {});
    EXPECT_EQ(on.flush().front().field(0, 0), "0") << "nothing stays behind for whoever gets the connection next";
}

TEST_F(postgres_behind_a_pooler, finds_a_pooler_again_that_was_killed) {
    stock(open(), 1);
    auto const shop = open_behind(between.url(database));
    for (int round = 1; round <= 3; ++round) {
        between.kill();
        EXPECT_FALSE(receive(shop, {0}));
        between.start();
        while (!receive(shop, {0})) std::this_thread::yield();
        EXPECT_EQ(on_hand(shop, 0), round);
    }
}

TEST_F(postgres_behind_a_pooler, is_told_when_it_does_not_say_so) {
    (void)open();
    expect_told(refusal_behind(between), "refuses the settings");
}

TEST_F(postgres_behind_a_pooler, is_told_when_its_settings_are_dropped) {
    (void)open();
    pooler const dropping(server, std::string(pooler::transaction_mode) + "ignore_startup_parameters = options\n");
    expect_told(refusal_behind(dropping), "were dropped");
    pooler const in_sessions(server, std::string(pooler::session_mode) + "ignore_startup_parameters = options\n");
    expect_told(refusal_behind(in_sessions), "were dropped");
}

TEST_F(postgres_behind_a_pooler, is_told_when_prepared_statements_outlive_their_session) {
    (void)open();
    pooler const keeping(server, "pool_mode = session\ndefault_pool_size = 2\nserver_reset_query =\n");
    {
        storage::postgres_options options;
        options.pooler = storage::postgres_pooler::session;
        auto const how = postgres::connect_string(keeping.url(database), options);
        postgres::connection const first(how, options), second(how, options);
    }
    expect_told(refusal_behind(keeping, storage::postgres_pooler::session), "server_reset_query");
}

TEST_F(postgres_behind_a_pooler, sells_in_session_mode_with_prepared_statements) {
    stock(open(), 4);
    pooler const in_sessions(server, pooler::session_mode);
    expect_told(refusal_behind(in_sessions), "refuses the settings");
    storage::postgres_options options;
    options.pooler = storage::postgres_pooler::session;
    options.lock_timeout = std::chrono::milliseconds(1234);
    for (int round = 0; round < 2; ++round) {  // the second meets the sessions of the first
        auto const shop = storage::postgres(in_sessions.url(database), options)(with()).value();
        for (int n = 0; n < 20; ++n) EXPECT_TRUE(receive(shop, {n % 4}));
    }
    auto const how = postgres::connect_string(in_sessions.url(database), options);
    postgres::connection on(how, options);
    postgres::session beside(how, options);
    for (auto const& [name, value] : {std::pair{"lock_timeout", "1234ms"}, {"plan_cache_mode", "force_generic_plan"}}) {
        EXPECT_EQ(shown(on, name), value);
        EXPECT_EQ(shown(beside, name), value);
    }
}

TEST_F(postgres_behind_a_pooler, migrates_and_says_how_far) {
    storage::postgres_options options;
    options.pooler = storage::postgres_pooler::transaction;
    auto const how = between.url(database);
    EXPECT_EQ(storage::postgres_schema(how, options)->version, 0u);
    EXPECT_EQ(storage::migrate_postgres(how, with(), options)->version, postgres::shop_migrations().size());
    EXPECT_EQ(storage::postgres_schema(how, options)->version, postgres::shop_migrations().size());
    expect_told(storage::postgres_schema(how).error(), "refuses the settings");
    expect_told(storage::migrate_postgres(how, with()).error(), "refuses the settings");
}

TEST_F(postgres_behind_a_pooler, is_known_as_shop_there_and_beyond) {
    (void)open();
    for (auto const as :
         {storage::postgres_pooler::none, storage::postgres_pooler::session, storage::postgres_pooler::transaction}) {
        storage::postgres_options options;
        options.pooler = as;
        EXPECT_NE(postgres::connect_string(url, options).find("application_name='shop'"), std::string::npos);
    }
    auto const shop = open_behind(between.url(database));
    EXPECT_TRUE(put_orders(shop, 1));
    EXPECT_NE(
        sql("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'shop' AND datname = current_database()"),
        "0");
}

}  // namespace
}  // namespace shop::postgres_tests
