#include <gmock/gmock.h>

#include <atomic>
#include <mutex>
#include <set>

#include "server.hpp"
#include "store_place.hpp"

namespace {

using shop_test::eventually;
using shop_test::in_parallel;
using shop_test::order_of;
using shop_test::server;

/// A server on a store of its own, whatever kind; the audit is clean when it has stopped.
class orders_over_http : public testing::Test {
protected:
    ~orders_over_http() override {
        if (!server_) return;
        EXPECT_EQ(server_->stop(), 0) << server_->log();
        shop_test::expect_clean_store(store_);
    }
    std::string count_of(std::string const& sku, char const* count) {
        return client_.get("/v1/inventory/" + sku).member(count);
    }

    shop_test::scratch folder_;
    std::string store_ = shop_test::fresh_store(folder_);
    std::optional<server> server_{store_};
    shop_test::http_client client_ = server_->client();
};

TEST_F(orders_over_http, never_sell_more_than_there_is) {
    ASSERT_TRUE(stock_up(client_, "HOT", 100));
    std::atomic<int> confirmed = 0, short_of_stock = 0, other = 0, next = 0;
    in_parallel(64, [&](int) {
        auto client = server_->client();
        for (int n = next++; n < 1000; n = next++) {
            auto const answer =
                client.post("/v1/orders", order_of("c" + std::to_string(n), {{"HOT", 1}}), "k" + std::to_string(n));
            if (answer.status == 201)
                ++confirmed;
            else if (answer.status == 409 && answer.member("code") == "out_of_stock")
                ++short_of_stock;
            else
                ++other;
        }
    });
    EXPECT_EQ(confirmed, 100);
    EXPECT_EQ(short_of_stock, 900);
    EXPECT_EQ(other, 0);
    EXPECT_EQ(count_of("HOT", "available"), "0");
    EXPECT_EQ(count_of("HOT", "allocated"), "100");
    EXPECT_EQ(count_of("HOT", "on_hand"), "100");
}

TEST_F(orders_over_http, never_oversell_skus_that_orders_share_in_opposite_order) {
    for (auto const* sku : {"A", "B", "C"}) ASSERT_TRUE(stock_up(client_, sku, 100));
    std::atomic<int> confirmed = 0, short_of_stock = 0, next = 0;
    in_parallel(64, [&](int) {
        auto client = server_->client();
        for (int n = next++; n < 1000; n = next++) {
            auto const body = n % 2 == 0 ? order_of("c", {{"A", 1}, {"B", 1}, {"C", 1}})
                                         : order_of("c", {{"C", 1}, {"B", 1}, {"A", 1}});
            auto const answer = client.post("/v1/orders", body, "k" + std::to_string(n));
            if (answer.status == 201) ++confirmed;
            if (answer.status == 409 && answer.member("code") == "out_of_stock") ++short_of_stock;
        }
    });
    EXPECT_EQ(confirmed, 100);
    EXPECT_EQ(short_of_stock, 900);
    for (auto const* sku : {"A", "B", "C"}) EXPECT_EQ(count_of(sku, "available"), "0") << sku;
}

TEST_F(orders_over_http, fifty_twins_with_one_key_are_one_order_and_one_answer) {
    ASSERT_TRUE(stock_up(client_, "MUG", 100));
    auto const body = order_of("ann", {{"MUG", 2}});
    std::mutex mutex;
    std::multiset<int> statuses;
    std::set<std::string> bodies;
    int first_answers = 0;
    in_parallel(50, [&](int) {
        auto client = server_->client();
        auto const answer = client.post("/v1/orders", body, "twin");
        std::lock_guard lock(mutex);
        statuses.insert(answer.status);
        bodies.insert(answer.body);
        first_answers += answer.field("Idempotent-Replayed").empty();
    });
    EXPECT_EQ(statuses.count(201), 50u);
    EXPECT_EQ(bodies.size(), 1u);
    EXPECT_EQ(first_answers, 1);
    EXPECT_EQ(count_of("MUG", "allocated"), "2");
}

TEST_F(orders_over_http, replays_are_byte_equal_whatever_became_of_product_and_order) {
    ASSERT_TRUE(stock_up(client_, "MUG", 10));
    ASSERT_TRUE(stock_up(client_, "CUP", 10));
    auto const body = order_of("ann", {{"MUG", 1}, {"CUP", 2}});
    auto const first = client_.post("/v1/orders", body, "once");
    ASSERT_EQ(first.status, 201) << first.body;
    auto const refused = client_.post("/v1/orders", order_of("ann", {{"MUG", 50}}), "too-many");
    ASSERT_EQ(refused.status, 409) << refused.body;

    EXPECT_EQ(client_.ask("DELETE", "/v1/products/MUG", "").status / 100, 2);
    auto const etag = client_.get("/v1/products/CUP").field("ETag");
    auto const repriced =
        client_.ask("PUT", "/v1/products/CUP",
                    R"({"sku":"CUP","name":"Better cup","status":"active","price":{"amount":9999,"currency":"EUR"}})",
                    "If-Match: " + etag + "\r\n");
    EXPECT_EQ(repriced.status, 200) << repriced.body;
    auto const shipped =
        client_.post("/v1/orders/" + first.member("id") + "/transitions", R"({"to":"shipped"})", "ship");
    EXPECT_EQ(shipped.status, 200) << shipped.body;

    auto const replay = client_.post("/v1/orders", body, "once");
    EXPECT_EQ(replay.status, 201);
    EXPECT_EQ(replay.body, first.body);
    EXPECT_EQ(replay.field("Idempotent-Replayed"), "true");
    auto const replayed_refusal = client_.post("/v1/orders", order_of("ann", {{"MUG", 50}}), "too-many");
    EXPECT_EQ(replayed_refusal.status, 409);
    EXPECT_EQ(replayed_refusal.body, refused.body);
    EXPECT_EQ(client_.get("/v1/orders/" + first.member("id")).member("status"), "shipped");

    auto const other = client_.post("/v1/orders", order_of("ann", {{"CUP", 3}}), "once");
    EXPECT_EQ(other.status, 422);
    EXPECT_EQ(other.member("code"), "idempotency_key_reused");
}

TEST_F(orders_over_http, an_order_goes_its_way_and_its_history_tells_it) {
    ASSERT_TRUE(stock_up(client_, "MUG", 5));
    auto const id = client_.post("/v1/orders", order_of("ann", {{"MUG", 2}}), "k").member("id");
    auto const step = [&](char const* to) {
        return client_.post("/v1/orders/" + id + "/transitions", std::string(R"({"to":")") + to + "\"}", to);
    };
    EXPECT_EQ(step("delivered").member("code"), "invalid_transition");
    EXPECT_EQ(step("shipped").member("status"), "shipped");
    EXPECT_EQ(count_of("MUG", "on_hand"), "3");
    EXPECT_EQ(client_.post("/v1/orders/" + id + "/cancel", "{}", "c").member("code"), "invalid_transition");
    auto const cancelled = client_.post("/v1/orders", order_of("bob", {{"MUG", 3}}), "b").member("id");
    EXPECT_EQ(count_of("MUG", "available"), "0");
    EXPECT_EQ(client_.post("/v1/orders/" + cancelled + "/cancel", "{}", "bc").member("status"), "cancelled");
    EXPECT_EQ(count_of("MUG", "available"), "3");
    auto const history = client_.get("/v1/orders/" + id + "/history");
    EXPECT_THAT(history.body, testing::HasSubstr("\"pending\""));
    EXPECT_THAT(history.body, testing::HasSubstr("\"confirmed\""));
    EXPECT_THAT(history.body, testing::HasSubstr("\"shipped\""));
}

TEST_F(orders_over_http, a_second_move_is_not_answered_as_done_when_it_says_something_else) {
    ASSERT_TRUE(stock_up(client_, "MUG", 5));
    auto const id = client_.post("/v1/orders", order_of("ann", {{"MUG", 2}}), "k").member("id");
    auto const ship = [&](char const* key, char const* body) {
        return client_.post("/v1/orders/" + id + "/transitions", body, key);
    };
    auto const shipped = ship("s1", R"({"to":"shipped","tracking":"XY1"})");
    ASSERT_EQ(shipped.status, 200) << shipped.body;
    EXPECT_EQ(ship("s2", R"({"to":"shipped","tracking":"XY1"})").body, shipped.body);
    auto const refused = ship("s3", R"({"to":"shipped","tracking":"XY2","note":"left at the door"})");
    EXPECT_EQ(refused.status, 409) << refused.body;
    EXPECT_EQ(refused.member("code"), "invalid_transition");
    EXPECT_EQ(refused.member("from"), "shipped");
    EXPECT_EQ(refused.member("allowed/0"), "delivered");
    EXPECT_EQ(refused.member("errors/0/pointer"), "/tracking");
    EXPECT_EQ(refused.member("errors/1/pointer"), "/note");
    EXPECT_EQ(ship("s3", R"({"to":"delivered"})").status, 200) << "the key was free";
}

TEST_F(orders_over_http, takes_back_the_product_and_the_stock_that_it_answered) {
    ASSERT_TRUE(stock_up(client_, "MUG", 5));
    ASSERT_TRUE(eventually(std::chrono::seconds(30),
                           [&] { return client_.get("/v1/products/MUG").member("availability/available") == "5"; }));
    auto const send_back = [&](char const* method, char const* path, std::string const& from, std::string const& to) {
        auto const read = client_.get(path);
        auto body = read.body;
        if (auto const at = body.find(from); !from.empty() && at != body.npos) body.replace(at, from.size(), to);
        return client_.ask(method, path, body, "If-Match: " + read.field("ETag") + "\r\n");
    };
    EXPECT_EQ(send_back("PUT", "/v1/products/MUG", "", "").status, 200);
    auto const version = send_back("PUT", "/v1/products/MUG", R"("version":2)", R"("version":7)");
    EXPECT_EQ(version.status, 422) << version.body;
    EXPECT_EQ(version.member("errors/0/pointer"), "/version");
    auto const available = send_back("PUT", "/v1/products/MUG", R"("available":5)", R"("available":6)");
    EXPECT_EQ(available.status, 422) << available.body;
    EXPECT_EQ(available.member("errors/0/pointer"), "/availability");
    auto const configured =
        send_back("PATCH", "/v1/inventory/MUG", R"("low_stock_threshold":0)", R"("low_stock_threshold":2)");
    EXPECT_EQ(configured.status, 200) << configured.body;
    EXPECT_EQ(configured.member("low_stock_threshold"), "2");
    auto const counted = send_back("PATCH", "/v1/inventory/MUG", R"("on_hand":5)", R"("on_hand":9)");
    EXPECT_EQ(counted.status, 422) << counted.body;
    EXPECT_EQ(counted.member("errors/0/pointer"), "/on_hand");
}

TEST_F(orders_over_http, products_tell_what_is_available_soon_after) {
    ASSERT_TRUE(stock_up(client_, "MUG", 5));
    EXPECT_TRUE(eventually(std::chrono::seconds(30),
                           [&] { return client_.get("/v1/products/MUG").member("availability/available") == "5"; }));
    client_.post("/v1/orders", order_of("ann", {{"MUG", 5}}), "k");
    EXPECT_TRUE(eventually(std::chrono::seconds(30), [&] {
        return client_.get("/v1/products/MUG").member("availability/status") == "out_of_stock";
    }));
}

TEST_F(orders_over_http, customers_are_told_of_each_step) {
    ASSERT_TRUE(stock_up(client_, "MUG", 5));
    auto const id = client_.post("/v1/orders", order_of("ann", {{"MUG", 1}}), "k").member("id");
    EXPECT_TRUE(eventually(std::chrono::seconds(30), [&] {
        auto const told = client_.get("/v1/notifications?order_id=" + id).body;
        return told.find("shop.order.confirmed.v1") != told.npos && told.find("\"delivered\"") != told.npos;
    }));
}

TEST_F(orders_over_http, survive_a_restart) {
    ASSERT_TRUE(stock_up(client_, "MUG", 5));
    auto const placed = client_.post("/v1/orders", order_of("ann", {{"MUG", 2}}), "k");
    ASSERT_EQ(placed.status, 201);
    EXPECT_EQ(server_->stop(), 0);
    server_.emplace(store_);
    auto again = server_->client();
    EXPECT_EQ(again.get("/v1/orders/" + placed.member("id")).body, placed.body);
    EXPECT_EQ(again.post("/v1/orders", order_of("ann", {{"MUG", 2}}), "k").body, placed.body);
}

}  // namespace
