// Live updates: what happens reaches who follows it, through the real server, in one process and through the gateway.

#include <gmock/gmock.h>

#include <sys/resource.h>

#include <cstdlib>
#include <iostream>
#include <map>
#include <optional>
#include <thread>

#include "event_stream.hpp"
#include "server.hpp"
#include "store_place.hpp"

namespace {

using shop_test::event_stream;
using shop_test::eventually;
using shop_test::http_client;
using shop_test::order_of;
using shop_test::server;
using testing::HasSubstr;
using testing::Not;

/// A shop on a memory store in one process, or as a stack on four SQLite files.
class live_updates : public testing::TestWithParam<std::string> {
protected:
    void open(std::vector<std::string> more = {}) { shop_.emplace(store(), std::move(more)); }
    std::string store() const {
        if (GetParam() == "one_process") return "memory:";
        return "stack:sqlite:" + folder_.file("products.db") + " sqlite:" + folder_.file("inventory.db") +
               " sqlite:" + folder_.file("orders.db") + " sqlite:" + folder_.file("notifications.db");
    }
    event_stream follow(std::string const& target, std::string const& last = {}) {
        return event_stream(shop_->port(), target, last.empty() ? "" : "Last-Event-ID: " + last + "\r\n");
    }
    /// Places an order of one mug. @return its id
    std::string place(std::string const& key) {
        auto by = shop_->client();
        auto const placed = by.post("/v1/orders", order_of("ann", {{"MUG", 1}}), key);
        EXPECT_EQ(placed.status, 201) << placed.body;
        return placed.member("id");
    }
    void move(std::string const& id, std::string const& to, std::string const& more = {}) {
        auto by = shop_->client();
        auto const moved = by.post("/v1/orders/" + id + "/transitions", R"({"to":")" + to + "\"" + more + "}", to + id);
        ASSERT_EQ(moved.status, 200) << moved.body;
    }
    void stock_up(std::string const& sku, int pieces) {
        auto by = shop_->client();
        ASSERT_TRUE(shop_test::stock_up(by, sku, pieces));
    }
    std::string metric(std::string const& line) {
        auto by = shop_->client();
        auto const all = by.get("/metrics").body;
        auto const at = all.find(line + " ");
        if (at == all.npos) return "none";
        auto const from = at + line.size() + 1;
        return all.substr(from, all.find('\n', from) - from);
    }

    shop_test::scratch folder_;
    std::optional<server> shop_;
};

INSTANTIATE_TEST_SUITE_P(streams, live_updates, testing::Values("one_process", "gateway"),
                         [](auto const& info) { return info.param; });

TEST_P(live_updates, of_an_order_begin_with_where_it_is_and_tell_each_step) {
    open();
    stock_up("MUG", 10);
    auto const id = place("k");
    auto events = follow("/v1/orders/" + id + "/events");
    ASSERT_EQ(events.status(), 200) << events.told().head << events.told().body;
    EXPECT_EQ(events.told().field("Content-Type"), "text/event-stream");
    EXPECT_EQ(events.told().field("Cache-Control"), "no-store, no-transform");
    EXPECT_EQ(events.told().field("X-Accel-Buffering"), "no");
    auto const now = events.next();
    ASSERT_TRUE(now);
    EXPECT_EQ(now->id, "2");
    EXPECT_EQ(now->name, "");
    EXPECT_EQ(now->member("order_id"), id);
    EXPECT_EQ(now->member("status"), "confirmed");
    EXPECT_EQ(now->member("version"), "2");
    EXPECT_LT(now->data.size(), 400u) << "a proxy that compresses must not take it for worth it";

    move(id, "shipped", R"(,"tracking":"T-1","note":"ours")");
    auto const shipped = events.next();
    ASSERT_TRUE(shipped);
    EXPECT_EQ(shipped->id, "3");
    EXPECT_EQ(shipped->member("status"), "shipped");
    EXPECT_EQ(shipped->member("tracking"), "T-1");
    EXPECT_THAT(shipped->data, Not(HasSubstr("ours"))) << "an internal note";
    move(id, "delivered", R"(,"note":"yours","note_visibility":"customer")");
    auto const delivered = events.next();
    ASSERT_TRUE(delivered);
    EXPECT_EQ(delivered->id, "4");
    EXPECT_EQ(delivered->member("note"), "yours");

    events.close();
    EXPECT_TRUE(eventually(event_stream::patience,
                           [&] { return metric(R"(shop_streams_open{operation="orders.events"})") == "0"; }));
    EXPECT_EQ(metric(R"(shop_stream_events_total{operation="orders.events"})"), "3");
    EXPECT_EQ(metric(R"(shop_streams_ended_total{operation="orders.events",reason="client"})"), "1");
}

TEST_P(live_updates, row24_of_an_order_go_on_without_a_gap_behind_the_last_event_id) {
    open();
    stock_up("MUG", 10);
    auto const id = place("k");
    auto const target = "/v1/orders/" + id + "/events";
    follow(target).next();  // and leaves
    move(id, "shipped");
    auto events = follow(target, "2");
    auto const missed = events.next();
    ASSERT_TRUE(missed);
    EXPECT_EQ(missed->id, "3");
    move(id, "delivered");
    auto const next = events.next();
    ASSERT_TRUE(next);
    EXPECT_EQ(next->id, "4");
    auto whole = follow(target, "0");
    for (std::string const version : {"1", "2", "3", "4"}) EXPECT_EQ(whole.next().value().id, version);

    auto beyond = follow(target, "900");
    auto const reset = beyond.next();
    ASSERT_TRUE(reset);
    EXPECT_EQ(reset->name, "reset");
    EXPECT_EQ(beyond.next().value().id, "4");
}

TEST_P(live_updates, of_all_orders_go_on_behind_the_last_event_id_or_say_that_they_cannot) {
    open();
    stock_up("MUG", 1000);
    auto live = follow("/v1/orders/events");
    ASSERT_EQ(live.status(), 200) << live.told().body;
    std::vector<std::string> ids;
    for (int n = 0; n < 300; ++n) ids.push_back(place("k" + std::to_string(n)));
    std::vector<std::string> places;
    for (auto const& id : ids) {
        auto const told = live.next();
        ASSERT_TRUE(told);
        EXPECT_EQ(told->member("order_id"), id);
        EXPECT_EQ(told->member("status"), "confirmed");
        places.push_back(told->id);
    }
    // More than one page of them, and more than waits for a client at once.
    auto resumed = follow("/v1/orders/events", places[0]);
    for (std::size_t n = 1; n < ids.size(); ++n) {
        auto const told = resumed.next();
        ASSERT_TRUE(told) << n;
        EXPECT_EQ(told->id, places[n]);
        EXPECT_EQ(told->member("order_id"), ids[n]);
    }
    auto const last = place("last");
    for (auto* one : {&live, &resumed}) {
        auto const told = one->next();
        ASSERT_TRUE(told);
        EXPECT_EQ(told->member("order_id"), last);
    }
    auto const dot = places[0].find('.');
    std::vector<std::string> const elsewhere_places{"0197f0a0-0000-7000-8000-000000000001.5",
                                                    places[0].substr(0, dot) + ".987654"};
    for (auto const& forged : elsewhere_places) {
        auto elsewhere = follow("/v1/orders/events", forged);
        auto const reset = elsewhere.next();
        ASSERT_TRUE(reset) << forged;
        EXPECT_EQ(reset->name, "reset");
        EXPECT_NE(reset->id, "");
        auto const next = place(forged);
        EXPECT_EQ(elsewhere.next().value().member("order_id"), next);
    }
}

TEST_P(live_updates, of_availability_begin_with_what_there_is_and_tell_each_change) {
    open();
    stock_up("MUG", 2);
    stock_up("CUP", 5);
    auto events = follow("/v1/availability/events?sku=MUG,CUP,NONE");
    ASSERT_EQ(events.status(), 200) << events.told().body;
    std::map<std::string, std::string> there;
    for (int n = 0; n < 3; ++n) {
        auto const told = events.next();
        ASSERT_TRUE(told);
        there[told->member("sku")] = told->member("status") + " " + told->member("available");
    }
    EXPECT_EQ(there["MUG"], "in_stock 2");
    EXPECT_EQ(there["CUP"], "in_stock 5");
    EXPECT_EQ(there["NONE"], "out_of_stock 0");
    place("a");
    auto const one_left = events.next();
    ASSERT_TRUE(one_left);
    EXPECT_EQ(one_left->member("sku"), "MUG");
    EXPECT_EQ(one_left->member("available"), "1");
    place("b");
    auto const none_left = events.next();
    ASSERT_TRUE(none_left);
    EXPECT_EQ(none_left->member("status"), "out_of_stock");
}

TEST_P(live_updates, row120_that_nobody_may_ask_for_are_refused_before_they_begin) {
    open();
    stock_up("MUG", 1);
    auto const id = place("k");
    auto const target = "/v1/orders/" + id + "/events";
    auto by = shop_->client();
    EXPECT_EQ(follow("/v1/orders/0197f0a0-0000-7000-8000-000000000001/events").status(), 404);
    EXPECT_EQ(follow("/v1/orders/nonsense/events").status(), 404);
    EXPECT_EQ(follow(target, "1x").status(), 400);
    EXPECT_EQ(follow(target, "-1").status(), 400);
    EXPECT_EQ(follow(target, std::string(5000, '9')).status(), 400);
    EXPECT_EQ(follow("/v1/orders/events", "12").status(), 400);
    EXPECT_EQ(follow("/v1/availability/events").status(), 422);
    EXPECT_EQ(follow("/v1/availability/events?sku=a%20b").status(), 400);
    auto const html = by.get(target, "Accept: text/html\r\n");
    EXPECT_EQ(html.status, 406);
    EXPECT_EQ(html.member("code"), "not_acceptable");
    EXPECT_EQ(by.ask("DELETE", target, "").status, 405);
    EXPECT_TRUE(by.send("HEAD " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"));
    auto const head = by.receive(false);
    EXPECT_EQ(head.status, 200);
    EXPECT_EQ(head.field("Content-Type"), "text/event-stream");
    EXPECT_EQ(metric(R"(shop_streams_open{operation="orders.events"})"), "0") << "what was refused is not kept";
}

TEST_P(live_updates, row119_too_many_of_an_account_or_an_address_are_429) {
    open({"--streams", "5", "--streams-per-account", "4", "--streams-per-address", "3"});
    stock_up("MUG", 1);
    auto const target = "/v1/availability/events?sku=MUG";
    std::vector<event_stream> opened;
    for (int n = 0; n < 3; ++n) opened.emplace_back(shop_->port(), target);
    for (auto const& one : opened) EXPECT_EQ(one.status(), 200);
    event_stream const fourth(shop_->port(), target);
    EXPECT_EQ(fourth.status(), 429);
    EXPECT_EQ(fourth.told().member("code"), "rate_limited");
    EXPECT_THAT(fourth.told().body, HasSubstr("this address"));
    EXPECT_NE(fourth.told().field("Retry-After"), "");
    opened.emplace_back(shop_->port(), target, "", "127.0.0.2");
    EXPECT_EQ(opened.back().status(), 200);
    event_stream const fifth(shop_->port(), target, "", "127.0.0.2");
    EXPECT_EQ(fifth.status(), 429);
    EXPECT_THAT(fifth.told().body, HasSubstr("this account"));
    opened.pop_back();  // who leaves makes room
    EXPECT_TRUE(eventually(event_stream::patience,
                           [&] { return event_stream(shop_->port(), target, "", "127.0.0.2").status() == 200; }));
}

TEST_P(live_updates, end_when_the_server_stops) {
    open();
    stock_up("MUG", 1);
    auto const id = place("k");
    std::vector<event_stream> all;
    for (auto const& target : {"/v1/orders/" + id + "/events", std::string("/v1/orders/events"),
                               std::string("/v1/availability/events?sku=MUG")}) {
        all.push_back(follow(target));
        ASSERT_EQ(all.back().status(), 200);
    }
    std::thread stopping([&] { EXPECT_EQ(shop_->stop(), 0) << shop_->log(); });
    for (auto& one : all) EXPECT_TRUE(one.ends());
    all.clear();
    stopping.join();
    EXPECT_THAT(shop_->log(), Not(HasSubstr("requests were cut off")));
}

TEST(live_updates_of_a_customer, row119_end_with_the_key_and_are_of_their_own_orders) {
    shop_test::scratch const folder;
    auto const keys = folder.file("keys.json");
    auto const new_key = [&](std::string const& id, std::vector<std::string> const& more) {
        std::vector<std::string> command{"keys", "add", id, "--keys", keys};
        command.insert(command.end(), more.begin(), more.end());
        auto const made = shop_test::run_server(std::move(command));
        return "Authorization: Bearer " + made.out.substr(0, made.out.find('\n')) + "\r\n";
    };
    auto const boss = new_key("boss", {"--scope", "*"});
    auto const ann = new_key("ann", {"--customer", "ann", "--scope", "orders:read", "--scope", "orders:write"});
    auto const bob = new_key("bob", {"--customer", "bob", "--scope", "orders:read"});
    server shop("memory:", {"--keys", keys});
    auto by = shop.client();
    ASSERT_EQ(by.ask("POST", "/v1/products",
                     R"({"sku":"MUG","name":"Mug","status":"active","price":{"amount":1,"currency":"EUR"}})", boss)
                  .status,
              201);
    ASSERT_EQ(by.ask("POST", "/v1/inventory/MUG/movements", R"({"kind":"received","quantity":10})",
                     boss + "Idempotency-Key: opening\r\n")
                  .status,
              201);
    auto const id =
        by.ask("POST", "/v1/orders", order_of("ann", {{"MUG", 1}}), ann + "Idempotency-Key: k\r\n").member("id");
    auto const target = "/v1/orders/" + id + "/events";
    event_stream own(shop.port(), target, ann), all(shop.port(), "/v1/orders/events", boss);
    ASSERT_EQ(own.status(), 200) << own.told().body;
    ASSERT_EQ(all.status(), 200) << all.told().body;
    EXPECT_EQ(own.next().value().member("status"), "confirmed");
    EXPECT_EQ(event_stream(shop.port(), target).status(), 401);
    EXPECT_EQ(event_stream(shop.port(), target, bob).status(), 404);
    EXPECT_EQ(event_stream(shop.port(), "/v1/orders/events", ann).status(), 403);
    ASSERT_EQ(shop_test::run_server({"keys", "revoke", "ann", "--keys", keys}).code, 0);
    shop.process().signal(SIGHUP);
    auto const told = own.next();
    ASSERT_TRUE(told);
    EXPECT_EQ(told->name, "expired");
    EXPECT_TRUE(own.ends());
    ASSERT_EQ(
        by.ask("POST", "/v1/orders/" + id + "/transitions", R"({"to":"shipped"})", boss + "Idempotency-Key: s\r\n")
            .status,
        200);
    EXPECT_EQ(all.next().value().member("status"), "shipped") << "others go on";
}

/// Bytes of the server in RAM.
long memory_of(server& shop) {
    auto by = shop.client();
    auto const all = by.get("/metrics").body;
    std::string const name = "\nprocess_resident_memory_bytes ";
    return static_cast<long>(std::stod(all.substr(all.find(name) + name.size())));
}

/// How many idle streams are opened: SHOP_TEST_STREAMS says another number.
std::size_t many_streams() {
    auto const* said = std::getenv("SHOP_TEST_STREAMS");
    return said ? std::stoul(said) : 1'000;
}

TEST(idle_streams, cost_at_most_16_KiB_each) {
    auto const many = many_streams();
    rlimit files{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &files), 0);
    files.rlim_cur = std::max<rlim_t>(files.rlim_cur, many + 500);
    if (files.rlim_cur > files.rlim_max) GTEST_SKIP() << "no " << many << " files may be open here";
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &files), 0);  // the server inherits it
    server shop("memory:", {"--streams", "20000", "--streams-per-account", "20000", "--streams-per-address", "20000",
                            "--connections", "20000", "--connections-per-address", "20000"});
    auto by = shop.client();
    ASSERT_TRUE(shop_test::stock_up(by, "MUG", 5));
    auto const placed = by.post("/v1/orders", order_of("ann", {{"MUG", 1}}), "k");
    std::string const request = "GET /v1/orders/" + placed.member("id") +
                                "/events HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n"
                                "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101\r\n\r\n";
    boost::asio::io_context context;
    std::vector<boost::asio::ip::tcp::socket> streams;
    auto const open_until = [&](std::size_t count) {
        while (streams.size() < count) {
            auto& one = streams.emplace_back(context);
            one.connect({boost::asio::ip::address_v4::loopback(), shop.port()});
            boost::asio::write(one, boost::asio::buffer(request));
            std::string read;
            while (read.find("data:") == read.npos) {
                char part[4096];
                read.append(part, one.read_some(boost::asio::buffer(part)));
            }
            ASSERT_TRUE(read.starts_with("HTTP/1.1 200")) << read;
        }
    };
    open_until(many / 10);
    auto const few = memory_of(shop);
    open_until(many);
    auto const each = (memory_of(shop) - few) / static_cast<long>(many - many / 10);
    RecordProperty("bytes_per_stream", static_cast<int>(each));
    std::cout << many << " idle streams: " << each << " bytes each\n";
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    EXPECT_LE(each, 16 * 1024);
#endif
    // All of them hear of the next step, which is read once.
    ASSERT_EQ(by.post("/v1/orders/" + placed.member("id") + "/transitions", R"({"to":"shipped"})", "s").status, 200);
    for (auto& one : streams) {
        std::string read;
        while (read.find("shipped") == read.npos) {
            char part[4096];
            read.append(part, one.read_some(boost::asio::buffer(part)));
        }
    }
}

/// What one process writes reaches who follows it at another on the same database.
TEST(postgres_live_updates, cross_from_one_server_to_another_on_the_same_database) {
#ifdef SHOP_HAS_POSTGRES
    auto const store = shop_test::fresh_database();
    server here(store), there(store);
    auto writer = there.client();
    ASSERT_TRUE(shop_test::stock_up(writer, "MUG", 5));
    auto const placed = writer.post("/v1/orders", order_of("ann", {{"MUG", 1}}), "k");
    ASSERT_EQ(placed.status, 201);
    event_stream one(here.port(), "/v1/orders/" + placed.member("id") + "/events");
    event_stream all(here.port(), "/v1/orders/events");
    event_stream stock(here.port(), "/v1/availability/events?sku=MUG");
    EXPECT_EQ(one.next().value().id, "2");
    EXPECT_EQ(stock.next().value().member("available"), "4");
    ASSERT_EQ(writer.post("/v1/orders/" + placed.member("id") + "/transitions", R"({"to":"shipped"})", "s").status,
              200);
    EXPECT_EQ(one.next().value().member("status"), "shipped");
    EXPECT_EQ(all.next().value().member("status"), "shipped");
    ASSERT_EQ(writer.post("/v1/orders", order_of("bob", {{"MUG", 1}}), "k2").status, 201);
    EXPECT_EQ(all.next().value().member("status"), "confirmed");
    EXPECT_EQ(stock.next().value().member("available"), "3");
#endif
}

}  // namespace
