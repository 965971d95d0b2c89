// Who is let in, and to what: over every operation of the tables, through the real server.

#include <gmock/gmock.h>

#include <shop/core/base64url.hpp>
#include <shop/inventory/operations.hpp>
#include <shop/notifications/operations.hpp>
#include <shop/orders/operations.hpp>
#include <shop/products/operations.hpp>

#include "server.hpp"
#include "support/held_issuer.hpp"

namespace {

using shop_test::answer;
using shop_test::order_of;
using shop_test::server;
using testing::AnyOf;
using testing::HasSubstr;
using testing::Not;

class access : public testing::Test {
protected:
    std::string new_key(std::string const& id, std::vector<std::string> const& more) {
        std::vector<std::string> command{"keys", "add", id, "--keys", keys_};
        command.insert(command.end(), more.begin(), more.end());
        auto const made = shop_test::run_server(std::move(command));
        if (made.code != 0) throw std::runtime_error(made.err);
        return made.out.substr(0, made.out.find('\n'));
    }
    static std::string bearer(std::string const& key) { return "Authorization: Bearer " + key + "\r\n"; }
    answer ask(std::string const& key, std::string const& method, std::string const& target,
               std::string const& body = {}, std::string const& more = {}) {
        auto client = shop_->client();
        return client.ask(method, target, body, bearer(key) + more);
    }
    void open(std::vector<std::string> settings = {}) {
        settings.insert(settings.end(), {"--keys", keys_});
        shop_.emplace("memory:", std::move(settings));
    }

    shop_test::scratch folder_;
    std::string keys_ = folder_.file("keys.json");
    std::string boss_ = new_key("boss", {"--scope", "*"});
    std::string ann_ = new_key("ann", {"--customer", "ann", "--scope", "orders:read", "--scope", "orders:write",
                                       "--scope", "notifications:read", "--scope", "products:read"});
    std::string bob_ =
        new_key("bob", {"--customer", "bob", "--scope", "orders:read", "--scope", "orders:write", "--scope",
                        "orders:fulfil", "--scope", "notifications:read", "--scope", "products:read"});
    std::optional<server> shop_;
};

/// A request for a row: its path with `id` where it names one, and a body that a good many would take.
template <class Row>
std::pair<std::string, std::string> request_for(Row const& row, std::string const& id) {
    std::string path(row.path);
    if (auto const open = path.find('{'); open != path.npos) path.replace(open, path.find('}') - open + 1, id);
    bool const has_body = row.method != shop::http_method::get && row.method != shop::http_method::delete_;
    std::string const body = path.ends_with("/transitions") ? R"({"to":"shipped"})" : has_body ? "{}" : "";
    return {path, body};
}

template <class Function>
void for_each_operation(Function f) {
    std::apply([&](auto const&... rows) { (f(rows), ...); }, shop::orders::operations);
    std::apply([&](auto const&... rows) { (f(rows), ...); }, shop::products::operations);
    std::apply([&](auto const&... rows) { (f(rows), ...); }, shop::inventory::operations);
    std::apply([&](auto const&... rows) { (f(rows), ...); }, shop::notifications::operations);
}

TEST_F(access, is_not_given_to_whom_nobody_knows_whatever_the_operation) {
    open();
    auto client = shop_->client();
    for_each_operation([&](auto const& row) {
        auto const [path, body] = request_for(row, "x");
        auto const method = std::string(shop::to_word(row.method));
        for (auto const* shown : {"", "Authorization: Basic YW5uOnNlY3JldA==\r\n", "Authorization: Bearer\r\n",
                                  "Authorization: Bearer shop_ann_wrong\r\n", "Authorization: Bearer a.b.c\r\n"}) {
            auto const refused = client.ask(method, path, body, shown);
            EXPECT_THAT(refused.status, AnyOf(401, 429)) << row.name << " " << shown;
            if (refused.status == 401) {
                EXPECT_THAT(refused.field("WWW-Authenticate"), HasSubstr("Bearer"));
            }
        }
    });
    EXPECT_EQ(ask(ann_, "GET", "/v1/orders").status, 200) << "good keys are let in whatever others have sent";
}

TEST_F(access, of_a_customer_ends_at_the_things_of_others_whatever_the_operation) {
    open();
    auto owner = shop_->client();
    ASSERT_EQ(ask(boss_, "POST", "/v1/products",
                  R"({"sku":"MUG","name":"Mug","status":"active","price":{"amount":1,"currency":"EUR"}})")
                  .status,
              201);
    ASSERT_EQ(ask(boss_, "POST", "/v1/inventory/MUG/movements", R"({"kind":"received","quantity":10})",
                  "Idempotency-Key: opening\r\n")
                  .status,
              201);
    auto const placed = ask(ann_, "POST", "/v1/orders", order_of("ann", {{"MUG", 1}}), "Idempotency-Key: k\r\n");
    ASSERT_EQ(placed.status, 201) << placed.body;
    auto const id = placed.member("id");
    ASSERT_TRUE(shop_test::eventually(std::chrono::minutes(1), [&] {
        return ask(ann_, "GET", "/v1/notifications").body.find(id) != std::string::npos;
    }));
    auto const before = ask(boss_, "GET", "/v1/orders/" + id).body;

    int asked = 0;
    for_each_operation([&](auto const& row) {
        auto const [path, body] = request_for(row, id);
        auto const theirs = ask(bob_, std::string(shop::to_word(row.method)), path, body, "Idempotency-Key: b\r\n");
        bool const named = path.find(id) != std::string::npos && std::string_view(row.name).starts_with("orders.");
        if (named) {
            EXPECT_EQ(theirs.status, 404) << row.name << theirs.body;
        }
        EXPECT_THAT(theirs.body, Not(HasSubstr(R"("id":")" + id))) << row.name;
        EXPECT_THAT(theirs.body, Not(HasSubstr(R"("customer":{"id":"ann")"))) << row.name;
        EXPECT_THAT(theirs.body, Not(HasSubstr(R"("recipient":"ann")"))) << row.name;
        ++asked;
    });
    EXPECT_GE(asked, 18);
    for (auto const* query : {"?customer_id=ann", "?status=confirmed", "?expand=availability"}) {
        EXPECT_THAT(ask(bob_, "GET", std::string("/v1/orders") + query).body, Not(HasSubstr(id))) << query;
    }
    EXPECT_THAT(ask(bob_, "GET", "/v1/notifications?order_id=" + id).body, Not(HasSubstr("recipient")));
    auto const for_ann = ask(bob_, "POST", "/v1/orders", order_of("ann", {{"MUG", 1}}), "Idempotency-Key: z\r\n");
    EXPECT_EQ(for_ann.status, 403) << for_ann.body;
    EXPECT_EQ(ask(boss_, "GET", "/v1/orders/" + id).body, before);
    EXPECT_EQ(ask(ann_, "GET", "/v1/orders/" + id).status, 200);
}

TEST_F(access, to_a_page_of_a_list_is_for_who_asked_for_the_one_before) {
    open();
    ASSERT_EQ(ask(boss_, "POST", "/v1/products",
                  R"({"sku":"MUG","name":"Mug","status":"active","price":{"amount":1,"currency":"EUR"}})")
                  .status,
              201);
    ASSERT_EQ(ask(boss_, "POST", "/v1/inventory/MUG/movements", R"({"kind":"received","quantity":10})",
                  "Idempotency-Key: opening\r\n")
                  .status,
              201);
    for (int i = 0; i < 3; ++i) {
        for (auto const& [key, who] : {std::pair(ann_, "ann"), std::pair(bob_, "bob")}) {
            auto const cart = "Idempotency-Key: cart-" + std::to_string(i) + "\r\n";
            ASSERT_EQ(ask(key, "POST", "/v1/orders", order_of(who, {{"MUG", 1}}), cart).status, 201);
        }
    }
    ASSERT_TRUE(shop_test::eventually(std::chrono::minutes(1), [&] {
        return !ask(bob_, "GET", "/v1/notifications?limit=3").member("items/2/id").empty();
    }));
    for (std::string const list : {"/v1/orders", "/v1/notifications"}) {
        auto page = ask(bob_, "GET", list + "?limit=1");
        for (int i = 0; i < 3; ++i) {
            ASSERT_EQ(page.status, 200) << page.body;
            EXPECT_THAT(page.body, AnyOf(HasSubstr(R"("customer":{"id":"bob")"), HasSubstr(R"("recipient":"bob")")));
            EXPECT_EQ(page.member("next_cursor").empty(), i == 2) << list << " has pages of others in between";
            if (i == 2) break;
            auto const next = list + "?limit=1&cursor=" + page.member("next_cursor");
            EXPECT_EQ(ask(ann_, "GET", next).status, 400) << "a cursor of another's";
            EXPECT_EQ(ask(bob_, "GET", next + "&status=delivered").status, 400) << "other filters";
            page = ask(bob_, "GET", next);
        }
    }
}

TEST_F(access, to_what_is_expanded_needs_the_scope_of_that) {
    open();
    ASSERT_EQ(ask(boss_, "POST", "/v1/products",
                  R"({"sku":"MUG","name":"Mug","status":"active","price":{"amount":1,"currency":"EUR"}})")
                  .status,
              201);
    ASSERT_EQ(ask(boss_, "POST", "/v1/inventory/MUG/movements", R"({"kind":"received","quantity":10})",
                  "Idempotency-Key: opening\r\n")
                  .status,
              201);
    auto const id =
        ask(ann_, "POST", "/v1/orders", order_of("ann", {{"MUG", 1}}), "Idempotency-Key: k\r\n").member("id");
    auto const orders_only = new_key("ann-2", {"--account", "ann", "--customer", "ann", "--scope", "orders:read"});
    shop_->process().signal(SIGHUP);
    ASSERT_TRUE(shop_test::eventually(std::chrono::minutes(1),
                                      [&] { return ask(orders_only, "GET", "/v1/orders/" + id).status == 200; }));
    auto const refused = ask(orders_only, "GET", "/v1/orders/" + id + "?expand=availability");
    EXPECT_EQ(refused.status, 403) << refused.body;
    EXPECT_THAT(refused.body, HasSubstr("products:read"));
    EXPECT_THAT(refused.body, Not(HasSubstr("in_stock")));
    auto const let_in = ask(ann_, "GET", "/v1/orders/" + id + "?expand=availability");
    EXPECT_EQ(let_in.status, 200);
    EXPECT_THAT(let_in.body, HasSubstr(R"("availability":[{"sku":"MUG","availability":{)"));
}

TEST_F(access, needs_the_scope_of_the_operation) {
    open();
    auto const none = new_key("none", {"--scope", "nothing:read"});
    shop_->process().signal(SIGHUP);
    ASSERT_TRUE(
        shop_test::eventually(std::chrono::minutes(1), [&] { return ask(none, "GET", "/v1/orders").status != 401; }));
    for_each_operation([&](auto const& row) {
        auto const [path, body] = request_for(row, "x");
        EXPECT_EQ(ask(none, std::string(shop::to_word(row.method)), path, body, "Idempotency-Key: k\r\n").status, 403)
            << row.name;
    });
}

TEST_F(access, by_a_new_key_begins_and_by_a_revoked_one_ends_without_a_restart) {
    open();
    auto const next = new_key("ann-2", {"--account", "ann", "--customer", "ann", "--scope", "orders:read"});
    EXPECT_EQ(ask(next, "GET", "/v1/orders").status, 401);
    shop_->process().signal(SIGHUP);
    EXPECT_TRUE(
        shop_test::eventually(std::chrono::minutes(1), [&] { return ask(next, "GET", "/v1/orders").status == 200; }));
    EXPECT_EQ(ask(ann_, "GET", "/v1/orders").status, 200)
        << "both keys are good while one takes the place of the other";
    ASSERT_EQ(shop_test::run_server({"keys", "revoke", "ann", "--keys", keys_}).code, 0);
    shop_->process().signal(SIGHUP);
    EXPECT_TRUE(
        shop_test::eventually(std::chrono::minutes(1), [&] { return ask(ann_, "GET", "/v1/orders").status == 401; }));
    EXPECT_EQ(ask(next, "GET", "/v1/orders").status, 200);
}

int count_refused(shop_test::http_client& watcher) {
    std::string const before = "\nshop_security_events_total{event=\"reload_refused\"} ";
    auto const text = watcher.get("/metrics").body;
    auto const at = text.find(before);
    return at == text.npos ? -1 : std::stoi(text.substr(at + before.size()));
}

TEST_F(access, is_not_lost_by_a_reload) {
    auto const config = folder_.write("shop.conf", "keys = " + keys_ + "\n");
    for (std::string const host : {"127.0.0.1", "0.0.0.0"}) {
        folder_.write("shop.conf", "keys = " + keys_ + "\n");
        shop_test::process shop({SHOP_SERVER, "serve", "all", "--store", "memory:", "--listen", host + ":0", "--config",
                                 config, "--admin-listen", "127.0.0.1:0"});
        std::string const greeting = "listening on http://" + host + ":",
                          admin = R"("admin listening","url":"http://127.0.0.1:)";
        ASSERT_TRUE(shop.wait_for_out("\n") && shop.wait_for_err(admin)) << shop.err();
        shop_test::http_client client(static_cast<unsigned short>(std::stoi(shop.out().substr(greeting.size()))));
        auto const log = shop.err();
        int refused = 0;
        shop_test::http_client watcher(
            static_cast<unsigned short>(std::stoi(log.substr(log.find(admin) + admin.size()))));
        for (std::string const& text :
             {std::string(), std::string("log-level = debug\n"), "keys = " + keys_.substr(0, keys_.size() - 2) + "\n",
              "keys = " + keys_ + "\nlog-level = loud\n", "keys = " + keys_ + "\nlog-level = debug\ntls-key = a\n"}) {
            folder_.write("shop.conf", text);
            shop.signal(SIGHUP);
            auto const so_far = refused;
            EXPECT_TRUE(shop_test::eventually(std::chrono::minutes(1),
                                              [&] { return (refused = count_refused(watcher)) > so_far; }))
                << text << shop.err();
            EXPECT_EQ(client.get("/v1/orders").status, 401) << text;
            EXPECT_EQ(client.ask("GET", "/v1/orders", {}, bearer(ann_)).status, 200) << text;
        }
        EXPECT_THAT(shop.err(), Not(HasSubstr("setting reloaded"))) << "it is refused as a whole";
        EXPECT_THAT(shop.err(), HasSubstr(R"("level":"error","event":"security.reload_refused","reason":")"));
        folder_.write("shop.conf", "keys = " + keys_ + "\nlog-level = debug\n");
        shop.signal(SIGHUP);
        EXPECT_TRUE(shop.wait_for_err(R"("event":"setting reloaded","setting":"log-level","value":"debug")"))
            << shop.err();
    }
}

TEST_F(access, to_nobody_knows_whom_is_refused_before_a_body_is_read) {
    shop_test::held_issuer issuer;
    open({"--jwt-issuer", "i", "--jwt-audience", "shop", "--jwt-keys", issuer.keys()});
    auto const token = shop::to_base64url(R"({"alg":"ES256","typ":"at+jwt","kid":"unknown"})") + "." +
                       shop::to_base64url("{}") + "." + shop::to_base64url(std::string(64, 's'));
    auto waiting = shop_->client();
    waiting.send("POST /v1/products/import HTTP/1.1\r\nHost: localhost\r\n" + bearer(token) +
                 "Content-Type: application/json\r\nContent-Length: 8000000\r\n\r\n[");
    EXPECT_EQ(ask(ann_, "GET", "/v1/orders").status, 200) << "the head before this one has been read";
    issuer.release();
    EXPECT_EQ(waiting.receive().status, 401) << "the rest of the body never came";
}

TEST_F(access, is_limited_by_account_and_says_when_to_come_back) {
    open({"--rate-limit", "1/s:5"});
    int let_in = 0;
    answer refused;
    for (int i = 0; i < 20; ++i) {
        auto const one = ask(bob_, "GET", "/v1/orders");
        if (one.status == 200) {
            ++let_in;
            EXPECT_THAT(one.field("RateLimit"), Not(testing::IsEmpty()));
        } else {
            refused = one;
        }
    }
    EXPECT_GE(let_in, 5);
    EXPECT_EQ(refused.status, 429);
    EXPECT_EQ(refused.member("code"), "rate_limited");
    EXPECT_THAT(refused.field("Retry-After"), Not(testing::IsEmpty()));
    EXPECT_EQ(ask(ann_, "GET", "/v1/orders").status, 200) << "others are not";
}

TEST_F(access, is_limited_by_address_whatever_is_asked_for) {
    for (std::string const asked :
         {"GET /nowhere", "GET /v1/orders/", "DELETE /v1/orders", "OPTIONS /v1/orders", "GET /v1/orders"}) {
        shop_.reset();
        open({"--address-rate-limit", "1/s:5"});
        auto client = shop_->client();
        int refused = 0;
        for (int i = 0; i < 30; ++i) refused += client.exchange(asked + " HTTP/1.1\r\nHost: a\r\n\r\n").status == 429;
        EXPECT_GT(refused, 0) << asked;
    }
}

TEST_F(access, of_one_caller_leaves_places_to_others) {
    open({"--requests-max", "1", "--connections-per-address", "3", "--trusted-proxies", "127.0.0.3"});
    auto const begin = [&](shop_test::http_client& by) {
        by.send("POST /v1/products HTTP/1.1\r\nHost: a\r\n" + bearer(boss_) +
                "Content-Type: application/json\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
        return by.receive().status;
    };
    auto slow = shop_->client(), other = shop_->client();
    ASSERT_EQ(begin(slow), 100);
    EXPECT_EQ(other.ask("GET", "/v1/orders", {}, bearer(ann_)).status, 503)
        << "a request is under way from its head on";
    slow.send("{}");
    EXPECT_NE(slow.receive().status, 0);
    EXPECT_EQ(other.ask("GET", "/v1/orders", {}, bearer(ann_)).status, 200);
    ASSERT_EQ(begin(slow), 100);
    slow.close();
    EXPECT_TRUE(shop_test::eventually(std::chrono::minutes(1), [&] {
        return other.ask("GET", "/v1/orders", {}, bearer(ann_)).status == 200;
    })) << "who hangs up gives it back";

    std::vector<std::unique_ptr<shop_test::http_client>> held;
    auto const connect = [&](char const* from) {
        held.push_back(std::make_unique<shop_test::http_client>(shop_->port(), from));
        return held.back()->ask("GET", "/v1/orders", {}, bearer(ann_)).status;
    };
    for (int i = 0; i < 3; ++i) EXPECT_EQ(connect("127.0.0.2"), 200);
    shop_test::http_client one_more(shop_->port(), "127.0.0.2");
    ASSERT_TRUE(one_more.connect());
    EXPECT_EQ(one_more.receive().status, 503);
    for (int i = 0; i < 4; ++i) EXPECT_EQ(connect("127.0.0.3"), 200) << "a proxy has many clients";
}

TEST_F(access, without_keys_is_for_people_on_this_machine) {
    shop_.emplace("memory:", std::vector<std::string>{"--allowed-origins", "https://mine.example"});
    auto client = shop_->client();
    auto const ask_as = [&](std::string const& path, std::string const& fields) {
        return client.exchange("GET " + path + " HTTP/1.1\r\n" + fields + "\r\n");
    };
    for (std::string const fields : {"Host: localhost\r\n", "Host: 127.0.0.1:8080\r\n", "Host: [::1]\r\n",
                                     "Host: localhost\r\nOrigin: http://localhost:3000\r\n",
                                     "Host: localhost\r\nOrigin: https://mine.example\r\n"}) {
        EXPECT_EQ(ask_as("/v1/orders", fields).status, 200) << fields;
    }
    for (std::string const fields :
         {"Host: evil.example\r\n", "Host: 192.0.2.1\r\n", "Host: localhost\r\nOrigin: https://evil.example\r\n",
          "Host: localhost\r\nOrigin: null\r\n", "Host: evil.example\r\nOrigin: http://evil.example\r\n",
          "Host: evil.example\r\nOrigin: https://mine.example\r\n"}) {
        auto const refused = ask_as("/v1/orders", fields);
        EXPECT_EQ(refused.status, 403) << fields;
        EXPECT_EQ(refused.member("code"), "forbidden");
        EXPECT_EQ(ask_as("/nowhere", fields).status, 403) << fields;
    }
    for (std::string const path : {"/metrics", "/info", "/livez", "/readyz", "/openapi.json", "/docs"}) {
        EXPECT_EQ(ask_as(path, "Host: localhost\r\n").status, 200) << path;
        EXPECT_NE(ask_as(path, "Host: evil.example\r\n").status, 200) << path;
        EXPECT_NE(ask_as(path, "Host: localhost\r\nOrigin: https://evil.example\r\n").status, 200) << path;
    }
    shop_.reset();
    open();
    EXPECT_EQ(shop_->client()
                  .exchange("GET /v1/orders HTTP/1.1\r\nHost: shop.example\r\nOrigin: https://evil.example\r\n" +
                            bearer(ann_) + "\r\n")
                  .status,
              200)
        << "with keys a page of another site has none";
    EXPECT_EQ(shop_->client().exchange("GET /metrics HTTP/1.1\r\nHost: evil.example\r\n\r\n").status, 404);
    for (std::string const command : {"serve", "check-config"}) {
        std::vector<std::string> arguments{command};
        if (command == "serve") arguments.emplace_back("all");
        arguments.insert(arguments.end(), {"--listen", "127.0.0.1:0", "--store", "memory:", "--allowed-origins", "*"});
        auto const run = shop_test::run_server(arguments);
        EXPECT_EQ(run.code, 78) << command;
        EXPECT_THAT(run.err, HasSubstr("allowed-origins: without keys"));
    }
}

TEST_F(access, by_guessing_costs_the_guesser_behind_a_trusted_proxy_and_nobody_else) {
    open({"--trusted-proxies", "127.0.0.1", "--address-rate-limit", "1/s:20", "--access-log", "yes"});
    auto const guess_from = [&](std::string const& address) {
        return ask("shop_boss_guess", "GET", "/v1/orders", {}, "X-Forwarded-For: 198.51.100.1, " + address + "\r\n")
            .status;
    };
    for (int i = 0; i < 10; ++i) ASSERT_EQ(guess_from("203.0.113.1"), 401);
    EXPECT_EQ(guess_from("203.0.113.1"), 429);
    EXPECT_EQ(guess_from("203.0.113.2"), 401) << "others at the same proxy are not";
    EXPECT_EQ(ask(ann_, "GET", "/v1/orders", {}, "X-Forwarded-For: 203.0.113.1\r\n").status, 200)
        << "who is known is let in";
    for (int i = 0; i < 20; ++i) ask(bob_, "GET", "/v1/orders", {}, "X-Forwarded-For: 203.0.113.3\r\n");
    EXPECT_EQ(ask(bob_, "GET", "/v1/orders", {}, "X-Forwarded-For: 203.0.113.3\r\n").status, 429);
    EXPECT_EQ(ask(bob_, "GET", "/v1/orders", {}, "Forwarded: for=203.0.113.4\r\n").status, 200);
    EXPECT_EQ(shop_->stop(), 0);
    EXPECT_THAT(shop_->log(), HasSubstr(R"("client":"203.0.113.4","peer":"127.0.0.1")"));
}

TEST_F(access, by_a_known_key_is_given_at_an_address_that_guessed) {
    open();
    for (int i = 0; i < 10; ++i) ASSERT_EQ(ask("shop_boss_guess", "GET", "/v1/orders").status, 401);
    EXPECT_EQ(ask("shop_boss_guess", "GET", "/v1/orders").status, 429);
    EXPECT_EQ(ask("shop_boss_guess", "GET", "/v1/orders", {}, "X-Forwarded-For: 203.0.113.1\r\n").status, 429)
        << "not trusted";
    EXPECT_EQ(ask(ann_, "GET", "/v1/orders").status, 200);
}

TEST_F(access, from_a_page_of_another_origin_is_the_browsers_to_refuse) {
    open({"--allowed-origins", "https://shop.example"});
    auto client = shop_->client();
    auto const evil = client.ask("GET", "/v1/orders", {}, bearer(ann_) + "Origin: https://evil.example\r\n");
    EXPECT_EQ(evil.field("Access-Control-Allow-Origin"), "");
    auto const good = client.ask("GET", "/v1/orders", {}, bearer(ann_) + "Origin: https://shop.example\r\n");
    EXPECT_EQ(good.field("Access-Control-Allow-Origin"), "https://shop.example");
    auto const asked = client.ask("OPTIONS", "/v1/orders", {},
                                  "Origin: https://shop.example\r\nAccess-Control-Request-Method: POST\r\n");
    EXPECT_EQ(asked.status, 204);
    EXPECT_THAT(asked.field("Access-Control-Allow-Headers"), HasSubstr("Idempotency-Key"));
    EXPECT_EQ(asked.field("Cache-Control"), "private, no-cache");
    EXPECT_EQ(asked.field("Vary"), "Origin");
    for (auto const* field : {"", "Origin: https://shop.example\r\n", "Origin: https://evil.example\r\n"}) {
        EXPECT_EQ(client.ask("GET", "/v1/orders", {}, bearer(ann_) + field).field("Vary"), "Origin") << field;
    }
    auto const null =
        client.ask("OPTIONS", "/v1/orders", {}, "Origin: null\r\nAccess-Control-Request-Method: POST\r\n");
    EXPECT_EQ(null.field("Access-Control-Allow-Origin"), "");
}

TEST_F(access, is_never_asked_for_in_a_query_nor_logged) {
    open({"--access-log", "yes", "--log-level", "debug"});
    auto client = shop_->client();
    EXPECT_EQ(client.get("/v1/orders?access_token=" + ann_).status, 400);
    EXPECT_EQ(ask(ann_, "GET", "/v1/orders").status, 200);
    EXPECT_EQ(shop_->stop(), 0);
    EXPECT_THAT(shop_->log(), HasSubstr(R"("event":"request")"));
    EXPECT_THAT(shop_->log(), Not(HasSubstr(ann_.substr(10))));
}

TEST_F(access, that_is_refused_is_told_with_the_id_of_the_key_and_never_its_secret) {
    auto const reader = new_key("reader", {"--scope", "products:read"});
    open({"--rate-limit", "1/s:3"});
    auto wrong = reader;
    wrong.back() = wrong.back() == 'A' ? 'B' : 'A';
    EXPECT_EQ(ask(wrong, "GET", "/v1/products").status, 401);
    EXPECT_EQ(ask(reader, "GET", "/v1/orders").status, 403);
    while (ask(reader, "GET", "/v1/products").status != 429) {
    }
    EXPECT_EQ(shop_->stop(), 0);
    auto const log = shop_->log();
    EXPECT_THAT(log, HasSubstr(R"("level":"warning","event":"security.unauthenticated","key":"reader","account":"",)"
                               R"("operation":"products.list")"));
    EXPECT_THAT(
        log, HasSubstr(R"("event":"security.forbidden","key":"reader","account":"reader","operation":"orders.list")"));
    EXPECT_THAT(log, HasSubstr(R"("event":"security.rate_limited","key":"reader")"));
    EXPECT_THAT(log, Not(HasSubstr(reader.substr(12, 40))));
    EXPECT_THAT(log, Not(HasSubstr(wrong.substr(12, 40))));
}

TEST_F(access, that_is_given_taken_or_about_to_end_is_told) {
    new_key("guest", {"--scope", "products:read", "--expires", "3d"});
    open();
    new_key("new", {"--scope", "products:read"});
    ASSERT_EQ(shop_test::run_server({"keys", "revoke", "bob", "--keys", keys_}).code, 0);
    shop_->process().signal(SIGHUP);
    ASSERT_TRUE(shop_->process().wait_for_err("security.key_revoked"));
    EXPECT_EQ(ask(bob_, "GET", "/v1/orders").status, 401);
    auto const numbers = shop_->client().get("/metrics").body;
    EXPECT_THAT(numbers, HasSubstr("shop_security_events_total{event=\"key_revoked\"} 1\n"));
    EXPECT_EQ(shop_->stop(), 0);
    EXPECT_THAT(shop_->log(), HasSubstr(R"("event":"security.key_added","key":"new"})"));
    EXPECT_THAT(shop_->log(), HasSubstr(R"("event":"security.key_revoked","key":"bob"})"));
    EXPECT_THAT(shop_->log(),
                HasSubstr(R"("level":"warning","event":"security.key_expires_soon","key":"guest","expires_at":")"));
}

TEST_F(access, is_remembered_by_the_hour_of_its_last_use) {
    open();
    EXPECT_EQ(ask(ann_, "GET", "/v1/orders").status, 200);
    EXPECT_EQ(shop_->stop(), 0);
    auto const listed = shop_test::run_server({"keys", "list", "--keys", keys_});
    EXPECT_THAT(listed.out,
                testing::ContainsRegex("ann  account ann  scopes [a-z: ]*  customer ann  last used 20..-..-..T..Z\n"));
    EXPECT_THAT(listed.out, HasSubstr("boss  account boss  scopes *  last used never\n"));
    ASSERT_EQ(shop_test::run_server({"keys", "revoke", "ann", "--keys", keys_}).code, 0);
    new_key("ann", {"--scope", "orders:read"});
    EXPECT_THAT(shop_test::run_server({"keys", "list", "--keys", keys_}).out,
                HasSubstr("ann  account ann  scopes orders:read  last used never\n"))
        << "another key of the same name";
}

}  // namespace
