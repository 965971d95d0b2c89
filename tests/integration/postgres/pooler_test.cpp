// PgBouncer in transaction mode: each transaction may meet another connection of the server.

#include "integration/postgres/postgres_fixture.hpp"

namespace shop::postgres_tests {
namespace {

/// PgBouncer before a server, with fewer connections to it than its clients have.
class pooler {
public:
    explicit pooler(shop_test::postgres_server const& before) {
        shop_test::postgres_server::give_to_postgres(folder_.file(""));
        folder_.write("pgbouncer.ini", "[databases]\n* = host=" + before.socket_folder() +
                                           " user=shop\n[pgbouncer]\npool_mode = transaction\nlisten_addr =\nauth_type = any\n"
                                           "unix_socket_dir = " + folder_.file("") + "\nunix_socket_mode = 0777\n"
                                           "listen_port = 6432\ndefault_pool_size = 3\nserver_reset_query =\n");
        start();
    }
    void start() {
        process_.emplace(shop_test::as_unprivileged({"/usr/sbin/pgbouncer", folder_.file("pgbouncer.ini")}));
        if (!process_->wait_for_err("process up")) throw std::runtime_error("PgBouncer does not start: " + process_->err());
    }
    void kill() {
        process_->signal(SIGKILL);
        process_->wait();
    }
    std::string url(std::string const& database) const {
        return "host='" + folder_.file("") + "' port=6432 user=shop dbname=" + database;
    }

private:
    shop_test::scratch folder_;
    std::optional<shop_test::process> process_;
};

class postgres_behind_a_pooler : public postgres_test {
protected:
    stores open_behind(std::string const& how) {
        storage::postgres_options options;
        options.prepared_statements = false;
        options.statistics = statistics;
        return storage::postgres(how, options)(with()).value();
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
    options.prepared_statements = false;
    options.lock_timeout = std::chrono::milliseconds(1234);
    postgres::connection on(postgres::connect_string(between.url(database), options), options);
    static std::string const ask = "SELECT current_setting('lock_timeout'), current_setting('enable_seqscan')";
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
    url = between.url(database);
    auto const why = refusal();
    EXPECT_EQ(why.code(), error_code::store_unavailable);
    EXPECT_NE(why.message().find("startup parameter"), std::string_view::npos) << why.message();
}

}  // namespace
}  // namespace shop::postgres_tests
