// Webhook endpoints over HTTP, and the example of a receiver that is told what becomes of an order.

#include <optional>
#include <string>

#include <gmock/gmock.h>

#include "server.hpp"

namespace {

using shop_test::answer;
using shop_test::http_client;
using shop_test::order_of;
using shop_test::server;
using shop_test::stock_up;
using testing::HasSubstr;
using testing::Not;

constexpr auto endpoints = "/v1/webhook-endpoints";

class webhooks_over_http : public testing::Test {
protected:
    void open(std::vector<std::string> more = {"--webhook-private-targets"}) {
        shop_.emplace("sqlite:" + folder_.file("shop.db"), std::move(more));
        client_.emplace(shop_->port());
    }
    answer create(std::string const& url, std::string const& key = "k", std::string const& more = {}) {
        return client_->post(endpoints, R"({"url":")" + url + "\"" + more + "}", key);
    }
    static std::string at(std::string const& id, std::string const& more = {}) { return endpoints + ("/" + id) + more; }
    answer change(std::string const& id, std::string const& body) {
        auto const tag = client_->get(at(id)).field("ETag");
        return client_->ask("PATCH", at(id), body, "If-Match: " + tag + "\r\n");
    }

    shop_test::scratch folder_;
    std::optional<server> shop_;
    std::optional<http_client> client_;
};

TEST_F(webhooks_over_http, tell_a_receiver_that_verifies_them_what_becomes_of_an_order) {
    open();
    auto const made = create("http://127.0.0.1:9/", "k", R"(,"events":["shop.order.*"])");
    ASSERT_EQ(made.status, 201) << made.body;
    auto const id = made.member("id"), secret = made.member("secret");
    EXPECT_EQ(made.field("Location"), at(id));
    EXPECT_THAT(secret, testing::MatchesRegex("whsec_[A-Za-z0-9+/]{43}="));
    EXPECT_EQ(client_->post(at(id, "/test"), {}).member("failure"), "unreachable");

    shop_test::process receiver(
        {"/usr/bin/env", "python3", std::string(SHOP_SOURCE_DIR) + "/examples/webhooks/receiver.py"},
        {{"SHOP_WEBHOOK_SECRET", secret}});
    ASSERT_TRUE(receiver.wait_for_out("\n")) << receiver.err();
    auto const greeting = receiver.out();
    auto const url = greeting.substr(greeting.find("http"), greeting.find('\n') - greeting.find("http")) + "/hooks";
    EXPECT_EQ(client_->ask("PATCH", at(id), R"({"url":")" + url + "\"}").status, 428);
    EXPECT_EQ(client_->ask("PATCH", at(id), R"({"url":")" + url + "\"}", "If-Match: \"9\"\r\n").status, 412);
    ASSERT_EQ(change(id, R"({"url":")" + url + "\"}").status, 200);

    auto const tested = client_->post(at(id, "/test"), {});
    EXPECT_EQ(tested.status, 200);
    EXPECT_EQ(tested.member("status"), "204") << tested.body;
    EXPECT_TRUE(receiver.wait_for_out("verified shop.webhook_endpoint.test.v1 " + id)) << receiver.out();

    ASSERT_TRUE(stock_up(*client_, "MUG", 5));
    auto const order = client_->post("/v1/orders", order_of("ann", {{"MUG", 1}}), "k").member("id");
    EXPECT_TRUE(receiver.wait_for_out("verified shop.order.confirmed.v1 " + order + " 2\n")) << receiver.out();

    auto const rotated = client_->post(at(id, "/rotate-secret"), R"({"overlap_hours":1})", "r");
    EXPECT_EQ(rotated.status, 200);
    EXPECT_NE(rotated.member("secret"), secret);
    client_->post("/v1/orders/" + order + "/cancel", {}, "c");
    EXPECT_TRUE(receiver.wait_for_out("verified shop.order.cancelled.v1 " + order + " 3\n")) << "by the old secret";

    EXPECT_EQ(client_->ask("DELETE", at(id), {}).status, 204);
    EXPECT_EQ(client_->get(at(id)).status, 404);
    EXPECT_EQ(shop_->stop(), 0);
    for (auto const& text : {secret, rotated.member("secret")}) EXPECT_THAT(shop_->log(), Not(HasSubstr(text)));
    EXPECT_THAT(receiver.out(), Not(HasSubstr("refused")));
}

TEST_F(webhooks_over_http, show_secrets_in_the_answers_that_drew_them_alone) {
    open();
    auto const made = create("http://127.0.0.1:9/");
    EXPECT_EQ(create("http://127.0.0.1:9/").body, made.body) << "a repeat under its key";
    EXPECT_EQ(create("http://127.0.0.1:10/").status, 422) << "another under that key";
    EXPECT_EQ(client_->post(endpoints, R"({"url":"http://127.0.0.1:9/"})").status, 400) << "without a key";
    auto const id = made.member("id");
    for (auto const& shown : {client_->get(at(id)), client_->get(endpoints), change(id, R"({"description":"ERP"})"),
                              client_->post(at(id, "/test"), {})}) {
        EXPECT_EQ(shown.status, 200);
        EXPECT_THAT(shown.body, Not(HasSubstr("whsec_")));
        EXPECT_THAT(shown.field("Cache-Control"), HasSubstr("no-store"));
    }
    EXPECT_EQ(client_->get(at(id)).member("description"), "ERP");
}

TEST_F(webhooks_over_http,
       go_to_https_on_the_public_internet_unless_the_shop_says_otherwise) {  // rows 97 to 99, 102, 107
    open({});
    std::string const own = "http://127.0.0.1:" + std::to_string(shop_->port()) + "/v1/orders";
    for (std::string const& url : {own, std::string("https://127.0.0.1/"), std::string("https://[::ffff:10.0.0.1]/"),
                                   std::string("https://169.254.169.254/latest/meta-data"),
                                   std::string("https://2130706433/"), std::string("https://0x7f.1/"),
                                   std::string("https://user@example.com/"), std::string("ftp://example.com/")}) {
        auto const refused = create(url, "k" + url);
        EXPECT_EQ(refused.status, 422) << url;
        EXPECT_EQ(refused.member("errors/0/pointer"), "/url") << refused.body;
    }
    auto const made = create("https://hooks.invalid/");
    ASSERT_EQ(made.status, 201) << made.body;
    EXPECT_EQ(client_->post(at(made.member("id"), "/test"), {}).member("failure"), "unresolved");
    auto const local = create("https://localhost/", "local");
    EXPECT_EQ(client_->post(at(local.member("id"), "/test"), {}).member("failure"), "target_refused");
}

}  // namespace
