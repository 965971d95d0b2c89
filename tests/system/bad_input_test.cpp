#include <gmock/gmock.h>

#include "server.hpp"

namespace {

using shop_test::order_of;
using shop_test::server;

struct bad_request {
    char const* what;
    char const* method;
    char const* target;
    std::string body;
    std::string fields;
    int status;
};

std::string const key = "Idempotency-Key: k\r\n";
std::string const order = order_of("ann", {{"MUG", 1}});

std::string repeated(std::string const& text, int times) {
    std::string out;
    for (int i = 0; i < times; ++i) out += text;
    return out;
}

std::vector<bad_request> const& requests() {
    static std::vector<bad_request> const all{
        {"no_such_path", "GET", "/v1/nothing", "", "", 404},
        {"no_such_method", "PUT", "/v1/orders", "{}", "", 405},
        {"no_key", "POST", "/v1/orders", order, "", 400},
        {"long_key", "POST", "/v1/orders", order, "Idempotency-Key: " + std::string(300, 'k') + "\r\n", 400},
        {"empty_object", "POST", "/v1/orders", "{}", key, 400},
        {"not_json", "POST", "/v1/orders", "sell me a mug", key, 400},
        {"truncated", "POST", "/v1/orders", order.substr(0, 20), key, 400},
        {"trailing_data", "POST", "/v1/orders", order + "{}", key, 400},
        {"duplicate_member", "POST", "/v1/orders", R"({"customer":{"id":"a","id":"b"},"lines":[]})", key, 400},
        {"unknown_member", "POST", "/v1/orders",
         R"({"customer":{"id":"a"},"lines":[{"sku":"MUG","quantity":1,"price":1}]})", key, 400},
        {"nul_in_text", "POST", "/v1/orders", R"({"customer":{"id":"a\u0000b"},"lines":[{"sku":"MUG","quantity":1}]})",
         key, 400},
        {"deep", "POST", "/v1/orders", repeated("[", 100'000), key, 400},
        {"too_long_body", "POST", "/v1/orders", std::string(300'000, ' '), key, 413},
        {"no_lines", "POST", "/v1/orders", R"({"customer":{"id":"a"},"lines":[]})", key, 422},
        {"many_lines", "POST", "/v1/orders",
         R"({"customer":{"id":"a"},"lines":[)" + repeated(R"({"sku":"MUG","quantity":1},)", 100) +
             R"({"sku":"CUP","quantity":1}]})",
         key, 422},
        {"none_of_it", "POST", "/v1/orders", order_of("ann", {{"MUG", 0}}), key, 422},
        {"too_many", "POST", "/v1/orders", order_of("ann", {{"MUG", 1'000'001}}), key, 422},
        {"half_of_one", "POST", "/v1/orders", R"({"customer":{"id":"a"},"lines":[{"sku":"MUG","quantity":0.5}]})", key,
         400},
        {"unknown_sku", "POST", "/v1/orders", order_of("ann", {{"NOTHING", 1}}), key, 422},
        {"draft", "POST", "/v1/orders", order_of("ann", {{"DRAFT", 1}}), key, 422},
        {"no_such_order", "GET", "/v1/orders/00000000-0000-7000-8000-000000000000", "", "", 404},
        {"no_id", "GET", "/v1/orders/42", "", "", 404},
        {"forged_cursor", "GET", "/v1/orders?cursor=AAAA", "", "", 400},
        {"huge_page", "GET", "/v1/orders?limit=1000000", "", "", 400},
        {"unknown_parameter", "GET", "/v1/orders?colour=red", "", "", 400},
        {"no_if_match", "PUT", "/v1/products/MUG", R"({"sku":"MUG","name":"M","price":{"amount":1,"currency":"EUR"}})",
         "", 428},
        {"stale_if_match", "PUT", "/v1/products/MUG",
         R"({"sku":"MUG","name":"M","price":{"amount":1,"currency":"EUR"}})", "If-Match: \"99\"\r\n", 412},
        {"negative_price", "POST", "/v1/products", R"({"sku":"N","name":"N","price":{"amount":-1,"currency":"EUR"}})",
         "", 422},
        {"bidi_name", "POST", "/v1/products",
         "{\"sku\":\"N\",\"name\":\"a\u202Eb\",\"price\":{\"amount\":1,\"currency\":\"EUR\"}}", "", 422},
        {"parts_of_an_order", "POST", "/v1/orders/ORDER/transitions",
         R"({"to":"shipped","lines":[{"sku":"MUG","quantity":1}]})", key, 400},
    };
    return all;
}

TEST(bad_input, gets_a_problem_that_says_what_to_mend_and_leaves_nothing_behind) {
    shop_test::scratch folder;
    auto const store = "sqlite:" + folder.file("shop.db");
    server shop(store);
    auto client = shop.client();
    ASSERT_TRUE(stock_up(client, "MUG", 5));
    ASSERT_EQ(client.post("/v1/products", R"({"sku":"DRAFT","name":"D","price":{"amount":1,"currency":"EUR"}})").status,
              201);
    auto const placed = client.post("/v1/orders", order, "first");
    ASSERT_EQ(placed.status, 201);
    auto const orders_before = client.get("/v1/orders").body;
    auto const stock_before = client.get("/v1/inventory/MUG").body;

    for (auto const& bad : requests()) {
        std::string target = bad.target;
        if (auto const at = target.find("ORDER"); at != target.npos) target.replace(at, 5, placed.member("id"));
        auto const answer = client.ask(bad.method, target, bad.body, bad.fields);
        EXPECT_EQ(answer.status, bad.status) << bad.what << ": " << answer.body;
        EXPECT_THAT(answer.field("Content-Type"), testing::HasSubstr("application/problem+json")) << bad.what;
        for (auto const* member : {"type", "title", "code"})
            EXPECT_NE(answer.member(member), "") << bad.what << ": " << answer.body;
    }
    EXPECT_EQ(client.get("/v1/orders").body, orders_before);
    EXPECT_EQ(client.get("/v1/inventory/MUG").body, stock_before);
    EXPECT_EQ(shop.stop(), 0);
    EXPECT_EQ(shop_test::run_server({"audit", "--store", store}).code, 0);
}

TEST(bad_input, that_is_no_http_is_answered_or_hung_up_on_and_the_next_caller_is_served) {
    server shop("memory:");
    for (std::string const& bytes :
         {std::string("\0\0\0\0\r\n\r\n", 8), std::string("GET\r\n\r\n"),
          std::string("GET / HTTP/9.9\r\nHost: a\r\n\r\n"),
          std::string(
              "POST /v1/orders HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\nContent-Length: 5\r\n\r\n12345"),
          std::string("POST /v1/orders HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n"),
          std::string("GET / HTTP/1.1\r\n\r\n"), "GET /" + std::string(100'000, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n",
          "GET / HTTP/1.1\r\nHost: a\r\n" + repeated("X: y\r\n", 5'000) + "\r\n",
          std::string("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
          std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\r\n\r\n", 14)}) {
        auto client = shop.client();
        auto const answer = client.exchange(bytes);
        EXPECT_TRUE(answer.status == 0 || answer.status >= 400) << answer.status;
        auto next = shop.client();
        EXPECT_EQ(next.get("/livez").status, 200);
    }
    EXPECT_EQ(shop.stop(), 0);
}

}  // namespace
