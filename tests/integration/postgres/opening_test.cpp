// What happens to a database before it is served.

#include "postgres_fixture.hpp"

namespace shop::postgres_tests {
namespace {

using storage::migration;

class postgres_opening : public postgres_test {
protected:
    postgres::session connect() {
        static storage::postgres_options const options;
        return {postgres::connect_string(url, options), options};
    }
    storage::schema_state migrate(std::span<migration const> steps) {
        auto on = connect();
        return postgres::migrate(on, steps, with());
    }
};

TEST_F(postgres_opening, refuses_a_database_without_the_schema_and_says_what_to_do) {
    auto const why = refusal();
    EXPECT_EQ(why.code(), error_code::not_supported);
    EXPECT_NE(why.message().find("shop-server migrate"), std::string_view::npos) << why.message();
    EXPECT_EQ(sql("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"), "0") << "it was only looked at";
}

TEST_F(postgres_opening, keeps_its_birth_certificate) {
    auto const born = open().orders->epoch();
    EXPECT_EQ(open().inventory->epoch(), born);
}

TEST_F(postgres_opening, refuses_a_server_that_may_lose_what_it_acknowledged) {
    (void)open();
    sql("ALTER DATABASE " + database + " SET synchronous_commit = off");
    auto const why = refusal();
    EXPECT_EQ(why.code(), error_code::not_supported);
    EXPECT_NE(why.message().find("synchronous_commit is off"), std::string_view::npos) << why.message();
    storage::postgres_options options;
    options.require_durability = false;
    EXPECT_EQ(refusal(options).code(), error().code());
}

TEST_F(postgres_opening, names_a_table_that_a_copy_lacks) {
    (void)open();
    sql("DROP TABLE orders_key");
    auto const why = refusal();
    EXPECT_EQ(why.code(), error_code::not_supported);
    EXPECT_NE(why.message().find("the table orders_key is missing"), std::string_view::npos) << why.message();
}

TEST(postgres_logical_replica, names_a_table_that_its_publication_lacks) {
    shop_test::postgres_server const publisher({"wal_level=logical"});
    auto& subscriber = shop_test::shared_postgres();
    storage::context const with{system_scheduler(), random_ids()};
    auto const url = subscriber.url(subscriber.create_database());
    auto const name = url.substr(url.find("@/") + 2, url.find('?') - url.find("@/") - 2);
    for (auto const& one : {publisher.url(), url}) ASSERT_TRUE(storage::migrate_postgres(one, with));
    subscriber.sql("TRUNCATE shop_store, shop_log", name);
    publisher.sql("CREATE PUBLICATION shop FOR ALL TABLES");
    publisher.sql("CREATE PUBLICATION most FOR TABLE shop_store, shop_log, orders_order, orders_event");
    subscriber.sql("CREATE SUBSCRIPTION copy_of_" + name + " CONNECTION '" + "host=" + publisher.socket_folder() +
                       " user=shop dbname=postgres' PUBLICATION most",
                   name);
    while (subscriber.sql("SELECT count(*) FROM shop_store", name) != "1") std::this_thread::yield();
    auto const why = storage::postgres(url)(with);
    ASSERT_FALSE(why);
    EXPECT_NE(why.error().message().find("the table inventory_cursor is in no subscription"), std::string_view::npos)
        << why.error().message();

    subscriber.sql("ALTER SUBSCRIPTION copy_of_" + name + " SET PUBLICATION shop", name);
    EXPECT_TRUE(storage::postgres(url)(with)) << "all tables are sent";
    subscriber.sql("DROP SUBSCRIPTION copy_of_" + name, name);
}

TEST_F(postgres_opening, names_the_server_that_is_not_there) {
    url = "postgresql://shop@/shop?host=%2Fnowhere";
    auto const why = refusal();
    EXPECT_EQ(why.code(), error_code::store_unavailable);
    EXPECT_NE(why.message().find("/nowhere"), std::string_view::npos) << why.message();
}

TEST_F(postgres_opening, migrates_once_from_many_places_at_once) {
    std::vector<std::future<storage::schema_state>> all;
    for (int i = 0; i < 8; ++i) {
        all.push_back(std::async(std::launch::async, [&] { return storage::migrate_postgres(url, with()).value(); }));
    }
    for (auto& one : all) {
        auto const state = one.get();
        EXPECT_EQ(state.version, state.newest);
    }
    EXPECT_EQ(sql("SELECT count(*) FROM shop_store"), "1");
    stock(open(), 1);
}

TEST_F(postgres_opening, a_migration_killed_at_any_statement_leaves_the_step_before_and_goes_on) {
    migration const steps[] = {{"CREATE TABLE a (x int); INSERT INTO a VALUES (1); CREATE TABLE b (x int)"},
                               {"ALTER TABLE a ADD COLUMN y int; UPDATE a SET y = x; CREATE INDEX c ON a (y)"}};
    for (std::size_t step = 0; step < 2; ++step) {
        std::string const text = steps[step].sql;
        for (std::size_t at = 0; at != text.npos; at = text.find(';', at + 1)) {
            auto const killed = text.substr(0, at) + (at ? ";" : "") +
                                "SELECT pg_terminate_backend(pg_backend_pid());" + text.substr(at ? at + 1 : 0);
            std::vector<migration> cut(steps, steps + step);
            cut.push_back({killed.c_str()});
            EXPECT_THROW(migrate(cut), postgres::trouble) << killed;
            auto on = connect();
            EXPECT_EQ(postgres::schema_of(on, steps).version, step) << killed;
        }
        EXPECT_EQ(migrate({steps, step + 1}).version, step + 1);
    }
    EXPECT_EQ(sql("SELECT x, y FROM a"), "1|1");
}

TEST_F(postgres_opening, a_schema_that_only_grew_still_serves_the_release_before_and_one_that_shrank_does_not) {
    std::vector<migration> steps(postgres::shop_migrations().begin(), postgres::shop_migrations().end());
    auto const ours = steps.size();
    {
        auto const before = open();
        stock(before, 1);
        steps.push_back(
            {"ALTER TABLE inventory_stock ADD COLUMN shelf text; ALTER TABLE orders_order ADD COLUMN gift boolean "
             "NOT NULL DEFAULT false; CREATE TABLE extra (x int)"});
        EXPECT_EQ(migrate(steps).version, ours + 1);
        EXPECT_TRUE(receive(before, {0})) << "also one that runs while it happens";
        EXPECT_TRUE(put_orders(before, 1));
    }
    EXPECT_TRUE(receive(open(), {0}));
    EXPECT_EQ(storage::postgres_schema(url)->version, ours + 1);

    steps.push_back({"ALTER TABLE extra DROP COLUMN x", ours + 1});
    EXPECT_EQ(migrate(steps).needs, ours + 1);
    auto const why = refusal();
    EXPECT_EQ(why.code(), error_code::not_supported);
    EXPECT_NE(why.message().find("newer than this program knows"), std::string_view::npos) << why.message();
}

TEST_F(postgres_opening, has_the_columns_and_keys_that_the_records_describe) {
    (void)open();
    auto const expect_table = [&]<class Record>() {
        std::string described;
        for_each_field<Record>([&](auto const& f) {
            auto const kind = storage::kind_of_column<typename std::remove_cvref_t<decltype(f)>::member>();
            described += std::string(f.name) + " " + std::string(postgres::type_of(kind).name) + ", ";
        });
        auto const table = std::string(Record::table);
        EXPECT_EQ(sql("SELECT string_agg(column_name || ' ' || data_type, ', ' ORDER BY ordinal_position) || ', ' FROM "
                      "information_schema.columns WHERE table_name = '" +
                      table + "'"),
                  described);
        EXPECT_EQ(
            sql("SELECT string_agg(a.attname, ', ' ORDER BY k.n) FROM pg_index i, unnest(i.indkey) WITH ORDINALITY "
                "AS k (attnum, n), pg_attribute a WHERE i.indrelid = '" +
                table + "'::regclass AND i.indisprimary AND a.attrelid = i.indrelid AND a.attnum = k.attnum"),
            storage::key_columns<Record>());
        EXPECT_EQ(sql("SELECT count(*) FROM information_schema.columns WHERE table_name = '" + table +
                      "' AND data_type = 'text' AND collation_name IS DISTINCT FROM 'C'"),
                  "0")
            << table;
    };
    products::store_schema::for_each(expect_table);
    inventory::store_schema::for_each(expect_table);
    orders::store_schema::for_each(expect_table);
    notifications::store_schema::for_each(expect_table);
}

TEST_F(postgres_opening, has_nothing_that_a_distributed_postgresql_refuses) {
    (void)open();
    EXPECT_EQ(sql("SELECT count(*) FROM pg_sequences WHERE schemaname = 'public'"), "0");
    EXPECT_EQ(sql("SELECT count(*) FROM pg_constraint WHERE contype IN ('f', 'x')"), "0");
    EXPECT_EQ(sql("SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal"), "0");
    EXPECT_EQ(
        sql("SELECT count(*) FROM pg_tables t WHERE schemaname = 'public' AND NOT EXISTS (SELECT 1 FROM pg_index i "
            "WHERE i.indrelid = t.tablename::regclass AND i.indisprimary)"),
        "0")
        << "every table has a primary key";
}

}  // namespace
}  // namespace shop::postgres_tests
