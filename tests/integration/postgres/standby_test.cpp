// Standbys that are behind, met in a transaction that is to write: pgpool-II asks them.

#include <gmock/gmock.h>

#include "postgres_fixture.hpp"
#include "support/kept_log.hpp"
#include "support/postgres_standby.hpp"

namespace shop::postgres_tests {
namespace {

/// A primary, and a standby that stopped following it before there was any stock.
class postgres_with_a_standby : public ::testing::Test {
protected:
    postgres_with_a_standby() {
        EXPECT_TRUE(storage::migrate_postgres(primary.url(), with()));
        auto const migrated = primary.sql("SELECT pg_current_wal_lsn()");
        while (standby.sql("SELECT pg_last_wal_replay_lsn() >= '" + migrated + "'") != "t") std::this_thread::yield();
        standby.sql("SELECT pg_wal_replay_pause()");
        while (standby.sql("SELECT pg_get_wal_replay_pause_state()") != "paused") std::this_thread::yield();
        auto const shop = storage::postgres(primary.url())(with()).value();
        auto row = sample<stock_record>::make(0);
        row.on_hand = 100;
        EXPECT_TRUE(testing::put(*shop.inventory, std::vector{row}));
    }
    static storage::context with() { return {system_scheduler(), random_ids()}; }

    /// What a decision finds on hand, every time it is made; nothing where there was no row.
    static std::vector<std::optional<std::int64_t>> found_by_a_decision(stores const& in, result<void>& outcome) {
        key_set<inventory::store_schema> keys;
        keys.add<stock_record>({testing::nth_sku(0)});
        std::vector<std::optional<std::int64_t>> found;
        outcome = testing::transact<inventory::store_schema>(
            *in.inventory, keys, [&](loaded_rows<inventory::store_schema> const& rows, attempt const&) {
                auto const* row = rows.find<stock_record>({testing::nth_sku(0)});
                found.push_back(row ? std::optional(row->on_hand) : std::nullopt);
                return changes<inventory::store_schema>();
            });
        return found;
    }

    shop_test::postgres_server primary{{"max_wal_senders=4"}};
    shop_test::postgres_server standby = shop_test::standby_of(primary);
};

TEST_F(postgres_with_a_standby, what_is_decided_on_is_not_read_from_it_and_its_connection_is_dropped) {
    storage::postgres_options const options;
    postgres::connection on(postgres::connect_string(standby.url(), options), options);
    key_set<inventory::store_schema> keys;
    keys.add<stock_record>({testing::nth_sku(0)});
    using loaded = postgres::loaded_records<inventory::store_schema>;
    loaded::ask(on, keys, loaded::purpose::reading);
    EXPECT_EQ(on.flush().at(0).size(), 0u) << "people may read it, behind as it is";
    loaded::ask(on, keys, loaded::purpose::deciding);
    try {
        on.flush();
        FAIL() << "it was read from";
    } catch (postgres::trouble const& t) {
        EXPECT_EQ(t.state(), "2201F");
        EXPECT_EQ(t.why(), postgres::fault::lost);
    }
    EXPECT_FALSE(on.is_usable());
}

/// A list of what is in stock.
std::vector<inventory::stock_record> listed(stores const& in) {
    inventory::stock_query all;
    all.limit = 10;
    return testing::run(in.inventory->list(all)).value();
}
stores with_replica(shop_test::postgres_server const& primary, std::string replica) {
    storage::postgres_options options;
    options.replica = std::move(replica);
    return storage::postgres(primary.url(), options)({system_scheduler(), random_ids()}).value();
}
/// Until a session of the replica was opened, lists come from the primary.
void wait_for_replica(stores const& in) {
    while (!listed(in).empty()) std::this_thread::yield();
}

TEST_F(postgres_with_a_standby, lists_are_read_from_it_and_nothing_else_is) {
    auto const shop = with_replica(primary, standby.url());
    wait_for_replica(shop);
    EXPECT_TRUE(testing::load_one<stock_record>(*shop.inventory, {testing::nth_sku(0)}));
    EXPECT_THAT(testing::scan_page<stock_record>(*shop.inventory, {}, 10), ::testing::SizeIs(1));
    result<void> outcome;
    EXPECT_EQ(found_by_a_decision(shop, outcome), std::vector{std::optional<std::int64_t>(100)});
    standby.sql("SELECT pg_wal_replay_resume()");
    while (listed(shop).empty()) std::this_thread::yield();
}

TEST_F(postgres_with_a_standby, lists_are_read_from_the_primary_while_it_is_away) {
    auto const shop = with_replica(primary, standby.url());
    wait_for_replica(shop);
    standby.kill();
    for (int n = 0; n < 20; ++n) EXPECT_THAT(listed(shop), ::testing::SizeIs(1));
    standby.start();
    standby.sql("SELECT pg_wal_replay_pause()");
    auto row = sample<stock_record>::make(1);
    ASSERT_TRUE(testing::put(*shop.inventory, std::vector{row}));
    while (listed(shop).size() != 1) std::this_thread::yield();
}

TEST(postgres_replica, of_another_shop_is_told_and_not_read_from) {
    shop_test::postgres_server primary, other;
    shop_test::kept_log log;
    storage::context const with{system_scheduler(), random_ids(), log};
    for (auto const* one : {&primary, &other}) ASSERT_TRUE(storage::migrate_postgres(one->url(), with));
    auto const of_other = storage::postgres(other.url())(with).value();
    ASSERT_TRUE(testing::put(*of_other.inventory, std::vector{sample<stock_record>::make(0)}));
    storage::postgres_options options;
    options.replica = other.url();
    auto const shop = storage::postgres(primary.url(), options)(with).value();
    while (log.lines().empty()) EXPECT_THAT(listed(shop), ::testing::IsEmpty());
    EXPECT_THAT(log.lines().front(), ::testing::HasSubstr("the replica of the database refused or failed"));
    EXPECT_THAT(log.lines().front(), ::testing::HasSubstr("is no replica of the store"));
    for (int n = 0; n < 20; ++n) EXPECT_THAT(listed(shop), ::testing::IsEmpty());
}

/// pgpool-II before both, which reads from the standby wherever it may.
class pgpool {
public:
    pgpool(shop_test::postgres_server const& primary, shop_test::postgres_server const& standby,
           std::string const& settings) {
        shop_test::postgres_server::give_to_postgres(folder_.file(""));
        auto const node = [](char const* n, shop_test::postgres_server const& of, char const* weight) {
            return std::string("backend_hostname") + n + " = '" + of.socket_folder() + "'\nbackend_port" + n +
                   " = 5432\nbackend_weight" + n + " = " + weight + "\n";
        };
        auto const folder = folder_.file("");  // its name in 4.3 and in 4.6: each passes over the other's
        folder_.write("pcp.conf", "");
        folder_.write("pgpool.conf",
                      "listen_addresses = ''\nport = 9999\nsocket_dir = '" + folder + "'\nunix_socket_directories = '" +
                          folder + "'\npcp_socket_dir = '" + folder + "'\npid_file_name = '" +
                          folder_.file("pgpool.pid") + "'\nlogdir = '" + folder +
                          "'\nbackend_clustering_mode = 'streaming_replication'\n" + node("0", primary, "0") +
                          node("1", standby, "1") +
                          "enable_pool_hba = off\nload_balance_mode = on\nsr_check_user = 'shop'\nsr_check_period = 0\n"
                          "num_init_children = 20\nfailover_on_backend_error = off\n" +
                          settings);
        process_.emplace(shop_test::as_unprivileged(
            {program, "-n", "-f", folder_.file("pgpool.conf"), "-F", folder_.file("pcp.conf")}));
        if (!process_->wait_for_err("successfully started"))
            throw std::runtime_error("pgpool-II does not start: " + process_->err());
    }
    ~pgpool() {
        process_->signal(SIGINT);  // it ends its children
        process_->wait();
    }
    std::string url() const { return "host='" + folder_.file("") + "' port=9999 user=shop dbname=postgres"; }

    static constexpr auto program = "/usr/sbin/pgpool";

private:
    shop_test::scratch folder_;
    std::optional<shop_test::process> process_;
};

class postgres_behind_pgpool : public postgres_with_a_standby {
protected:
    void SetUp() override {
        if (!std::filesystem::exists(pgpool::program)) GTEST_SKIP() << "there is no pgpool-II: apt-get install pgpool2";
    }
    static stores open_behind(pgpool const& between, storage::postgres_pooler as) {
        storage::postgres_options options;
        options.pooler = as;
        return storage::postgres(between.url(), options)(with()).value();
    }
};

TEST_F(postgres_behind_pgpool, nothing_is_decided_on_a_standby_s_rows) {
    pgpool const between(primary, standby, "");
    for (auto const as : {storage::postgres_pooler::none, storage::postgres_pooler::transaction}) {
        auto const shop = open_behind(between, as);
        for (int n = 0; n < 10; ++n) {
            result<void> outcome;
            for (auto const& found : found_by_a_decision(shop, outcome)) EXPECT_EQ(found, 100);
        }
    }
}

TEST_F(postgres_behind_pgpool, everything_comes_from_the_primary_when_it_is_told_to_keep_the_shop_there) {
    pgpool const between(primary, standby, "app_name_redirect_preference_list = 'shop:primary'\n");
    for (auto const as : {storage::postgres_pooler::none, storage::postgres_pooler::transaction}) {
        auto const shop = open_behind(between, as);
        for (int n = 0; n < 10; ++n) {
            auto const read = testing::load_one<stock_record>(*shop.inventory, {testing::nth_sku(0)});
            ASSERT_TRUE(read) << "people, too, read what was just written";
            EXPECT_EQ(read->on_hand, 100);
            result<void> outcome;
            auto const found = found_by_a_decision(shop, outcome);
            EXPECT_TRUE(outcome);
            EXPECT_EQ(found, std::vector{std::optional<std::int64_t>(100)});
        }
    }
}

}  // namespace
}  // namespace shop::postgres_tests
