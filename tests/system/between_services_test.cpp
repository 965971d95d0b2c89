// Which service may ask which for what: the real services, and somebody who has stolen the secret of one.

#include <gmock/gmock.h>

#include "server.hpp"

namespace {

using shop_test::answer;
using shop_test::eventually;
using shop_test::role_process;
using shop_test::run_server;
using shop_test::stack;
using testing::HasSubstr;
using testing::Not;

/// An inventory by itself: who it asks is not there.
class an_inventory : public testing::Test {
protected:
    an_inventory() {
        std::filesystem::permissions(secret_, std::filesystem::perms(0600));
        inventory_.emplace("inventory",
                           std::vector<std::string>{"--store", "memory:", "--service-credentials", secret_,
                                                    "--service-callers", callers_, "--product", "http://127.0.0.1:1",
                                                    "--notification", "http://127.0.0.1:1"});
    }
    answer ask(std::string const& operation, std::string const& authorization, std::string const& item) {
        shop_test::http_client client(inventory_->port());
        return client.exchange("POST /internal/v1/" + operation + " HTTP/1.1\r\nHost: 127.0.0.1\r\n" + authorization +
                               "Content-Type: application/x-ndjson\r\nContent-Length: " +
                               std::to_string(item.size() + 1) + "\r\n\r\n" + item + "\n");
    }
    static std::string item(std::string const& body) {
        return R"({"by":{"account":"boss","scopes":["*"]},"body":)" + body + "}";
    }

    shop_test::scratch folder_;
    std::string secret_ = folder_.write("inventory", stack::secret_of("inventory"));
    std::string callers_ = folder_.write("callers", stack::callers());
    std::optional<role_process> inventory_;
};

TEST_F(an_inventory, lets_the_gateway_ask_for_resources_and_the_order_service_for_what_orders_need) {
    auto const get = item(R"({"sku":"MUG"})"), release = item(R"({"order_id":"018f0000-0000-7000-8000-000000000001"})");
    EXPECT_EQ(ask("inventory.get", stack::secret_header("gateway"), get).status, 200);
    EXPECT_EQ(ask("inventory.release", stack::secret_header("order"), release).status, 200);

    for (auto const& [operation, role] :
         {std::pair("inventory.get", "order"), std::pair("inventory.record", "order"),
          std::pair("inventory.release", "gateway"), std::pair("inventory.get", "inventory"),
          std::pair("inventory.release", "inventory"), std::pair("no.such", "order")}) {
        auto const refused = ask(operation, stack::secret_header(role), get);
        EXPECT_EQ(refused.status, 403) << operation << ' ' << role;
        EXPECT_EQ(refused.member("code"), "forbidden");
    }
    for (auto const* shown : {"", "Authorization: Bearer the-secret-of-the-services-of-this-test\r\n"}) {
        auto const refused = ask("inventory.get", shown, get);
        EXPECT_EQ(refused.status, 401) << shown;
        EXPECT_THAT(refused.field("WWW-Authenticate"), HasSubstr("Bearer"));
    }
    EXPECT_EQ(inventory_->stop(), 0);
    EXPECT_THAT(inventory_->log(),
                HasSubstr(R"("event":"security.forbidden","key":"","account":"order","operation":"inventory.record")"));
    EXPECT_THAT(inventory_->log(), HasSubstr(R"("event":"security.unauthenticated")"));
    EXPECT_THAT(inventory_->log(), Not(HasSubstr("the-secret-of")));
}

TEST_F(an_inventory, does_nothing_for_nobody) {
    auto const nobody = ask("inventory.get", stack::secret_header("gateway"), R"({"body":{"sku":"MUG"}})");
    EXPECT_EQ(nobody.status, 200);
    EXPECT_THAT(nobody.body, HasSubstr(R"("code":"forbidden")"));
    auto const somebody = ask("inventory.get", stack::secret_header("gateway"), item(R"({"sku":"MUG"})"));
    EXPECT_THAT(somebody.body, Not(HasSubstr("forbidden")));
}

TEST_F(an_inventory, lets_others_in_when_its_callers_are_read_again) {
    auto const get = item(R"({"sku":"MUG"})");
    auto text = stack::callers();
    text.erase(0, text.find('\n') + 1);  // the gateway
    folder_.write("callers", text);
    inventory_->process().signal(SIGHUP);
    EXPECT_TRUE(eventually(std::chrono::minutes(1),
                           [&] { return ask("inventory.get", stack::secret_header("gateway"), get).status == 401; }));
    EXPECT_THAT(inventory_->log(), HasSubstr("security.credentials_changed"));

    std::filesystem::permissions(callers_, std::filesystem::perms(0666));
    folder_.write("callers", stack::callers());
    inventory_->process().signal(SIGHUP);
    EXPECT_TRUE(inventory_->process().wait_for_err("service-callers: mode 0666: chmod 644 it"));
    EXPECT_EQ(ask("inventory.get", stack::secret_header("gateway"), get).status, 401) << "what was read before counts";
}

TEST(service_roles, say_what_they_need_to_know_of_each_other) {
    auto const product = run_server({"serve", "product", "--store", "memory:"});
    EXPECT_EQ(product.code, 78);
    EXPECT_THAT(product.err, HasSubstr("service-callers: the role product must know who may call it"));
    EXPECT_THAT(product.err, Not(HasSubstr("service-credentials"))) << "it calls nobody";
    auto const order = run_server({"serve", "order", "--store", "memory:"});
    EXPECT_THAT(order.err,
                HasSubstr("service-credentials: the role order needs a secret to show to the services that it calls"));
    auto const gateway = run_server({"serve", "gateway"});
    EXPECT_THAT(gateway.err, Not(HasSubstr("service-callers"))) << "it is called by no service";
}

}  // namespace
