#include <gmock/gmock.h>

#include <sstream>

#include "server.hpp"
#include "store_place.hpp"

namespace {

using shop_test::run_server;
using shop_test::server;
using testing::HasSubstr;

class importing : public testing::Test {
protected:
    shop_test::finished import(char const* what, std::string const& file, std::vector<std::string> more = {}) const {
        std::vector<std::string> arguments{"import", what, file, "--store", store_};
        arguments.insert(arguments.end(), more.begin(), more.end());
        return run_server(std::move(arguments));
    }
    void expect_clean() const {
        auto const audit = run_server({"audit", "--store", store_});
        EXPECT_EQ(audit.code, 0) << audit.out;
    }

    shop_test::scratch folder_;
    std::string store_ = shop_test::fresh_store(folder_);
};

TEST_F(importing, the_sample_catalogue_goes_in_whole_and_only_once) {
    std::string const catalogue = SHOP_SOURCE_DIR "/reference-server/catalogue/";
    auto const products = import("products", catalogue + "products.csv");
    EXPECT_EQ(products.code, 0) << products.err;
    EXPECT_THAT(products.out, HasSubstr(" 0 unchanged, 0 bad"));
    auto const stock = import("stock", catalogue + "stock.csv");
    EXPECT_EQ(stock.code, 0) << stock.err;

    EXPECT_THAT(import("products", catalogue + "products.csv").out, HasSubstr(": 0 created, 0 updated, "));
    EXPECT_THAT(import("stock", catalogue + "stock.csv").out, HasSubstr(": 0 recorded, "));
    expect_clean();

    server shop(store_);
    auto client = shop.client();
    EXPECT_EQ(client.get("/v1/inventory/MUG-WHT-330").member("on_hand"), "205");
    EXPECT_EQ(client.get("/v1/products/MUG-WHT-330").member("price/amount"), "1290");
    EXPECT_GE(client.get("/v1/products?limit=100&status=active").body.size(), 100u * 100u);
}

TEST_F(importing, stock_twice_adds_nothing_whatever_the_file_is_called) {
    std::string const text = "sku,quantity\nMUG,5\nMUG,5\nCUP,3\n";
    EXPECT_THAT(import("stock", folder_.write("monday.csv", text)).out,
                HasSubstr("3 rows: 3 recorded, 0 unchanged, 0 bad"));
    EXPECT_THAT(import("stock", folder_.write("friday.csv", text)).out,
                HasSubstr("3 rows: 0 recorded, 3 unchanged, 0 bad"));
    EXPECT_THAT(import("stock", folder_.write("more.csv", text + "CUP,1\n")).out, HasSubstr("4 rows: 4 recorded"));
    server shop(store_);
    auto client = shop.client();
    EXPECT_EQ(client.get("/v1/inventory/MUG").member("on_hand"), "20");
    EXPECT_EQ(client.get("/v1/inventory/CUP").member("on_hand"), "7");
}

TEST_F(importing, a_reference_counts_once_in_whatever_file) {
    EXPECT_EQ(import("stock", folder_.write("a.csv", "sku,quantity,location,reference\nMUG,5,attic,note-1\n")).code, 0);
    auto const again = import(
        "stock", folder_.write("b.jsonl", R"({"sku":"MUG","quantity":5,"location":"attic","reference":"note-1"})"));
    EXPECT_THAT(again.out, HasSubstr("1 rows: 0 recorded, 1 unchanged, 0 bad"));
    auto const other = import("stock", folder_.write("c.csv", "sku,quantity,location,reference\nMUG,6,attic,note-1\n"));
    EXPECT_EQ(other.code, 1);
    EXPECT_THAT(other.err, HasSubstr("line 2: "));
}

TEST_F(importing, bad_rows_are_told_by_line_and_do_not_stop_the_others) {
    auto const file = folder_.write(
        "p.csv", "sku,name,price,currency\nMUG,Mug,1250,EUR\nC P,Cup,x,EUR\n\"BOWL\",Bowl\nJUG,Jug,900,EUR\n");
    auto const run = import("products", file);
    EXPECT_EQ(run.code, 1);
    EXPECT_THAT(run.out, HasSubstr("4 rows: 2 created, 0 updated, 0 unchanged, 2 bad"));
    EXPECT_THAT(run.err, HasSubstr("line 3: sku: "));
    EXPECT_THAT(run.err, HasSubstr("price: "));
    EXPECT_THAT(run.err, HasSubstr("line 4: has 2 fields, the header 4\n"));
    EXPECT_THAT(run.err, testing::Not(HasSubstr("\r")));
}

TEST_F(importing, rows_the_services_refuse_are_told_by_line_too) {
    auto const run =
        import("products", folder_.write("p.jsonl", R"({"sku":"MUG","name":"Mug","price":-1,"currency":"EUR"})"
                                                    "\n"
                                                    R"({"sku":"CUP","name":"Cup","price":1,"currency":"EUR"})"));
    EXPECT_EQ(run.code, 1);
    EXPECT_THAT(run.err, HasSubstr("line 1: "));
    EXPECT_THAT(run.out, HasSubstr("2 rows: 1 created, 0 updated, 0 unchanged, 1 bad"));
}

TEST_F(importing, many_bad_rows_are_counted_not_all_told) {
    std::string text = "sku,quantity\n";
    for (int i = 0; i < 500; ++i) text += "MUG,none\n";
    auto const run = import("stock", folder_.write("s.csv", text));
    EXPECT_EQ(run.code, 1);
    EXPECT_THAT(run.err, HasSubstr("line 101: "));
    EXPECT_THAT(run.err, testing::Not(HasSubstr("line 102: ")));
    EXPECT_THAT(run.err, HasSubstr("and 400 more bad rows"));
}

TEST_F(importing, a_file_without_its_header_is_refused_whole) {
    auto const run = import("stock", folder_.write("s.csv", "MUG,5\nCUP,3\n"));
    EXPECT_EQ(run.code, 65);
    EXPECT_THAT(run.err,
                HasSubstr("s.csv: column 1 of the header is unknown; the columns are sku,quantity,location,reference"));
}

TEST_F(importing, works_beside_a_running_server_that_sees_it) {
    server shop(store_);
    auto client = shop.client();
    EXPECT_EQ(import("products", folder_.write("p.csv", "sku,name,price,currency\nMUG,Mug,1250,EUR\n")).code, 0);
    EXPECT_EQ(import("stock", folder_.write("s.csv", "sku,quantity\nMUG,5\n")).code, 0);
    EXPECT_EQ(client.get("/v1/inventory/MUG").member("available"), "5");
    EXPECT_EQ(client.post("/v1/orders", shop_test::order_of("ann", {{"MUG", 5}}), "k").status, 201);
    EXPECT_TRUE(shop_test::eventually(std::chrono::minutes(1), [&] {
        return client.get("/v1/products/MUG").member("availability/status") == "out_of_stock";
    }));
    EXPECT_EQ(shop.stop(), 0);
    expect_clean();
}

TEST_F(importing, more_rows_than_a_batch_go_in_while_orders_are_placed) {
    server shop(store_);
    auto client = shop.client();
    ASSERT_TRUE(stock_up(client, "HOT", 1000));
    std::string text = "sku,quantity\n";
    for (int i = 0; i < 5000; ++i) text += "SKU-" + std::to_string(i % 1500) + ",1\n";
    auto const file = folder_.write("s.csv", text);
    shop_test::process import({SHOP_SERVER, "import", "stock", file, "--store", store_});
    int placed = 0;
    while (import.out().empty() && placed < 900) {
        ++placed;
        ASSERT_EQ(
            client.post("/v1/orders", shop_test::order_of("ann", {{"HOT", 1}}), "k" + std::to_string(placed)).status,
            201);
    }
    EXPECT_EQ(import.wait(), 0) << import.err();
    EXPECT_THAT(import.out(), HasSubstr("5000 rows: 5000 recorded, 0 unchanged, 0 bad"));
    EXPECT_GT(placed, 0);
    EXPECT_EQ(shop.stop(), 0);
    expect_clean();
}

}  // namespace
