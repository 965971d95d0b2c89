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
    void make_products(std::vector<std::string> const& skus) {
        std::string rows = "sku,name,price,currency\n";
        for (auto const& sku : skus) rows += sku + ",Thing,1000,EUR\n";
        ASSERT_EQ(import("products", folder_.write("products.csv", rows)).code, 0);
    }
    void expect_clean() const {
        auto const audit = run_server({"audit", "--store", store_});
        EXPECT_EQ(audit.code, 0) << audit.out;
    }

    shop_test::scratch folder_, elsewhere_;
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
    EXPECT_THAT(import("stock", catalogue + "stock.csv").out, HasSubstr(": 0 received, "));
    expect_clean();

    server shop(store_);
    auto client = shop.client();
    EXPECT_EQ(client.get("/v1/inventory/MUG-WHT-330").member("on_hand"), "205");
    EXPECT_EQ(client.get("/v1/products/MUG-WHT-330").member("price/amount"), "1290");
    EXPECT_GE(client.get("/v1/products?limit=100&status=active").body.size(), 100u * 100u);
}

TEST_F(importing, a_mended_file_of_a_delivery_adds_only_what_was_missing) {
    make_products({"MUG", "CUP", "JUG"});
    auto const first = import("stock", folder_.write("monday.csv", "sku,quantity\nMUG,5\nCUP,none\nJUG,3\n"),
                              {"--delivery", "note 812"});
    EXPECT_EQ(first.code, 1);
    EXPECT_THAT(first.out, HasSubstr("3 rows: 2 received, 0 unchanged, 1 bad"));
    auto const mended = folder_.write("friday.csv", "sku,quantity\nMUG,5\nCUP,4\nJUG,3\n");
    EXPECT_THAT(import("stock", mended, {"--delivery", "note 812"}).out,
                HasSubstr("3 rows: 1 received, 2 unchanged, 0 bad"));
    auto const other = import("stock", folder_.write("c.csv", "sku,quantity\nMUG,6\n"), {"--delivery", "note 812"});
    EXPECT_EQ(other.code, 1);
    EXPECT_THAT(other.err, HasSubstr("line 2: this delivery brought another quantity of it already"));
    EXPECT_THAT(import("stock", mended, {"--delivery", "note 813"}).out, HasSubstr("3 rows: 3 received"));
    server shop(store_);
    auto client = shop.client();
    EXPECT_EQ(client.get("/v1/inventory/MUG").member("on_hand"), "10");
    EXPECT_EQ(client.get("/v1/inventory/CUP").member("on_hand"), "8");
    EXPECT_EQ(client.get("/v1/inventory/JUG").member("on_hand"), "6");
    EXPECT_EQ(shop.stop(), 0);
    expect_clean();
}

TEST_F(importing, a_file_of_no_delivery_sets_counts_and_says_so) {
    make_products({"MUG", "CUP"});
    EXPECT_EQ(import("stock", folder_.write("a.csv", "sku,quantity\nMUG,7\n"), {"--delivery", "opening"}).code, 0);
    auto const counted = folder_.write("b.csv", "sku,quantity,location\nMUG,5,main\nCUP,3,\nCUP,1,attic\nJUG,2,\n");
    auto const run = import("stock", counted);
    EXPECT_EQ(run.code, 1);
    EXPECT_THAT(run.out, HasSubstr("4 rows: 3 set, 0 unchanged, 1 bad"));
    EXPECT_THAT(run.err, HasSubstr("line 5: sku: no product has this sku"));
    EXPECT_THAT(run.err, HasSubstr("the file names no delivery: its rows were taken for counts"));
    EXPECT_THAT(import("stock", counted).out, HasSubstr("4 rows: 0 set, 3 unchanged, 1 bad"));
    EXPECT_THAT(import("stock", folder_.write("c.csv", "sku,quantity\nCUP,0\n")).out, HasSubstr("1 rows: 1 set"));
    server shop(store_);
    auto client = shop.client();
    EXPECT_EQ(client.get("/v1/inventory/MUG").member("on_hand"), "5");
    EXPECT_EQ(client.get("/v1/inventory/CUP").member("on_hand"), "1");
    EXPECT_EQ(shop.stop(), 0);
    expect_clean();
}

TEST_F(importing, a_count_below_what_is_promised_is_refused_with_the_least) {
    {
        server shop(store_);
        auto client = shop.client();
        ASSERT_TRUE(stock_up(client, "MUG", 8));
        ASSERT_EQ(client.post("/v1/orders", shop_test::order_of("ann", {{"MUG", 5}}), "k").status, 201);
        EXPECT_EQ(shop.stop(), 0);
    }
    auto const run = import("stock", folder_.write("s.csv", "sku,quantity\nMUG,4\n"));
    EXPECT_THAT(run.err, HasSubstr("line 2: 8 on hand and 5 promised: the count must be at least 5"));
    EXPECT_EQ(run.code, 1);
}

TEST_F(importing, a_reference_counts_once_in_whatever_file) {
    make_products({"MUG", "CUP"});
    EXPECT_EQ(import("stock", folder_.write("a.csv", "sku,quantity,location,reference\nMUG,5,attic,note-1\n")).code, 0);
    auto const again =
        import("stock", folder_.write("b.jsonl", R"({"sku":"MUG","quantity":5,"location":"attic","reference":"note-1"})"
                                                 "\n"
                                                 R"({"sku":"MUG","quantity":5,"location":"attic","reference":"note-2"})"
                                                 "\n"
                                                 R"({"sku":"CUP","quantity":5})"));
    EXPECT_THAT(again.out, HasSubstr("3 rows: 1 received, 1 unchanged, 1 bad"));
    EXPECT_THAT(again.err, HasSubstr("line 3: reference: is missing, the rows before have one"));
    auto const other = import("stock", folder_.write("c.csv", "sku,quantity,location,reference\nMUG,6,attic,note-1\n"));
    EXPECT_EQ(other.code, 1);
    EXPECT_THAT(other.err, HasSubstr("line 2: "));
}

TEST_F(importing, a_second_row_about_the_same_thing_is_refused) {
    make_products({"MUG"});
    auto const stock =
        import("stock", folder_.write("s.csv", "sku,quantity,location\nMUG,5,\nMUG,5,main\nMUG,1,attic\n"));
    EXPECT_EQ(stock.code, 1);
    EXPECT_THAT(stock.err, HasSubstr("line 3: is what line 2 is about already"));
    EXPECT_THAT(stock.out, HasSubstr("3 rows: 2 set, 0 unchanged, 1 bad"));
    auto const products = import("products", folder_.write("p.csv", "sku,name\nMUG,A\nMUG,B\n"));
    EXPECT_THAT(products.out, HasSubstr("2 rows: 0 created, 1 updated, 0 unchanged, 1 bad"));
}

TEST_F(importing, products_are_merged) {
    auto const whole =
        folder_.write("a.csv",
                      "sku,name,price,currency,description,status,tags\nMUG,Mug,1290,EUR,Enamel,active,kitchen|gift\n"
                      "CUP,Cup,900,EUR,,archived,\n");
    EXPECT_EQ(import("products", whole).code, 0);
    auto const prices = folder_.write("b.csv", "sku,price,currency\nMUG,1490,EUR\nCUP,950,EUR\nJUG,100,EUR\n");
    auto const run = import("products", prices);
    EXPECT_THAT(run.out, HasSubstr("3 rows: 0 created, 2 updated, 0 unchanged, 1 bad"));
    EXPECT_THAT(run.err, HasSubstr("line 4: name: is required for a new product"));
    server shop(store_);
    auto client = shop.client();
    auto const mug = client.get("/v1/products/MUG");
    EXPECT_EQ(mug.member("price/amount"), "1490");
    EXPECT_EQ(mug.member("name"), "Mug");
    EXPECT_EQ(mug.member("description"), "Enamel");
    EXPECT_EQ(mug.member("status"), "active");
    EXPECT_THAT(mug.body, HasSubstr(R"("tags":["kitchen","gift"])"));
    EXPECT_EQ(client.get("/v1/products/CUP").member("status"), "archived");
    auto const merged = client.post("/v1/products/import", R"([{"sku":"MUG","tags":[]},{"sku":"NEW","name":"New",
        "price":{"amount":1,"currency":"EUR"}}])");
    EXPECT_THAT(merged.body, HasSubstr(R"([{"sku":"MUG","outcome":"updated")"));
    EXPECT_EQ(client.get("/v1/products/MUG").member("description"), "Enamel");
    EXPECT_EQ(client.get("/v1/products/NEW").member("status"), "active") << "as in a file";
}

TEST_F(importing, stock_of_unknown_skus_is_refused_unless_it_is_accepted) {
    make_products({"MUG-1"});
    auto const file = folder_.write("s.csv", "sku,quantity\nmug-1,5\nGHOST,5\n");
    auto const refused = import("stock", file, {"--delivery", "d"});
    EXPECT_EQ(refused.code, 1);
    EXPECT_THAT(refused.err, HasSubstr("line 2: sku: no product has this sku; did you mean MUG-1?\n"));
    EXPECT_THAT(refused.err, HasSubstr("line 3: sku: no product has this sku\n"));
    auto const apart = shop_test::fresh_store(elsewhere_);
    EXPECT_THAT(run_server({"import", "stock", folder_.write("t.csv", "sku,quantity\nMUG-1,5\n"), "--store", apart,
                            "--product-store", store_})
                    .out,
                HasSubstr("1 rows: 1 set"));
    EXPECT_THAT(import("stock", file, {"--delivery", "d", "--unknown-skus", "accept"}).out, HasSubstr("2 received"));
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
    EXPECT_THAT(
        run.err,
        HasSubstr(
            "s.csv: column 1 of the header, \"MUG\", is unknown; the columns are sku,quantity,location,reference"));
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
    std::vector<std::string> skus;
    std::string text = "sku,quantity,reference\n";
    for (int i = 0; i < 1500; ++i) skus.push_back("SKU-" + std::to_string(i));
    make_products(skus);
    for (int i = 0; i < 5000; ++i) text += skus[i % skus.size()] + ",1,note-" + std::to_string(i / 1500) + "\n";
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
    EXPECT_THAT(import.out(), HasSubstr("5000 rows: 5000 received, 0 unchanged, 0 bad"));
    EXPECT_GT(placed, 0);
    EXPECT_EQ(shop.stop(), 0);
    expect_clean();
}

}  // namespace
