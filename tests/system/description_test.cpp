// The description of the API: what is served, what is printed, and that answers that are not as it says fail a test.
#include "description.hpp"

#include <gmock/gmock.h>

#include "server.hpp"

namespace {

using shop_test::answer;
using shop_test::fault_of;
using shop_test::server;
using ::testing::HasSubstr;

answer as_answer(int status, std::string const& type, std::string body) {
    answer out;
    out.status = status;
    out.head = "HTTP/1.1 " + std::to_string(status) + " Any\r\nContent-Type: " + type + "\r\n\r\n";
    out.body = std::move(body);
    return out;
}

std::string without_servers(std::string text) {
    auto const from = text.find("\"servers\":"), to = text.find("\"tags\":");
    return text.erase(from, to - from);
}

TEST(api_description, finds_answers_that_are_not_as_it_says) {
    server shop("memory:");
    auto client = shop.client();
    ASSERT_TRUE(shop_test::stock_up(client, "MUG-9", 10));
    auto const good = client.get("/v1/products/MUG-9");
    ASSERT_EQ(good.status, 200);
    auto const fault = [](answer const& of) { return fault_of("GET", "/v1/products/MUG-9", of); };
    EXPECT_EQ(fault(good), "");

    auto wrong = good;
    wrong.status = 206;
    EXPECT_THAT(fault(wrong), HasSubstr("the status 206 is not described"));
    EXPECT_THAT(fault(as_answer(409, "application/problem+json",
                                R"({"type":"urn:shop:error:already_exists","title":"t","status":409,"detail":"d",)"
                                R"("code":"already_exists","retryable":false})")),
                HasSubstr("code"))
        << "what only reads is in no conflict";
    EXPECT_THAT(fault(as_answer(200, "text/html", good.body)), HasSubstr("media type"));
    EXPECT_THAT(fault(as_answer(200, "application/json", "{")), HasSubstr("not JSON"));
    EXPECT_THAT(fault(as_answer(200, "application/json", "{}")), HasSubstr("'sku'"));
    wrong = good;
    wrong.body.insert(1, R"("cost_price":1,)");
    EXPECT_THAT(fault(wrong), HasSubstr("'cost_price'")) << "row 83: a member that nobody described";
    wrong = good;
    wrong.body.replace(wrong.body.find("\"active\""), 8, "\"asleep\"");
    EXPECT_THAT(fault(wrong), HasSubstr("status"));
    wrong = good;
    wrong.body.replace(wrong.body.find("Z\""), 2, "+00:00\"");
    EXPECT_THAT(fault(wrong), HasSubstr("created_at")) << "another way to write a time";

    auto const missing = client.get("/v1/products/NONE");
    ASSERT_EQ(missing.status, 404);
    EXPECT_EQ(fault(missing), "");
    wrong = missing;
    wrong.body.replace(wrong.body.find("\"not_found\""), 11, "\"forbidden\"");
    EXPECT_THAT(fault(wrong), HasSubstr("code")) << "the word of another status";
    EXPECT_EQ(fault_of("GET", "/livez", as_answer(200, "text/plain", "x")), "") << "no operation";
}

TEST(api_description, is_served_as_it_is_printed) {
    auto const printed = shop_test::run_server({"openapi"});
    ASSERT_EQ(printed.code, 0);
    EXPECT_THAT(printed.out, HasSubstr(R"("servers":[{"url":"http://127.0.0.1:8080",)"));
    EXPECT_THAT(shop_test::run_server({"openapi", "--server", "https://shop.example/api"}).out,
                HasSubstr(R"("servers":[{"url":"https://shop.example/api",)"));
    auto const refused = shop_test::run_server({"openapi", "--server", "shop.example"});
    EXPECT_EQ(refused.code, 64);
    EXPECT_THAT(refused.err, HasSubstr("--server: must be an address"));

    server shop("memory:", {"--base-path", "/shop"});
    auto client = shop.client();
    auto const served = client.get("/shop/openapi.json");
    ASSERT_EQ(served.status, 200);
    EXPECT_EQ(served.field("Content-Type"), "application/json");
    EXPECT_THAT(served.body, HasSubstr(R"("servers":[{"url":"/shop",)"));
    EXPECT_EQ(without_servers(served.body) + '\n', without_servers(printed.out));
    auto const page = client.get("/shop/docs");
    EXPECT_EQ(page.status, 200);
    EXPECT_THAT(page.field("Content-Security-Policy"), HasSubstr("default-src 'none'"));
    EXPECT_THAT(page.body, HasSubstr("openapi.json"));
}

TEST(api_description, on_the_admin_port_says_where_the_shop_is) {
    server shop("memory:", {"--admin-listen", "127.0.0.1:0"});
    std::string const before = R"("event":"admin listening","url":"http://127.0.0.1:)";
    ASSERT_TRUE(shop.process().wait_for_err(before));
    auto const log = shop.process().err();
    shop_test::http_client admin(static_cast<unsigned short>(std::stoi(log.substr(log.find(before) + before.size()))));
    auto const served = admin.get("/openapi.json");
    ASSERT_EQ(served.status, 200);
    EXPECT_THAT(served.body, HasSubstr(R"("servers":[{"url":"http://127.0.0.1:)" + std::to_string(shop.port()) + '"'));
    EXPECT_EQ(admin.get("/docs").status, 200);
    EXPECT_EQ(shop.client().get("/openapi.json").status, 404);
    EXPECT_EQ(shop.client().get("/docs").status, 404);
}

}  // namespace
