#include <gmock/gmock.h>

#include <atomic>
#include <iostream>
#include <map>
#include <mutex>
#include <random>
#include <set>

#include "server.hpp"
#include "store_place.hpp"

namespace {

using shop_test::all_orders;
using shop_test::eventually;
using shop_test::in_parallel;
using shop_test::order_of;
using shop_test::server;

constexpr int rounds_wanted = 10;
constexpr int clients = 64;
constexpr int unanswered_least = 32;

/// What the clients of one round know.
struct known {
    std::mutex mutex;
    std::map<std::string, std::string> answered;  // the body of each 201, by key
    std::set<std::string> unanswered;             // keys of requests that were under way at the kill
    std::multiset<int> other;                     // statuses nobody expects
};

/// Three lines; its metadata names its key.
std::string order_for(std::string const& key) {
    return order_of("crowd", {{"A", 1}, {"B", 1}, {"C", 2}}, key);
}

/// Orders until the server dies.
void order_until_killed(server const& of, std::string const& prefix, known& all, std::atomic<int>& under_way,
                        std::atomic<int>& done) {
    auto client = of.client();
    for (int n = 0;; ++n) {
        auto const key = prefix + "-" + std::to_string(n);
        ++under_way;
        auto const answer = client.post("/v1/orders", order_for(key), key);
        --under_way;
        std::lock_guard lock(all.mutex);
        if (answer.status == 0) {
            all.unanswered.insert(key);
            return;
        }
        ++done;
        if (answer.status == 201) {
            all.answered[key] = answer.body;
        } else {
            all.other.insert(answer.status);
        }
    }
}

/// The number in the line of the log that says how many open operations were recovered at start.
int recovered_at_start(std::string const& log) {
    int sum = 0;
    std::string const event = R"("event":"recovered open operations","count":")";
    for (auto at = log.find(event); at != log.npos; at = log.find(event, at + 1)) {
        auto const line = log.substr(at, log.find('\n', at) - at);
        if (line.find(R"("at_start":"true")") != line.npos) sum += std::stoi(line.substr(event.size()));
    }
    return sum;
}

TEST(kill_minus_9, under_order_load_loses_nothing_and_doubles_nothing) {
    shop_test::scratch folder;
    auto const store = shop_test::fresh_store(folder);
    std::map<std::string, std::string> acknowledged;
    std::mt19937 seeded(20261);
    int rounds = 0, recovered = 0;
    for (int tried = 0; rounds < rounds_wanted; ++tried) {
        ASSERT_LT(tried, 10 * rounds_wanted) << "hardly ever were " << unanswered_least << " requests unanswered";
        server under_load(store);
        if (tried == 0) {
            auto client = under_load.client();
            for (auto const* sku : {"A", "B", "C"}) ASSERT_TRUE(stock_up(client, sku, 1'000'000));
        }
        known all;
        std::atomic<int> under_way = 0, done = 0;
        int const enough = 50 + static_cast<int>(seeded() % 400);
        std::thread killer([&] {
            while (done < enough || under_way < unanswered_least) std::this_thread::yield();
            under_load.kill();
        });
        in_parallel(clients, [&](int n) {
            order_until_killed(under_load, std::to_string(tried) + "-" + std::to_string(n), all, under_way, done);
        });
        killer.join();
        EXPECT_THAT(all.other, testing::IsEmpty());
        acknowledged.insert(all.answered.begin(), all.answered.end());

        server restarted(store);
        EXPECT_TRUE(eventually(std::chrono::minutes(1), [&] {
            auto const audit = shop_test::run_server({"audit", "--store", store});
            return audit.code == 0 && audit.out.find("open operations") == std::string::npos;
        })) << "something stays open after the restart";
        auto const found = recovered_at_start(restarted.log());
        bool const counts = static_cast<int>(all.unanswered.size()) >= unanswered_least;
        std::cout << (counts ? "round " + std::to_string(rounds + 1) : "no round") << ": " << all.answered.size()
                  << " answered, " << all.unanswered.size() << " unanswered at the kill, " << found
                  << " open operations recovered" << std::endl;
        if (counts) {
            ++rounds;
            recovered += found;
        }

        auto client = restarted.client();
        for (auto const& [key, body] : all.answered) {
            auto const replay = client.post("/v1/orders", order_for(key), key);
            ASSERT_EQ(replay.status, 201) << replay.body;
            ASSERT_EQ(replay.body, body);
        }
        // Whoever got no answer repeats; half of them, so that some orders have nobody asking.
        for (auto const& key : all.unanswered) {
            if (seeded() % 2) continue;
            auto const repeat = client.post("/v1/orders", order_for(key), key);
            ASSERT_EQ(repeat.status, 201) << repeat.body;
            acknowledged[key] = repeat.body;
        }
        EXPECT_EQ(restarted.stop(), 0);
    }
    std::cout << rounds << " rounds, " << recovered << " open operations recovered at start" << std::endl;
    EXPECT_GT(recovered, 0) << "no kill ever hit an order between its intent and its conclusion";

    server last(store);
    auto client = last.client();
    auto const orders = all_orders(client);
    for (auto const& [key, body] : acknowledged) EXPECT_EQ(orders.count(key), 1u) << key;
    for (auto at = orders.begin(); at != orders.end(); at = orders.upper_bound(at->first)) {
        EXPECT_EQ(orders.count(at->first), 1u) << "two orders for the key " << at->first;
    }
    EXPECT_EQ(last.stop(), 0);
    auto const audit = shop_test::run_server({"audit", "--store", store});
    EXPECT_EQ(audit.code, 0) << audit.out << audit.err;
}

TEST(kill_minus_9, between_commit_and_answer_is_answered_by_the_repeat) {
    shop_test::scratch folder;
    auto const store = shop_test::fresh_store(folder);
    auto const body = order_of("ann", {{"MUG", 1}}, "once");
    std::string id;
    {
        server killed(store);
        auto client = killed.client();
        ASSERT_TRUE(stock_up(client, "MUG", 5));
        // Sent, but its answer is never read; another connection sees the order, so it is committed.
        auto silent = killed.client();
        silent.send(
            "POST /v1/orders HTTP/1.1\r\nHost: localhost\r\nIdempotency-Key: once\r\nContent-Type: "
            "application/json\r\nContent-Length: " +
            std::to_string(body.size()) + "\r\n\r\n" + body);
        ASSERT_TRUE(eventually(std::chrono::minutes(1), [&] {
            return client.get("/v1/orders?status=confirmed").body.find("\"id\"") != std::string::npos;
        }));
        killed.kill();
    }
    server restarted(store);
    auto client = restarted.client();
    auto const repeat = client.post("/v1/orders", body, "once");
    EXPECT_EQ(repeat.status, 201);
    EXPECT_EQ(repeat.field("Idempotent-Replayed"), "true");
    EXPECT_EQ(client.get("/v1/orders/" + repeat.member("id")).body, repeat.body);
    EXPECT_EQ(client.get("/v1/inventory/MUG").member("allocated"), "1");
    EXPECT_EQ(all_orders(client).size(), 1u);
    EXPECT_EQ(restarted.stop(), 0);
}

}  // namespace
