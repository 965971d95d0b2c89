// What the server does for each statement, as it tells itself: never read a table from end to end, be it by an index.

#include <sstream>

#include "postgres_fixture.hpp"

namespace shop::postgres_tests {
namespace {

/// It writes the plan of whatever it runs to its log.
shop_test::postgres_server& telling_server() {
    static shop_test::postgres_server server(
        {"session_preload_libraries=auto_explain", "auto_explain.log_min_duration=0",
         "auto_explain.log_nested_statements=on", "auto_explain.log_analyze=on", "auto_explain.log_timing=off"});
    return server;
}

class postgres_plans : public postgres_test, public ::testing::WithParamInterface<bool> {
protected:
    postgres_plans() : postgres_test(telling_server()) {}

    /// 100,000 rows in each table, whatever they say.
    void fill() {
        constexpr auto n = "FROM generate_series(1, 100000) AS n";
        auto const insert = [&](std::string const& table, std::string const& values) {
            sql("INSERT INTO " + table + " SELECT " + values + " " + n);
        };
        std::string const id = "lpad(to_hex(n), 32, '0')::uuid";
        insert(
            "products_product",
            "'P-' || n, 1, 1, 'Thing ' || n, '{\"amount\":1,\"currency\":\"EUR\"}', 'active', '{\"tags\":[]}', 0, 0");
        insert("products_availability", "'P-' || n, 1, " + id + ", 1, 1, 1, false, 0");
        insert("inventory_stock", "'P-' || n, 'main', 1, 1, 9, 0, 0, 0, 0, false, 0");
        insert("inventory_movement",
               "1000000 + n, 'P-' || n, 'main', 1, 'received', 9, 0, 9, 0, NULL, NULL, NULL, NULL, 0");
        insert("inventory_event", "1000000 + n, 'P-' || n, 1, 'low_stock', 1, 0");
        insert("inventory_reference", "'P-' || n, 'main', 'r', 1, decode(md5(''), 'hex'), '{}'");
        insert("inventory_decision", id + ", 1, 'allocated', '{}', 0");
        insert("orders_order", id +
                                   ", 1, 'c-' || n % 1000, 'confirmed', 2, 0, 0, '{}', '{}', "
                                   "CASE WHEN n % 10000 = 0 THEN '{\"id\":\"' || " +
                                   id + " || '\",\"type\":\"place\",\"actor\":\"a\"}' END");
        insert("orders_key", "'local', 'k-' || n, 1, decode(md5(''), 'hex'), " + id + ", NULL, 0, NULL, 0");
        insert("orders_event", "1000000 + n, " + id + ", 1, 'confirmed', 0, 'c', 'local', NULL, NULL");
        insert("notifications_delivery", id + ", 2, 'log', 'c-' || n % 1000 + 10, 1, " + id +
                                             ", 't', CASE WHEN n % 10000 = 0 THEN 'pending' "
                                             "ELSE 'delivered' END, '[]', 0, CASE WHEN n % 10000 = 0 THEN 5 END");
        insert("notifications_preferences", "'c-' || n, 1, '{}', 0");
        insert("notifications_suppression", "'a-' || n, 1, 'manual', '', 0");
        for (auto const* table : {"inventory_cursor", "inventory_event_cursor", "orders_cursor"})
            insert(table, "'s-' || n, 1, 1");
        for (auto const* table : {"inventory_lease", "orders_lease", "notifications_lease"})
            insert(table, "'w-' || n, 1, " + id);
        sql("UPDATE shop_log SET last = 1100000");
    }

    /// Every statement of a table: insert, lock, update, load, scan, erase.
    template <class Schema, class Record>
    void use_table(record_store<Schema>& store, int n) {
        std::vector<Record> some;
        for (int i = n; i < n + 700; ++i) some.push_back(sample<Record>::make(i));
        ASSERT_TRUE(testing::put(store, some));
        auto const after = key_of_record(sample<Record>::make(1));
        testing::scan_page<Record>(store, std::nullopt, 10);
        testing::scan_page<Record>(store, after, 10);
        auto keys = std::make_shared<key_set<Schema>>();
        for (auto const& r : some) keys->template add<Record>(load_key_of_record(r));
        keys->normalise();
        ASSERT_TRUE(testing::run(store.load(keys)));
        ASSERT_TRUE(testing::transact<Schema>(store, *keys, [&](loaded_rows<Schema> const& rows, attempt const&) {
            changes<Schema> out;
            for (auto const& group : rows.template groups<Record>()) {
                for (auto const& r : group) {
                    if constexpr (!is_log<Record>) out.put(r);
                }
            }
            return out;
        }));
        ASSERT_TRUE(testing::transact<Schema>(store, {}, [&](loaded_rows<Schema> const&, attempt const&) {
            changes<Schema> out;
            for (auto const& r : some) out.template erase<Record>(key_of_record(r));
            return out;
        }));
    }
    template <class Schema>
    void use_tables(record_store<Schema>& store, int n) {
        Schema::for_each([&]<class Record>() { use_table<Schema, Record>(store, n); });
    }

    void use(stores const& shop, int n) {
        use_tables(*shop.products, n);
        use_tables(*shop.inventory, n);
        use_tables(*shop.orders, n);
        use_tables(*shop.notifications, n);

        products::product_query product;
        product.limit = 20;
        EXPECT_TRUE(testing::run(shop.products->list(product)));
        product.text = "thing 77";
        product.tag = "kitchen";
        product.status = products::status::active;
        product.after = sku("P-5");
        EXPECT_TRUE(testing::run(shop.products->list(product)));
        product.looked_at_max = 1'000;
        EXPECT_TRUE(testing::run(shop.products->list(product)));

        EXPECT_TRUE(testing::run(shop.inventory->list({sku("P-5"), 20})));
        EXPECT_TRUE(testing::run(shop.inventory->movements({sku("P-5"), 99, 20})));

        orders::order_query order;
        order.limit = 20;
        EXPECT_TRUE(testing::run(shop.orders->list(order)));
        order.status = orders::status::shipped;  // none is
        EXPECT_TRUE(testing::run(shop.orders->list(order)));
        order.customer_id = "c-7";
        order.status = orders::status::confirmed;
        EXPECT_TRUE(testing::run(shop.orders->list(order)));
        EXPECT_TRUE(testing::run(shop.orders->open(std::nullopt, 1000)));
        EXPECT_TRUE(testing::run(shop.orders->count_open(1000)));
        EXPECT_TRUE(testing::run(shop.orders->history(testing::nth_id(1))));

        notifications::delivery_query delivery;
        delivery.limit = 20;
        EXPECT_TRUE(testing::run(shop.notifications->list(delivery)));
        delivery.customer_id = "c-7";  // was told nothing
        EXPECT_TRUE(testing::run(shop.notifications->list(delivery)));
        delivery.order_id = testing::nth_id(1);
        EXPECT_TRUE(testing::run(shop.notifications->list(delivery)));
        delivery = {};
        delivery.limit = 20;
        delivery.status = notifications::delivery_status::dead;
        EXPECT_TRUE(testing::run(shop.notifications->list(delivery)));
        timestamp const now(std::chrono::milliseconds(5));
        EXPECT_TRUE(testing::run(shop.notifications->due_lanes(now, std::nullopt, 20)));
        std::vector<notifications::lane> const lanes{{"log", "c-10"}};
        EXPECT_TRUE(testing::run(shop.notifications->due(lanes, now, 20)));
        EXPECT_TRUE(testing::run(shop.notifications->find(testing::nth_id<delivery_id>(1))));
    }
};

/// How many rows a plan read in vain there.
std::size_t removed_rows(std::string const& line) {
    constexpr std::string_view words = "Rows Removed by Filter: ";
    auto const at = line.find(words);
    return at == line.npos ? 0 : std::stoul(line.substr(at + words.size()));
}

/// Plans that read a table from end to end: row by row, or by an index and for nothing. That of `shop_store` has one
/// row; a text within a name of a product has no index.
std::string end_to_end(std::string const& log) {
    std::istringstream lines(log);
    std::string statement, found;
    for (std::string line; std::getline(lines, line);) {
        if (line.find("Query Text:") != line.npos) statement = line;
        bool const by_row = line.find("Seq Scan on ") != line.npos && line.find("Seq Scan on shop_store") == line.npos;
        bool const in_vain = removed_rows(line) > 10'000 && statement.find("lower(stored.name)") == statement.npos;
        if (by_row || in_vain) found += statement + "\n" + line + "\n";
    }
    return found;
}

std::size_t plans_in(std::string const& log) {
    std::size_t count = 0;
    for (auto at = log.find("Query Text:"); at != log.npos; at = log.find("Query Text:", at + 1)) ++count;
    return count;
}

TEST_P(postgres_plans, of_a_hundred_thousand_rows_go_by_index_with_and_without_statistics) {
    storage::postgres_options options;
    options.pooler = GetParam() ? storage::postgres_pooler::none : storage::postgres_pooler::transaction;
    auto const shop = open(options);
    use(shop, 1'000'000);  // the statements are planned while the tables are empty
    fill();
    for (bool const analysed : {false, true}) {
        if (analysed) sql("ANALYZE");
        auto const before = server.log().size();
        use(shop, analysed ? 2'000'000 : 3'000'000);
        auto const log = server.log().substr(before);
        EXPECT_EQ(end_to_end(log), "");
        EXPECT_GT(plans_in(log), 100u) << "the server tells what it does";
    }
}

INSTANTIATE_TEST_SUITE_P(all, postgres_plans, ::testing::Bool(),
                         [](auto const& info) { return info.param ? "prepared" : "behind_a_pooler"; });

}  // namespace
}  // namespace shop::postgres_tests
