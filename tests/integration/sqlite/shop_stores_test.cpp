#include "own_schema.hpp"
#include "storage/sqlite/migrations.hpp"
#include "storage/sqlite/service_stores.hpp"

namespace shop {
namespace {

order_id order_number(std::uint8_t n) {
    order_id id;
    id.value.bytes[0] = n;
    return id;
}

/// A batch that writes what it is given.
template <class Schema>
class writes final : public decision_batch<Schema> {
public:
    changes<Schema> wanted_changes;
    key_set<Schema> wanted() const override { return {}; }
    boost::system::result<changes<Schema>, key_set<Schema>> decide(loaded_rows<Schema> const&,
                                                                   attempt const&) override {
        return wanted_changes;
    }
};

class sqlite_shop_stores : public own::bench {
protected:
    void SetUp() override {
        shop = storage::sqlite(dir.file())(storage::context{time, ids}).value();
        beside.emplace(dir.file(), sqlite::access::read_only, 1'000);
    }

    template <class Schema, class... Records>
    result<void> put(record_store<Schema>& in, Records... records) {
        auto batch = std::make_shared<writes<Schema>>();
        (batch->wanted_changes.put(std::move(records)), ...);
        return wait(in.transact(batch));
    }

    std::string one_text(std::string const& sql) {
        auto query = beside->prepare(sql);
        return query.next() ? std::string(query.text(0)) : "";
    }

    /// The columns of a table are those of the description, in its order, but for the checksum, behind which the
    /// columns stand that came later; and so is the primary key.
    template <class Record>
    void expect_columns() {
        auto from = " FROM (SELECT name, pk FROM pragma_table_info('" + std::string(Record::table) + "') ";
        EXPECT_EQ(one_text("SELECT group_concat(name, ', ')" + from + "ORDER BY name = 'checksum', cid)"),
                  sqlite::columns_of<Record>());
        EXPECT_EQ(one_text("SELECT group_concat(name, ', ')" + from + "WHERE pk > 0 ORDER BY pk)"),
                  storage::key_columns<Record>());
    }
    template <class... Records>
    void expect_tables(std::type_identity<schema<Records...>>) {
        (expect_columns<Records>(), ...);
    }

    /// What SQLite would do for a query, as one text.
    std::string plan(std::string const& sql) {
        auto query = beside->prepare("EXPLAIN QUERY PLAN " + sql);
        std::string out;
        while (query.next()) out.append(query.text(3)).append("; ");
        return out;
    }

    stores shop;
    std::optional<sqlite::connection> beside;
};

TEST_F(sqlite_shop_stores, have_the_columns_and_keys_that_the_records_describe) {
    expect_tables(std::type_identity<products::store_schema>{});
    expect_tables(std::type_identity<inventory::store_schema>{});
    expect_tables(std::type_identity<orders::store_schema>{});
    expect_tables(std::type_identity<notifications::store_schema>{});
}

TEST_F(sqlite_shop_stores, share_one_epoch_and_say_that_they_are_alone) {
    EXPECT_EQ(shop.products->epoch(), shop.orders->epoch());
    EXPECT_TRUE(shop.orders->exclusive());
}

products::product_record product(char const* sku, std::string name, products::status status, std::string tag) {
    products::product_record p;
    p.sku = shop::sku(sku);
    p.version = 1;
    p.name = std::move(name);
    p.price = eur(100);
    p.status = status;
    products::product_content content;
    content.tags = {std::move(tag)};
    p.content = document(std::move(content));
    return p;
}

TEST_F(sqlite_shop_stores, list_products_by_text_tag_and_status_behind_a_sku) {
    using products::status;
    ASSERT_TRUE(put(*shop.products, product("CUP", "Blue Cup", status::active, "kitchen"),
                    product("MUG", "blue mug", status::draft, "kitchen"),
                    product("PAN", "Pan", status::active, "kitchen"),
                    product("ZIP", "Zip 100%", status::active, "sewing")));
    auto skus = [&](auto narrow) {
        products::product_query query;
        query.limit = 10;
        narrow(query);
        std::string out;
        for (auto const& p : wait(shop.products->list(query)).value().products) (out += p.sku.text()) += " ";
        return out;
    };
    EXPECT_EQ(skus([](auto&) {}), "CUP MUG PAN ZIP ");
    EXPECT_EQ(skus([](auto& q) { q.text = "BLUE"; }), "CUP MUG ");
    EXPECT_EQ(skus([](auto& q) { q.text = "zi"; }), "ZIP ");
    EXPECT_EQ(skus([](auto& q) { q.text = "%"; }), "ZIP ");
    EXPECT_EQ(skus([](auto& q) {
                  q.tag = "kitchen";
                  q.status = status::active;
              }),
              "CUP PAN ");
    EXPECT_EQ(skus([](auto& q) {
                  q.after = sku("CUP");
                  q.limit = 2;
              }),
              "MUG PAN ");
    EXPECT_EQ(skus([](auto& q) { q.text = "' OR 1 --"; }), "");
}

inventory::stock_record stock(char const* sku, char const* where, std::int64_t on_hand) {
    inventory::stock_record s;
    s.sku = shop::sku(sku);
    s.location = shop::location(where);
    s.on_hand = on_hand;
    return s;
}

inventory::movement_record line(char const* sku, char const* where, std::uint64_t sequence) {
    inventory::movement_record m;
    m.sku = shop::sku(sku);
    m.location = shop::location(where);
    m.sequence = sequence;
    return m;
}

TEST_F(sqlite_shop_stores, list_stock_with_all_places_of_each_sku_and_count_skus_not_rows) {
    ASSERT_TRUE(put(*shop.inventory, stock("A", "main", 1), stock("B", "main", 2), stock("B", "north", 3),
                    stock("C", "main", 4)));
    auto page = wait(shop.inventory->list({sku("A"), 2})).value();
    ASSERT_EQ(page.size(), 3u);
    EXPECT_EQ(page[1].location.text(), "north");
    EXPECT_EQ(page[2].sku.text(), "C");
}

TEST_F(sqlite_shop_stores, list_the_ledger_of_a_sku_over_its_places_newest_first) {
    ASSERT_TRUE(put(*shop.inventory, stock("A", "main", 1), stock("A", "north", 2), stock("B", "main", 2)));
    ASSERT_TRUE(put(*shop.inventory, line("A", "main", 1), line("B", "main", 1), line("A", "north", 1),
                    line("A", "main", 2), line("A", "main", 3)));
    auto positions = [&](std::optional<std::uint64_t> before, std::size_t limit) {
        std::vector<std::uint64_t> out;
        for (auto const& m : wait(shop.inventory->movements({sku("A"), before, limit})).value()) {
            out.push_back(m.position);
        }
        return out;
    };
    EXPECT_EQ(positions({}, 3), (std::vector<std::uint64_t>{5, 4, 3}));
    EXPECT_EQ(positions(3, 3), (std::vector<std::uint64_t>{1}));
}

TEST_F(sqlite_shop_stores, refuse_counts_that_the_invariants_forbid) {
    auto oversold = stock("A", "main", 1);
    oversold.allocated = 2;
    EXPECT_FALSE(put(*shop.inventory, oversold));
    oversold.backorder_limit = 1;
    EXPECT_TRUE(put(*shop.inventory, oversold));
    EXPECT_FALSE(put(*shop.inventory, stock("B", "main", -1)));
}

orders::order_record order(std::uint8_t n, char const* customer, orders::status status) {
    orders::order_record o;
    o.id = order_number(n);
    o.customer_id = customer;
    o.status = status;
    if (status == orders::status::pending) o.open.emplace();
    return o;
}

TEST_F(sqlite_shop_stores, list_orders_newest_first_by_customer_status_and_range) {
    using orders::status;
    ASSERT_TRUE(put(*shop.orders, order(1, "ann", status::confirmed), order(2, "bob", status::pending),
                    order(3, "ann", status::shipped), order(4, "ann", status::confirmed)));
    auto numbers = [&](auto narrow) {
        orders::order_query query;
        query.limit = 10;
        narrow(query);
        std::vector<int> out;
        for (auto const& o : wait(shop.orders->list(query)).value()) out.push_back(o.id.value.bytes[0]);
        return out;
    };
    EXPECT_EQ(numbers([](auto&) {}), (std::vector<int>{4, 3, 2, 1}));
    EXPECT_EQ(numbers([](auto& q) { q.customer_id = "ann"; }), (std::vector<int>{4, 3, 1}));
    EXPECT_EQ(numbers([](auto& q) {
                  q.customer_id = "ann";
                  q.status = status::confirmed;
              }),
              (std::vector<int>{4, 1}));
    EXPECT_EQ(numbers([](auto& q) {
                  q.before = order_number(4);
                  q.limit = 2;
              }),
              (std::vector<int>{3, 2}));
    EXPECT_EQ(numbers([](auto& q) { q.not_before = order_number(3); }), (std::vector<int>{4, 3}));

    EXPECT_EQ(wait(shop.orders->open({}, 10)).value().size(), 1u);
    EXPECT_TRUE(wait(shop.orders->open(order_number(2), 10)).value().empty());
    EXPECT_EQ(wait(shop.orders->count_open(10)).value(), 1u);
}

TEST_F(sqlite_shop_stores, keep_one_event_per_version_and_tell_an_orders_history_in_order) {
    auto event = [](std::uint8_t order, std::uint64_t version) {
        orders::event_record e;
        e.order_id = order_number(order);
        e.version = version;
        return e;
    };
    ASSERT_TRUE(put(*shop.orders, event(1, 1), event(2, 1), event(1, 2)));
    EXPECT_FALSE(put(*shop.orders, event(1, 2)));
    auto history = wait(shop.orders->history(order_number(1))).value();
    ASSERT_EQ(history.size(), 2u);
    EXPECT_EQ(history[1].version, 2u);
    EXPECT_EQ(history[1].position, 3u);
}

TEST_F(sqlite_shop_stores, list_deliveries_newest_orders_first_and_those_that_are_due) {
    using notifications::delivery_status;
    auto delivery = [](std::uint8_t order, std::uint64_t version, delivery_status status, std::optional<int> due) {
        notifications::delivery_record d;
        d.subject = order_number(order).value;
        d.sequence = version;
        d.channel = "log";
        d.recipient = "ann";
        d.status = status;
        if (due) d.next_attempt_at = timestamp(std::chrono::milliseconds(*due));
        return d;
    };
    ASSERT_TRUE(put(*shop.notifications, delivery(1, 2, delivery_status::delivered, {}),
                    delivery(1, 3, delivery_status::pending, 50), delivery(2, 2, delivery_status::dead, {}),
                    delivery(3, 2, delivery_status::pending, 100)));
    auto list = [&](auto narrow) {
        notifications::delivery_query query;
        query.limit = 10;
        narrow(query);
        std::string out;
        for (auto const& d : wait(shop.notifications->list(query)).value()) {
            out += std::to_string(d.subject.bytes[0]) + "." + std::to_string(d.sequence) + " ";
        }
        return out;
    };
    EXPECT_EQ(list([](auto&) {}), "3.2 2.2 1.3 1.2 ");
    EXPECT_EQ(list([](auto& q) { q.order_id = order_number(1); }), "1.3 1.2 ");
    EXPECT_EQ(list([](auto& q) { q.status = delivery_status::dead; }), "2.2 ");
    EXPECT_EQ(list([](auto& q) {
                  q.before = std::tuple{order_number(2).value, 2ull, std::string("log"), std::string("ann")};
              }),
              "1.3 1.2 ");
    auto due = wait(shop.notifications->due({{"log", "ann"}}, timestamp(std::chrono::milliseconds(50)), 10)).value();
    ASSERT_EQ(due.size(), 1u);
    EXPECT_EQ(due[0].sequence, 3u);
}

TEST_F(sqlite_shop_stores, read_deliveries_that_were_written_before_they_named_skus) {
    // By a program of schema version 8, which this one takes over.
    shop = {};
    std::filesystem::remove(dir.file());
    std::filesystem::remove(dir.file() + "-wal");
    std::filesystem::remove(dir.file() + "-shm");
    sqlite::database::open(dir.file(), {}, sqlite::shop_migrations().first(8), storage::context{time, ids}).value();
    {
        sqlite::connection old(dir.file(), sqlite::access::write, 1'000);
        ASSERT_EQ(
            old.execute(
                "INSERT INTO notifications_delivery VALUES(X'01a20403c46f747f906ee292257ed7da', 2, 'log', 'ann', 1, "
                "X'637c0c59d70e8cbc933fd0b87a95e26d', 'shop.order.confirmed.v1', 'delivered', "
                "'[{\"at\":\"2026-11-22T16:08:05.501Z\"}]', 1795363685501, NULL, -8040076264773859783, NULL)"),
            sqlite::status::ok);
    }
    shop = storage::sqlite(dir.file())(storage::context{time, ids}).value();
    sqlite::connection old(dir.file(), sqlite::access::write, 1'000);
    notifications::delivery_query all;
    all.limit = 10;
    auto const read = wait(shop.notifications->list(all));
    ASSERT_TRUE(read) << read.error().word();
    ASSERT_EQ(read->size(), 1u);
    EXPECT_EQ(read->front().event_type, "shop.order.confirmed.v1");
    EXPECT_FALSE(read->front().sku);
    ASSERT_EQ(old.execute("UPDATE notifications_delivery SET sku = 'MUG'"), sqlite::status::ok);
    EXPECT_EQ(wait(shop.notifications->list(all)).error().code(), error_code::store_corrupt)
        << "what is there is covered";
}

TEST_F(sqlite_shop_stores, find_rows_by_index_never_by_reading_a_table) {
    EXPECT_EQ(plan("SELECT * FROM orders_order WHERE open IS NOT NULL AND id > x'00' ORDER BY id LIMIT 5"),
              "SEARCH orders_order USING INDEX orders_order_open (id>?); ");
    EXPECT_EQ(plan("SELECT * FROM orders_order WHERE customer_id = 'a' AND id < x'01' ORDER BY id DESC LIMIT 5"),
              "SEARCH orders_order USING INDEX orders_order_of_customer (customer_id=? AND id<?); ");
    EXPECT_EQ(plan("SELECT * FROM orders_order WHERE status = 'shipped' AND id < x'01' ORDER BY id DESC LIMIT 5"),
              "SEARCH orders_order USING INDEX orders_order_of_status (status=? AND id<?); ");
    EXPECT_EQ(plan("SELECT * FROM orders_event WHERE order_id = x'00' ORDER BY version"),
              "SEARCH orders_event USING INDEX sqlite_autoindex_orders_event_1 (order_id=?); ");
    EXPECT_EQ(plan("SELECT * FROM inventory_movement WHERE sku = 'A' AND location = 'main' AND position < 9"
                   " ORDER BY sequence DESC LIMIT 5"),
              "SEARCH inventory_movement USING INDEX sqlite_autoindex_inventory_movement_1 (sku=? AND location=?); ");
    EXPECT_EQ(plan("SELECT * FROM notifications_delivery WHERE recipient = 'a' AND sku IS NULL"
                   " AND (subject, sequence, channel, recipient) < (x'01', 1, 'log', 'a')"
                   " ORDER BY subject DESC, sequence DESC, channel DESC LIMIT 5"),
              "SEARCH notifications_delivery USING INDEX notifications_delivery_of_customer (recipient=? AND "
              "(subject,sequence,channel)<(?,?,?)); ");
    EXPECT_EQ(plan("SELECT sku FROM products_product WHERE sku > 'a' ORDER BY sku LIMIT 1 OFFSET 5"),
              "SEARCH products_product USING COVERING INDEX sqlite_autoindex_products_product_1 (sku>?); ");
    EXPECT_EQ(plan("SELECT * FROM notifications_delivery WHERE status = 'pending' AND next_attempt_at IS NOT NULL"
                   " AND channel = 'log' AND recipient = 'a' AND next_attempt_at <= 5"
                   " ORDER BY next_attempt_at, subject, sequence LIMIT 5"),
              "SEARCH notifications_delivery USING INDEX notifications_delivery_due (channel=? AND recipient=? AND "
              "next_attempt_at>? AND next_attempt_at<?); ");
    EXPECT_EQ(plan("SELECT channel, recipient FROM notifications_delivery WHERE status = 'pending'"
                   " AND next_attempt_at IS NOT NULL AND (channel, recipient) > ('a', 'b')"
                   " GROUP BY channel, recipient HAVING min(next_attempt_at) <= 5 ORDER BY channel, recipient LIMIT 5"),
              "SEARCH notifications_delivery USING COVERING INDEX notifications_delivery_due "
              "((channel,recipient)>(?,?)); ");
    EXPECT_EQ(plan("SELECT * FROM notifications_delivery WHERE status = 'dead' AND status <> 'delivered'"
                   " AND (subject, sequence, channel, recipient) < (x'01', 1, 'log', 'a')"
                   " ORDER BY subject DESC, sequence DESC, channel DESC, recipient DESC LIMIT 5"),
              "SEARCH notifications_delivery USING INDEX notifications_delivery_unsent (status=? AND "
              "(subject,sequence,channel,recipient)<(?,?,?,?)); ");
    EXPECT_EQ(plan("SELECT * FROM notifications_delivery WHERE id = x'01' AND (event IS NOT NULL OR status <> "
                   "'delivered')"),
              "SEARCH notifications_delivery USING INDEX notifications_delivery_of_id (id=?); ");
}

}  // namespace
}  // namespace shop
