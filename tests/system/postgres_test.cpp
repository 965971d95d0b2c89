// The server on PostgreSQL: a database that dies under it, and several servers on one.

#include <gmock/gmock.h>

#include <atomic>
#include <condition_variable>
#include <iostream>
#include <map>
#include <mutex>
#include <random>
#include <set>

#include "server.hpp"
#include "store_place.hpp"
#include "support/mixing_link.hpp"
#include "support/pooler.hpp"

namespace {

using shop_test::eventually;
using shop_test::in_parallel;
using shop_test::order_of;
using shop_test::server;
using namespace std::chrono_literals;

/// Three lines; its metadata names its key.
std::string crowd_order(std::string const& key) {
    return order_of("crowd", {{"A", 1}, {"B", 1}, {"C", 2}}, key);
}

/// Buyers that order all the time, and what they know.
class crowd {
public:
    explicit crowd(std::vector<server const*> shops) : shops_(std::move(shops)) {}
    ~crowd() { stop(); }

    void start(int buyers, std::string const& prefix) {
        stopping_ = false;
        for (int b = 0; b < buyers; ++b) {
            threads_.emplace_back(
                [this, b, prefix] { buy(static_cast<std::size_t>(b), prefix + "-" + std::to_string(b)); });
        }
    }
    void stop() {
        stopping_ = true;
        for (auto& t : threads_) t.join();
        threads_.clear();
    }
    std::size_t confirmed() const { return confirmed_; }
    /// The body of each 201, by key.
    std::map<std::string, std::string> const& answered() const { return answered_; }
    /// Keys whose outcome was not told.
    std::set<std::string> const& open() const { return open_; }
    std::map<int, int> const& statuses() const { return statuses_; }

private:
    void buy(std::size_t buyer, std::string const& prefix) {
        auto const& shop = *shops_[buyer % shops_.size()];
        auto client = shop.client();
        for (int n = 0; !stopping_; ++n) {
            auto const key = prefix + "-" + std::to_string(n);
            auto const answer = client.ask("POST", "/v1/orders", crowd_order(key),
                                           "Shop-Timeout-Ms: 2000\r\nIdempotency-Key: " + key + "\r\n");
            std::unique_lock lock(mutex_);
            ++statuses_[answer.status];
            if (answer.status == 201) {
                answered_[key] = answer.body;
                ++confirmed_;
                continue;
            }
            open_.insert(key);
            if (answer.status == 0) return;  // the server is gone
            // Who is refused waits a little, as a client that heeds Retry-After does.
            wait_.wait_for(lock, 20ms, [&] { return stopping_.load(); });
        }
    }

    std::vector<server const*> shops_;
    std::vector<std::thread> threads_;
    std::atomic<bool> stopping_ = false;
    std::atomic<std::size_t> confirmed_ = 0;
    std::mutex mutex_;
    std::condition_variable wait_;
    std::map<std::string, std::string> answered_;
    std::set<std::string> open_;
    std::map<int, int> statuses_;
};

class postgres_under_a_server : public testing::Test {
protected:
    std::string sql(std::string const& text) { return database_.sql(text, name_); }
    bool nothing_stays_open() {
        return eventually(1min, [&] { return sql("SELECT count(*) FROM orders_order WHERE open IS NOT NULL") == "0"; });
    }
    /// Every answer stands, every open key is one order when it is repeated, and no key is two.
    void expect_all_kept(crowd const& buyers, server& shop) {
        auto client = shop.client();
        for (auto const& key : buyers.open()) {
            auto const repeat = client.post("/v1/orders", crowd_order(key), key);
            ASSERT_EQ(repeat.status, 201) << repeat.body;
        }
        for (auto const& [key, body] : buyers.answered()) {
            auto const replay = client.post("/v1/orders", crowd_order(key), key);
            ASSERT_EQ(replay.status, 201) << replay.body;
            ASSERT_EQ(replay.body, body);
        }
        std::set<std::string> keys = buyers.open();
        for (auto const& [key, body] : buyers.answered()) keys.insert(key);
        EXPECT_EQ(sql("SELECT count(*) FROM orders_order"), std::to_string(keys.size()));
        EXPECT_EQ(
            sql("SELECT count(DISTINCT order_id) FROM orders_key WHERE (operation IS NULL OR operation = order_id)"
                " AND order_id <> '00000000-0000-0000-0000-000000000000'"),  // those of movements of stock name none
            std::to_string(keys.size()));
    }
    void expect_clean() {
        auto const audit = shop_test::run_server({"audit", "--store", store_});
        EXPECT_EQ(audit.code, 0) << audit.out << audit.err;
        EXPECT_EQ(audit.out.find("open operations"), std::string::npos) << audit.out;
    }

    shop_test::postgres_server database_;
    std::string store_ = shop_test::fresh_database(database_);
    std::string name_ = store_.substr(store_.find("@/") + 2, store_.find('?') - store_.find("@/") - 2);
};

TEST_F(postgres_under_a_server, killed_twenty_times_under_order_load_costs_no_order_and_doubles_none) {
    constexpr int rounds = 20;
    server shop(store_);
    auto client = shop.client();
    for (auto const* sku : {"A", "B", "C"}) ASSERT_TRUE(stock_up(client, sku, 1'000'000));
    crowd buyers({&shop});
    std::mt19937 seeded(20262);
    std::chrono::milliseconds slowest{0};
    for (int round = 0; round < rounds; ++round) {
        buyers.start(32, std::to_string(round));
        auto const enough = buyers.confirmed() + 50 + seeded() % 150;
        while (buyers.confirmed() < enough) std::this_thread::yield();
        switch (round % 4) {
            case 0:  // the whole server
                database_.kill();
                database_.start();
                break;
            case 1: {  // one that serves us, in the middle of something; the server then ends them all
                auto const pid =
                    sql("SELECT pid FROM pg_stat_activity WHERE application_name = 'shop' ORDER BY (wait_event = "
                        "'WALSync') DESC NULLS LAST, state = 'active' DESC LIMIT 1");
                auto const before = database_.log().size();
                ::kill(std::stoi(pid), SIGKILL);
                while (database_.log().find("ready to accept", before) == std::string::npos) std::this_thread::yield();
                break;
            }
            case 2:  // as an administrator does
                sql("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'shop'");
                break;
            case 3:
                database_.stop();
                database_.start();
                break;
        }
        auto const ready = std::chrono::steady_clock::now();
        auto const before = buyers.confirmed();
        while (buyers.confirmed() == before) std::this_thread::yield();
        auto const took =
            std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - ready);
        slowest = std::max(slowest, took);
        buyers.stop();
        EXPECT_TRUE(nothing_stays_open()) << "round " << round;
    }
    std::cout << buyers.answered().size() << " orders answered, " << buyers.open().size()
              << " left open to their buyers; selling again at most " << slowest.count()
              << " ms after the database was ready;";
    for (auto const& [status, count] : buyers.statuses()) {
        std::cout << " " << count << " x " << status;
        EXPECT_THAT(status, testing::AnyOf(201, 202, 503, 504));
    }
    std::cout << std::endl;
    EXPECT_GT(buyers.statuses().count(503), 0u) << "no kill was ever noticed";
    expect_all_kept(buyers, shop);
    EXPECT_EQ(shop.stop(), 0);
    expect_clean();
}

TEST_F(postgres_under_a_server, whose_answers_are_swapped_cut_and_repeated_costs_no_order_and_doubles_none) {
    using shop_test::mixing_link;
    using damage = mixing_link::damage;
    constexpr unsigned seed = 20261128;
    mixing_link between(database_.socket_folder() + "/.s.PGSQL.5432", seed);
    server shop("postgresql://shop@127.0.0.1:" + std::to_string(between.port()) + "/" + name_ +
                "?sslmode=disable&gssencmode=disable");
    auto client = shop.client();
    for (auto const* sku : {"A", "B", "C"}) ASSERT_TRUE(stock_up(client, sku, 1'000'000));
    crowd buyers({&shop});
    auto const done = [&](damage what) { return between.count(what) >= 5; };
    between.mix_one_in(8);
    buyers.start(32, "mixed");
    EXPECT_TRUE(eventually(2min,
                           [&] {
                               return done(damage::swapped) && done(damage::cut) && done(damage::left_out) &&
                                      done(damage::repeated) && done(damage::stale);
                           }))
        << "seed " << seed << ": is the shop alive? " << shop.log();
    between.mix_one_in(0);
    auto const before = buyers.confirmed();
    EXPECT_TRUE(eventually(1min, [&] { return buyers.confirmed() >= before + 50; })) << "it sells again";
    buyers.stop();
    for (auto const& [status, count] : buyers.statuses()) {
        std::cout << count << " x " << status << " ";
        EXPECT_THAT(status, testing::AnyOf(201, 202, 503, 504));
    }
    std::cout << "with seed " << seed << std::endl;
    EXPECT_THAT(shop.log(), testing::HasSubstr("\"sqlstate\":\"misfit\""));
    EXPECT_THAT(shop.log(), testing::Not(testing::HasSubstr("store_corrupt")));
    EXPECT_TRUE(nothing_stays_open());
    expect_all_kept(buyers, shop);
    EXPECT_EQ(shop.stop(), 0);
    expect_clean();
}

/// How often each notification was told, by its id, over the logs of some servers.
std::map<std::string, int> told(std::vector<server*> const& shops) {
    std::map<std::string, int> out;
    std::string const event = R"("event":"notification","id":")";
    for (auto const* shop : shops) {
        auto const log = shop->log();
        for (auto at = log.find(event); at != log.npos; at = log.find(event, at + 1))
            ++out[log.substr(at + event.size(), 36)];
    }
    return out;
}

TEST_F(postgres_under_a_server, two_servers_sell_what_there_is_and_tell_every_event_once) {
    server one(store_), two(store_);
    auto client = one.client();
    ASSERT_TRUE(stock_up(client, "HOT", 100));
    std::atomic<int> confirmed = 0, short_of_stock = 0, other = 0, next = 0;
    in_parallel(64, [&](int thread) {
        auto buyer = (thread % 2 ? one : two).client();
        for (int n = next++; n < 1000; n = next++) {
            auto const answer =
                buyer.post("/v1/orders", order_of("c" + std::to_string(n), {{"HOT", 1}}), "k" + std::to_string(n));
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
    EXPECT_EQ(client.get("/v1/inventory/HOT").member("available"), "0");

    EXPECT_EQ(sql("SELECT string_agg(status, ' ') FROM inventory_event"), "out_of_stock");
    auto const events = std::stoul(sql("SELECT count(*) FROM orders_event WHERE version > 1")) + 1;
    EXPECT_TRUE(eventually(1min, [&] { return told({&one, &two}).size() == events; }));
    for (auto const& [id, times] : told({&one, &two})) EXPECT_EQ(times, 1) << id;
    EXPECT_TRUE(
        eventually(1min, [&] { return client.get("/v1/products/HOT").member("availability/available") == "0"; }));
    EXPECT_EQ(one.stop(), 0);
    EXPECT_EQ(two.stop(), 0);
    expect_clean();
}

TEST_F(postgres_under_a_server, twins_at_two_servers_are_one_order) {
    server one(store_), two(store_);
    auto client = one.client();
    ASSERT_TRUE(stock_up(client, "MUG", 1000));
    for (int round = 0; round < 20; ++round) {
        std::mutex mutex;
        std::set<std::string> bodies;
        in_parallel(8, [&](int thread) {
            auto buyer = (thread % 2 ? one : two).client();
            auto const answer =
                buyer.post("/v1/orders", order_of("ann", {{"MUG", 1}}), "twin-" + std::to_string(round));
            std::lock_guard lock(mutex);
            EXPECT_EQ(answer.status, 201);
            bodies.insert(answer.body);
        });
        EXPECT_EQ(bodies.size(), 1u);
    }
    EXPECT_EQ(client.get("/v1/inventory/MUG").member("allocated"), "20");
    EXPECT_EQ(one.stop(), 0);
    EXPECT_EQ(two.stop(), 0);
    expect_clean();
}

TEST_F(postgres_under_a_server, a_server_that_dies_is_followed_by_the_other_within_seconds) {
    std::map<int, std::unique_ptr<server>> shops;
    for (int i : {0, 1}) shops[i] = std::make_unique<server>(store_);
    {
        auto client = shops[0]->client();
        for (auto const* sku : {"A", "B", "C"}) ASSERT_TRUE(stock_up(client, sku, 1'000'000));
    }
    std::set<std::string> open;
    for (int round = 0; round < 6; ++round) {
        crowd buyers({shops[0].get(), shops[1].get()});
        buyers.start(32, "r" + std::to_string(round));
        while (buyers.confirmed() < 200) std::this_thread::yield();
        auto& victim = *shops[round % 2];
        victim.kill();
        auto const before = buyers.confirmed();
        while (buyers.confirmed() < before + 50) std::this_thread::yield();  // the other sells on
        buyers.stop();
        EXPECT_TRUE(nothing_stays_open()) << "round " << round;
        EXPECT_TRUE(eventually(
            1min,
            [&] {
                return sql("SELECT count(*) FROM orders_event AS e WHERE version > 1 AND NOT EXISTS (SELECT 1 FROM "
                           "notifications_delivery AS d WHERE d.subject = e.order_id AND d.sequence = "
                           "e.version)") == "0";
            }))
            << "round " << round << ": a customer was not told";
        auto& survivor = *shops[1 - round % 2];
        auto client = survivor.client();
        for (auto const& key : buyers.open()) ASSERT_EQ(client.post("/v1/orders", crowd_order(key), key).status, 201);
        for (auto const& [key, body] : buyers.answered())
            ASSERT_EQ(client.post("/v1/orders", crowd_order(key), key).body, body);
        shops[round % 2] = std::make_unique<server>(store_);
    }
    EXPECT_EQ(shops[0]->stop(), 0);
    EXPECT_EQ(shops[1]->stop(), 0);
    expect_clean();
}

TEST(postgres_without_room, is_told_by_readiness_for_as_long_as_writes_are_refused) {
    auto& database = shop_test::shared_postgres();
    auto const store = shop_test::fresh_database(database);
    auto const name = store.substr(store.find("@/") + 2, store.find('?') - store.find("@/") - 2);
    server shop(store);
    auto client = shop.client();
    ASSERT_TRUE(stock_up(client, "MUG", 100));
    EXPECT_EQ(client.get("/readyz").status, 200);
    database.sql(
        "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE 'could not extend file' USING ERRCODE = 'disk_full'; END $$; "
        "CREATE TRIGGER full_disk BEFORE INSERT ON orders_order EXECUTE FUNCTION full_disk()",
        name);
    shop_test::answer readiness;
    EXPECT_TRUE(eventually(30s, [&] {
        EXPECT_EQ(client.post("/v1/orders", order_of("ann", {{"MUG", 1}}), "cart").member("code"), "store_unavailable");
        readiness = client.get("/readyz");
        return readiness.status == 503;
    }));
    EXPECT_EQ(readiness.body, R"({"status":"read-only","waits_for":["disk space"]})");
    EXPECT_EQ(client.get("/v1/inventory/MUG").member("on_hand"), "100");
    database.sql("DROP TRIGGER full_disk ON orders_order", name);
    EXPECT_TRUE(eventually(30s, [&] { return client.get("/readyz").status == 200; }));
    EXPECT_EQ(client.post("/v1/orders", order_of("ann", {{"MUG", 1}}), "cart").status, 201);
    EXPECT_EQ(shop.stop(), 0);
}

TEST(postgres_command_line, migrates_checks_and_refuses_what_is_not_migrated) {
    auto& database = shop_test::shared_postgres();
    auto const url = database.url(database.create_database());
    auto const run = [&](std::vector<std::string> words) {
        words.insert(words.end(), {"--store", url});
        return shop_test::run_server(std::move(words));
    };
    auto const refused = run({"serve", "all", "--listen", "127.0.0.1:0"});
    EXPECT_EQ(refused.code, 65);
    EXPECT_THAT(refused.err, testing::HasSubstr("shop-server migrate"));
    EXPECT_EQ(run({"migrate", "--check"}).code, 1);
    EXPECT_THAT(run({"migrate"}).out, testing::HasSubstr("up to date"));
    EXPECT_EQ(run({"migrate", "--check"}).code, 0);
    EXPECT_EQ(run({"audit"}).code, 0);

    auto const other = database.url(database.create_database());
    EXPECT_EQ(server(other, {"--migrate"}).stop(), 0);
}

TEST(postgres_command_line, ends_with_78_behind_a_pooler_that_it_was_not_told_of) {
    auto& database = shop_test::shared_postgres();
    auto const name = database.create_database();
    ASSERT_EQ(shop_test::run_server({"migrate", "--store", database.url(name)}).code, 0);
    auto const mode = std::string(shop_test::pooler::transaction_mode);
    for (auto const& settings : {mode, mode + "ignore_startup_parameters = options\n"}) {
        shop_test::pooler const between(database, settings);
        std::vector<std::string> const store{"--store", between.url(name)};
        for (std::vector<std::string> command : {std::vector<std::string>{"serve", "all", "--listen", "127.0.0.1:0"},
                                                 {"migrate"},
                                                 {"migrate", "--check"},
                                                 {"audit"}}) {
            command.insert(command.end(), store.begin(), store.end());
            auto const refused = shop_test::run_server(command);
            EXPECT_EQ(refused.code, 78) << command[0] << ": " << refused.err;
            EXPECT_THAT(refused.err, testing::HasSubstr("database-pooler")) << command[0];
            command.insert(command.end(), {"--database-pooler", "transaction"});
            if (command[0] == "serve") continue;
            EXPECT_EQ(shop_test::run_server(command).code, 0) << command[0];
        }
    }
}

TEST(postgres_command_line, never_shows_a_password) {
    auto const check =
        shop_test::run_server({"check-config", "--store", "postgresql://ann:secret@db/shop?password=secret2"});
    EXPECT_EQ(check.code, 0);
    EXPECT_EQ((check.out + check.err).find("secret"), std::string::npos) << check.out;
    auto const refused = shop_test::run_server({"migrate", "--store", "postgresql://ann:secret@127.0.0.1:1/shop"});
    EXPECT_EQ(refused.code, 75);
    EXPECT_EQ((refused.out + refused.err).find("secret"), std::string::npos) << refused.err;
}

}  // namespace
