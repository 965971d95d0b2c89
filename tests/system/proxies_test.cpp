// The shop behind each of the proxies that docs/deployment.md names, with the settings that it quotes: one suite over
// all.

#include <gmock/gmock.h>

#include <algorithm>

#include "event_stream.hpp"
#include "order_load.hpp"
#include "server.hpp"
#include "support/cut_link.hpp"
#include "support/proxy.hpp"

namespace {

using shop_test::answer;
using shop_test::event_stream;
using shop_test::eventually;
using shop_test::http_client;
using shop_test::order_of;
using shop_test::proxy;
using shop_test::proxy_kind;
using shop_test::server;
using testing::AnyOf;
using testing::HasSubstr;
using testing::Not;

constexpr auto soon = std::chrono::minutes(1);

/// A shop with the documented settings, but without keys unless there are some: these requests name this machine.
std::vector<std::string> documented(std::vector<std::string> more = {}) {
    if (std::ranges::find(more, "--keys") == more.end()) more.insert(more.end(), {"--keys", "none"});
    more.insert(more.end(), {"--config", SHOP_SOURCE_DIR "/deploy/proxies/shop.conf"});
    return more;
}
std::vector<std::string> with_admin_port(std::vector<std::string> more = {}) {
    more.insert(more.end(), {"--admin-listen", "127.0.0.1:0"});
    return documented(std::move(more));
}
unsigned short admin_port(server& of) {
    std::string const before = R"("event":"admin listening","url":"http://127.0.0.1:)";
    if (!of.process().wait_for_err(before)) throw std::runtime_error("no admin port: " + of.log());
    auto const log = of.log();
    return static_cast<unsigned short>(std::stoi(log.substr(log.find(before) + before.size())));
}

/// A shop and the proxy in front of it.
struct place {
    explicit place(proxy_kind const& kind)
        : shop("memory:", with_admin_port()), front(kind, shop.port(), admin_port(shop)) {}
    server shop;
    proxy front;
};

class behind_a_proxy : public testing::TestWithParam<proxy_kind> {
protected:
    void SetUp() override {
        if (!kind_.is_installed()) GTEST_SKIP() << kind_.why_skipped();
    }
    /// One for the tests of this program that change nothing about it, each with skus and keys of its own.
    place& shared() {
        static std::map<std::string, std::unique_ptr<place>> all;
        auto& one = all[kind_.name];
        if (!one) one = std::make_unique<place>(kind_);
        return *one;
    }
    http_client client() { return http_client(shared().front.port()); }

    proxy_kind const& kind_ = GetParam();
};

/// A product that is long enough to be worth compressing.
std::string product(std::string const& sku, std::string const& name) {
    std::string long_text;
    while (long_text.size() < 2000) long_text += "A mug for tea, coffee and pens; ";
    return R"({"sku":")" + sku + R"(","name":")" + name + R"(","description":")" + long_text +
           R"(and so on","status":"active","price":{"amount":1250,"currency":"EUR"}})";
}

TEST_P(behind_a_proxy, what_came_compressed_is_edited_with_the_tag_that_came_with_it) {
    auto by = client();
    ASSERT_EQ(by.post("/v1/products", product("TAG", "Mug")).status, 201);
    auto const read = by.get("/v1/products/TAG", "Accept-Encoding: gzip\r\n");
    ASSERT_EQ(read.status, 200);
    EXPECT_EQ(read.field("Content-Encoding"), "gzip") << read.head;
    auto const tag = read.field("ETag");
    EXPECT_NE(tag, "");

    auto const edited = by.ask("PUT", "/v1/products/TAG", product("TAG", "Cup"), "If-Match: " + tag + "\r\n");
    EXPECT_EQ(edited.status, 200) << tag << edited.body;
    auto const stale = by.ask("PUT", "/v1/products/TAG", product("TAG", "Pot"), "If-Match: " + tag + "\r\n");
    EXPECT_EQ(stale.status, 412) << tag << stale.body;
    EXPECT_EQ(stale.member("current_version"), "2") << stale.body;
}

TEST_P(behind_a_proxy, what_has_not_changed_is_304_by_the_tag_that_came) {
    auto by = client();
    ASSERT_EQ(by.post("/v1/products", product("SAME", "Mug")).status, 201);
    for (std::string const accept : {"Accept-Encoding: gzip\r\n", ""}) {
        auto const tag = by.get("/v1/products/SAME", accept).field("ETag");
        auto const again = by.get("/v1/products/SAME", accept + "If-None-Match: " + tag + "\r\n");
        EXPECT_EQ(again.status, 304) << tag << again.head;
        ASSERT_EQ(by.ask("PUT", "/v1/products/SAME", product("SAME", "Cup " + std::to_string(accept.size())),
                         "If-Match: " + tag + "\r\n")
                      .status,
                  200);
        auto const changed = by.get("/v1/products/SAME", accept + "If-None-Match: " + tag + "\r\n");
        EXPECT_EQ(changed.status, 200) << tag << changed.head;
    }
}

/// Sooner than the next heartbeat: that might push out what a proxy holds back.
constexpr auto at_once = std::chrono::seconds(12);

TEST_P(behind_a_proxy, live_updates_come_as_they_happen) {
    auto by = client();
    ASSERT_TRUE(stock_up(by, "LIVE", 50));
    auto const placed = by.post("/v1/orders", order_of("ann", {{"LIVE", 1}}), "live");
    ASSERT_EQ(placed.status, 201) << placed.body;
    auto const target = "/v1/orders/" + placed.member("id");
    std::string const browser = "Accept-Encoding: gzip, deflate, br\r\n";
    event_stream one(shared().front.port(), target + "/events", browser);
    event_stream all(shared().front.port(), "/v1/orders/events", browser);
    event_stream stock(shared().front.port(), "/v1/availability/events?sku=LIVE", browser);
    for (auto* const stream : {&one, &all, &stock}) {
        ASSERT_EQ(stream->status(), 200) << stream->told().head << stream->told().body;
        EXPECT_EQ(stream->told().field("Content-Encoding"), "") << stream->told().head;
    }
    auto const now = one.next(at_once);
    ASSERT_TRUE(now);
    EXPECT_EQ(now->id, "2");
    EXPECT_EQ(stock.next(at_once).value().member("available"), "49");
    auto const shipped = by.post(target + "/transitions", R"({"to":"shipped"})", "live-ships");
    ASSERT_EQ(shipped.status, 200) << shipped.body;
    auto const told = one.next(at_once), told_all = all.next(at_once);
    ASSERT_TRUE(told && told_all);
    EXPECT_EQ(told->member("status"), "shipped");
    EXPECT_EQ(told_all->member("status"), "shipped");
    // More than any proxy takes for too little to compress.
    for (int n = 0; n < 10; ++n) {
        ASSERT_EQ(by.post("/v1/orders", order_of("ann", {{"LIVE", 1}}), "live" + std::to_string(n)).status, 201);
        ASSERT_TRUE(all.next(at_once)) << n;
        ASSERT_TRUE(stock.next(at_once)) << n;
    }
    event_stream missed(shared().front.port(), "/v1/orders/events",
                        browser + "Last-Event-ID: " + told_all->id + "\r\n");
    for (int n = 0; n < 10; ++n) ASSERT_TRUE(missed.next(at_once)) << n;
}

TEST_P(behind_a_proxy, orders_are_placed_once_and_answered_alike) {
    auto by = client();
    ASSERT_TRUE(stock_up(by, "SOLD", 5));
    auto const placed = by.post("/v1/orders", order_of("ann", {{"SOLD", 2}}), "cart-1");
    ASSERT_EQ(placed.status, 201) << placed.body;
    EXPECT_EQ(placed.field("Location"), "/v1/orders/" + placed.member("id"));
    auto const again = by.post("/v1/orders", order_of("ann", {{"SOLD", 2}}), "cart-1");
    EXPECT_EQ(again.status, 201);
    EXPECT_EQ(again.body, placed.body);
    EXPECT_EQ(again.field("Idempotent-Replayed"), "true") << again.head;
    EXPECT_EQ(by.get("/v1/inventory/SOLD").member("available"), "3");
}

TEST_P(behind_a_proxy, nothing_that_is_read_is_old) {
    auto by = client();
    EXPECT_EQ(by.get("/v1/products/NEW").status, 404);
    EXPECT_EQ(by.get("/v1/inventory/NEW").status, 404);
    ASSERT_TRUE(stock_up(by, "NEW", 5));
    auto const read = by.get("/v1/products/NEW");
    ASSERT_EQ(read.status, 200) << "a 404 was kept";
    ASSERT_EQ(
        by.ask("PUT", "/v1/products/NEW", product("NEW", "Cup"), "If-Match: " + read.field("ETag") + "\r\n").status,
        200);
    EXPECT_EQ(by.get("/v1/products/NEW").member("name"), "Cup");

    EXPECT_EQ(by.get("/v1/inventory/NEW").member("available"), "5");
    auto const placed = by.post("/v1/orders", order_of("ann", {{"NEW", 2}}), "new-1");
    ASSERT_EQ(placed.status, 201) << placed.body;
    EXPECT_EQ(by.get("/v1/inventory/NEW").member("available"), "3");
    ASSERT_EQ(by.post("/v1/inventory/NEW/movements", R"({"kind":"received","quantity":10})", "new-2").status, 201);
    EXPECT_EQ(by.get("/v1/inventory/NEW").member("available"), "13");

    auto const order = "/v1/orders/" + placed.member("id");
    EXPECT_EQ(by.get(order).member("status"), "confirmed");
    ASSERT_EQ(by.post(order + "/cancel", "{}", "new-3").status, 200);
    EXPECT_EQ(by.get(order).member("status"), "cancelled");
}

TEST_P(behind_a_proxy, a_body_that_is_too_large_is_413_however_slowly_it_comes) {
    auto by = client();
    std::string const piece(16 * 1024, ' ');
    constexpr int pieces = 20;
    by.send(
        "POST /v1/orders HTTP/1.1\r\nHost: 127.0.0.1\r\nIdempotency-Key: large\r\nContent-Type: "
        "application/json\r\nContent-Length: " +
        std::to_string(pieces * piece.size()) + "\r\n\r\n");
    // As a client does that looks for an answer before it sends more: 4 s in all, never silent for long.
    for (int n = 0; n < pieces && !by.wait_readable(std::chrono::milliseconds(200)); ++n) by.send(piece);
    auto const refused = by.receive();
    EXPECT_EQ(refused.status, 413) << refused.head;
    EXPECT_EQ(refused.member("code"), "body_too_large") << refused.body;
}

TEST_P(behind_a_proxy, a_key_that_is_sent_twice_is_refused_whether_the_proxy_merges_its_fields_or_not) {
    auto by = client();
    ASSERT_TRUE(stock_up(by, "TWICE", 5));
    auto const refused = by.ask("POST", "/v1/orders", order_of("ann", {{"TWICE", 1}}),
                                "Idempotency-Key: cart-9\r\nIdempotency-Key: cart-9\r\n");
    EXPECT_EQ(refused.status, 400) << refused.body;
    EXPECT_EQ(refused.member("code"), "idempotency_key_malformed") << refused.body;
    EXPECT_THAT(refused.body, HasSubstr("sent twice"));
    EXPECT_EQ(by.get("/v1/inventory/TWICE").member("available"), "5");
}

// Who asks ------------------------------------------------------------------------------------------------------------

TEST_P(behind_a_proxy, operations_are_not_for_those_who_come_through_it) {
    auto by = client();
    for (auto const* path : {"/metrics", "/info", "/readyz", "/openapi.json", "/docs"})
        EXPECT_EQ(by.get(path).status, 404) << path;
}

TEST_P(behind_a_proxy, operations_are_not_for_those_who_come_through_it_without_an_admin_port_either) {
    server shop("memory:", documented({"--admin-listen", "none"}));
    proxy front(kind_, shop.port(), shop.port());
    auto direct = shop.client();
    http_client by(front.port());
    for (auto const* path : {"/metrics", "/info", "/readyz", "/openapi.json", "/docs"}) {
        EXPECT_EQ(direct.get(path).status, 200) << path;
        EXPECT_EQ(by.get(path).status, 404) << path;
    }
}

TEST_P(behind_a_proxy, clients_are_known_by_their_own_addresses) {
    http_client by(shared().front.port(), "127.0.0.12");
    EXPECT_EQ(by.get("/v1/products?limit=12").status, 200);
    EXPECT_TRUE(shared().shop.process().wait_for_err(R"("client":"127.0.0.12")")) << shared().shop.log();
    // What a client says of itself is not believed.
    EXPECT_EQ(by.get("/v1/products?limit=13", "X-Forwarded-For: 127.0.0.13\r\n").status, 200);
    EXPECT_EQ(by.get("/v1/products?limit=14").status, 200);
    EXPECT_THAT(shared().shop.log(), Not(HasSubstr(R"("client":"127.0.0.13)")));
}

TEST_P(behind_a_proxy, bad_credentials_of_one_client_are_not_held_against_another) {
    shop_test::scratch folder;
    auto const keys = folder.file("keys.json");
    ASSERT_EQ(shop_test::run_server({"keys", "add", "boss", "--keys", keys, "--scope", "*"}).code, 0);
    server shop("memory:", with_admin_port({"--keys", keys}));
    proxy front(kind_, shop.port(), admin_port(shop));
    http_client guesser(front.port(), "127.0.0.21"), other(front.port(), "127.0.0.22");
    auto const bad = [](http_client& by) {
        return by.get("/v1/orders", "Authorization: Bearer shop_boss_wrong\r\n").status;
    };
    int guesses = 1;
    for (; guesses < 100 && bad(guesser) == 401; ++guesses) {
    }
    EXPECT_EQ(bad(guesser), 429) << "after " << guesses;
    EXPECT_EQ(bad(other), 401);
}

TEST(haproxy, asks_whether_the_server_is_ready) {
    auto const& kind = *std::ranges::find(shop_test::proxy_kinds(), "haproxy", &proxy_kind::name);
    if (!kind.is_installed()) GTEST_SKIP() << kind.why_skipped();
    server shop("memory:", with_admin_port());
    proxy front(kind, shop.port(), admin_port(shop),
                {{"option httpchk GET /readyz",
                  "option httpchk GET /readyz\n    option log-health-checks\n    log stdout format raw local0"}});
    EXPECT_TRUE(front.wait_for_out("succeeded, reason: Layer7 check passed, code: 200")) << front.log();
}

// Connections that end ------------------------------------------------------------------------------------------------

/// The seconds that a proxy keeps a connection to the server idle, by its configuration.
int keeps_idle_s(proxy_kind const& kind) {
    if (kind.configuration().find(kind.keeps_idle) == std::string::npos) {
        throw std::runtime_error(kind.name + ".conf does not say " + kind.keeps_idle);
    }
    return std::stoi(kind.keeps_idle.substr(kind.keeps_idle.find_first_of("0123456789")));
}

TEST(behind_proxies, connections_are_kept_by_all_for_half_as_long_as_by_the_server_at_most) {
    auto const check = shop_test::run_server({"check-config"});
    ASSERT_THAT(check.out, testing::ContainsRegex("idle +=\\s*[0-9]+s "));
    auto const idle = check.out.find("\nidle ");
    auto const server_s = std::stoi(check.out.substr(check.out.find('=', idle) + 1));
    EXPECT_GT(server_s, 120);
    for (auto const& kind : shop_test::proxy_kinds()) {
        EXPECT_GT(keeps_idle_s(kind), 0) << kind;
        EXPECT_LE(2 * keeps_idle_s(kind), server_s) << kind;
    }
}

TEST(behind_proxies, the_documents_quote_the_files_that_are_run) {
    std::ifstream file(SHOP_SOURCE_DIR "/docs/deployment.md");
    std::string const document(std::istreambuf_iterator<char>(file), {});
    auto const expect_quoted = [&](std::string const& text, std::string const& name) {
        EXPECT_NE(document.find('\n' + text + "```"), document.npos)
            << "docs/deployment.md does not quote deploy/proxies/" << name;
    };
    std::ifstream of_server(SHOP_SOURCE_DIR "/deploy/proxies/shop.conf");
    expect_quoted({std::istreambuf_iterator<char>(of_server), {}}, "shop.conf");
    for (auto const& kind : shop_test::proxy_kinds()) expect_quoted(kind.configuration(), kind.name + ".conf");
}

/// A shop behind a proxy, and between them a link on which the server's end of a connection reaches the proxy late: an
/// order is sent after the server has closed its idle connections, and before the proxy can know it.
class idle_race {
public:
    idle_race(proxy_kind const& kind, std::string const& server_idle, proxy::changes const& changes)
        : shop_("memory:", with_admin_port({"--idle", server_idle})),
          link_(shop_.port()),
          front_(kind, link_.port(), admin_port(shop_), changes) {}

    enum class client_connection { fresh, used };

    /// @return the answer to an order that is sent then. HAProxy reuses a connection to the server only for what comes
    /// on a used one of a client.
    answer order(client_connection on) {
        http_client direct(shop_.port()), by(front_.port());
        if (!stock_up(direct, "MUG", 5)) throw std::runtime_error("no stock");
        if (by.get("/v1/products/MUG").status != 200) throw std::runtime_error("no product");
        link_.cut();
        EXPECT_TRUE(eventually(soon, [&] { return link_.opened() > 0 && link_.ended_by_target() == link_.opened(); }));
        auto const before = link_.arrivals();
        if (on == client_connection::fresh) by.close();
        by.send(
            "POST /v1/orders HTTP/1.1\r\nHost: 127.0.0.1\r\nIdempotency-Key: race\r\nContent-Type: "
            "application/json\r\nContent-Length: " +
            std::to_string(body_.size()) + "\r\n\r\n" + body_);
        EXPECT_TRUE(eventually(soon, [&] { return link_.arrivals() > before; })) << "the proxy sent nothing";
        link_.join();
        return by.receive();
    }
    answer order_again() { return http_client(front_.port()).post("/v1/orders", body_, "race"); }
    std::string available() { return http_client(front_.port()).get("/v1/inventory/MUG").member("available"); }

private:
    std::string body_ = order_of("ann", {{"MUG", 1}});
    server shop_;
    shop_test::cut_link link_;
    proxy front_;
};

TEST_P(behind_a_proxy, an_order_is_answered_while_the_server_closes_what_is_idle) {
    idle_race race(kind_, "3s", {{kind_.keeps_idle, kind_.keeps_idle_briefly}});
    auto const answered = race.order(idle_race::client_connection::fresh);
    EXPECT_EQ(answered.status, 201) << answered.head;
    EXPECT_EQ(answered.field("Idempotent-Replayed"), "");
    EXPECT_EQ(race.available(), "4");
}

// What the settings are for: without them the order is lost, and the same again under its key is right.
TEST_P(behind_a_proxy, an_order_is_lost_where_the_server_closes_before_the_proxy_and_repeated_under_its_key) {
    idle_race race(kind_, "1s", {});
    auto const lost = race.order(idle_race::client_connection::used);
    EXPECT_THAT(lost.status, AnyOf(0, 502, 503)) << lost.head;
    EXPECT_EQ(race.order_again().status, 201);
    EXPECT_EQ(race.available(), "4");
}

/// A shop on a file behind a proxy, which goes and comes back.
class restarted : public behind_a_proxy {
protected:
    void SetUp() override {
        behind_a_proxy::SetUp();
        if (IsSkipped()) return;
        shop_.emplace(store_, with_admin_port());
        link_.emplace(shop_->port());
        admin_link_.emplace(admin_port(*shop_));
        front_.emplace(kind_, link_->port(), admin_link_->port());
        auto direct = shop_->client();
        for (auto const* sku : {"A", "B", "C"}) ASSERT_TRUE(stock_up(direct, sku, 1'000'000));
    }
    void gone() {
        link_->cut_hard();
        admin_link_->cut_hard();
    }
    void back() {
        shop_.reset();
        shop_.emplace(store_, with_admin_port());
        link_->lead_to(shop_->port());
        admin_link_->lead_to(admin_port(*shop_));
        link_->join();
        admin_link_->join();
    }
    /// Asks for an order again under its key until it is there, as documents tell clients to do.
    bool repeat_until_placed(std::string const& key) {
        http_client by(front_->port());
        auto const body = shop_test::order_load::body_of(key);
        return eventually(soon, [&] { return by.post("/v1/orders", body, key).status == 201; });
    }
    /// Every order that buyers know of is there once, when those whose outcome was not told have been asked for again.
    void expect_each_order_once(shop_test::order_load::known const& known) {
        for (auto const& key : known.open) EXPECT_TRUE(repeat_until_placed(key)) << key;
        auto direct = shop_->client();
        auto const there = all_orders(direct);
        EXPECT_EQ(there.size(), known.confirmed.size() + known.open.size()) << known.to_text();
        for (auto const& [key, body] : known.confirmed) EXPECT_EQ(there.count(key), 1u) << key;
        for (auto const& key : known.open) EXPECT_EQ(there.count(key), 1u) << key;
    }

    shop_test::scratch folder_;
    std::string store_ = "sqlite:" + folder_.file("shop.db");
    std::optional<server> shop_;
    std::optional<shop_test::cut_link> link_, admin_link_;
    std::optional<proxy> front_;
};

TEST_P(restarted, server_leaves_no_request_on_a_kept_connection_without_an_answer) {
    shop_test::order_load load(front_->port());
    load.start(8);
    for (int round = 0; round < 3; ++round) {
        ASSERT_TRUE(load.wait_for_confirmed(100));
        EXPECT_EQ(shop_->stop(), 0) << shop_->log();
        EXPECT_EQ(link_->unanswered(), 0u) << "requests that the server did not answer";
        gone();
        back();
    }
    ASSERT_TRUE(load.wait_for_confirmed(100));
    expect_each_order_once(load.stop());
}

TEST_P(restarted, server_that_was_killed_has_each_order_once_when_clients_repeat_them) {
    shop_test::order_load load(front_->port());
    load.start(8);
    for (int round = 0; round < 2; ++round) {
        ASSERT_TRUE(load.wait_for_confirmed(100));
        shop_->kill();
        gone();
        ASSERT_TRUE(load.wait_for_answers(1, {}));
        back();
    }
    ASSERT_TRUE(load.wait_for_confirmed(100));
    expect_each_order_once(load.stop());

    shop_->kill();
    gone();
    http_client by(front_->port());
    auto const down = by.post("/v1/orders", shop_test::order_load::body_of("last"), "last");
    EXPECT_THAT(down.status, AnyOf(502, 503)) << down.head;
    EXPECT_EQ(down.member("code"), "") << "the proxy's own words are no problem body";
    back();
    EXPECT_TRUE(repeat_until_placed("last"));
}

auto const by_name = [](auto const& kind) { return kind.param.name; };
INSTANTIATE_TEST_SUITE_P(proxies, behind_a_proxy, testing::ValuesIn(shop_test::proxy_kinds()), by_name);
INSTANTIATE_TEST_SUITE_P(proxies, restarted, testing::ValuesIn(shop_test::proxy_kinds()), by_name);

}  // namespace
