// The shop as processes, under order load: processes that die or stand still, links that are cut, a database that is
// killed.

#ifdef SHOP_HAS_POSTGRES

#include <gmock/gmock.h>

#include <iostream>
#include <random>

#include "open_loop.hpp"
#include "order_load.hpp"
#include "stack.hpp"
#include "store_place.hpp"
#include "support/cut_link.hpp"
#include "support/process_facts.hpp"
#include "support/trace_collector.hpp"

namespace {

using shop_test::cut_link;
using shop_test::eventually;
using shop_test::in_parallel;
using shop_test::order_load;
using shop_test::stack;
using namespace std::chrono_literals;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr int fault_rounds = 3;  // --gtest_repeat makes them more
constexpr int stack_buyers = 16;

milliseconds since(steady_clock::time_point then) {
    return std::chrono::ceil<milliseconds>(steady_clock::now() - then);
}

/// The name of a database, out of its URL.
std::string database_of(std::string const& url) {
    auto const from = url.find("@/") + 2;
    return url.substr(from, url.find('?') - from);
}

/// How soon the shop was itself again, at the slowest.
struct slowest_of_all {
    milliseconds selling{}, concluded{}, told{};
};
std::ostream& operator<<(std::ostream& out, slowest_of_all const& s) {
    return out << "sells again after at most " << s.selling.count() << " ms, the last open order concluded after "
               << s.concluded.count() << " ms, the last customer told after " << s.told.count() << " ms";
}

/// A stack with buyers in front, and what must hold of it after each fault.
class stack_under_load {
public:
    explicit stack_under_load(shop_test::postgres_server& on, int copies = 1, shop_test::detour by = {},
                              std::vector<std::string> settings = {})
        : database_(on),
          stores_(shop_test::fresh_stack_stores(on)),
          shop(stores_, copies, std::move(settings), std::move(by)) {
        auto client = shop.client();
        for (auto const* sku : {"A", "B", "C"}) EXPECT_TRUE(stock_up(client, sku, 1'000'000));
    }
    ~stack_under_load() {
        EXPECT_EQ(shop.stop(), 0);
        shop_test::expect_clean_store(stores_);
        if (slowest.selling > 0ms) std::cout << slowest << std::endl;
    }

    /// Orders come in until something may break, which is to hit them at whatever step they are.
    void start_buying() {
        buyers.start(stack_buyers);
        ASSERT_TRUE(buyers.wait_for_confirmed(50));
        ASSERT_TRUE(buyers.wait_for_answers(1, milliseconds(seeded_() % 200)));
    }

    /// The fault is over: waits until orders are confirmed again, and those that the fault held up are concluded.
    void expect_recovery() {
        auto const healed = steady_clock::now();
        auto const stamp =
            std::chrono::floor<milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
        EXPECT_TRUE(buyers.wait_for_confirmed(1)) << "does not sell again";
        auto const selling = since(healed);
        auto const held_up =
            "SELECT count(*) FROM orders_order WHERE open IS NOT NULL AND updated_at < " + std::to_string(stamp);
        EXPECT_TRUE(eventually(1min, [&] { return a_little_later() && in_orders(held_up) == "0"; }))
            << in_orders(held_up) << " stay open";
        auto const concluded = since(healed);
        auto const untold = "SELECT count(*) FROM orders_event WHERE version > 1 AND at < " + std::to_string(stamp);
        auto const all = std::stol(in_orders(untold));
        auto const told = "SELECT count(*) FROM notifications_delivery WHERE status = 'delivered'";
        EXPECT_TRUE(eventually(1min, [&] { return a_little_later() && std::stol(in_notifications(told)) >= all; }))
            << "a customer is not told";
        slowest.selling = std::max(slowest.selling, selling);
        slowest.concluded = std::max(slowest.concluded, concluded);
        slowest.told = std::max(slowest.told, since(healed));
        std::cout << "selling " << selling.count() << " ms, concluded " << concluded.count() << " ms, told "
                  << since(healed).count() << " ms after the fault; " << std::flush;
    }

    /// Buyers stop, and every word they were given is kept. @return what they know
    order_load::known expect_all_kept() {
        auto const known = buyers.stop();
        std::cout << known.to_text() << std::endl;
        expect_kept(known);
        return known;
    }
    void expect_kept(order_load::known const& known) {
        EXPECT_TRUE(eventually(1min, [&] {
            return in_orders("SELECT count(*) FROM orders_order WHERE open IS NOT NULL") == "0";
        })) << "something stays open";
        expect_same_answers(known);
        expect_one_order_each(known);
        auto client = shop.client();
        EXPECT_TRUE(eventually(1min, [&] {
            return client.get("/v1/products/A").member("availability/available") ==
                   client.get("/v1/inventory/A").member("available");
        })) << "the catalogue is not told of the stock";
        EXPECT_TRUE(eventually(1min, [&] {
            return in_notifications("SELECT count(*) FROM notifications_delivery WHERE status = 'delivered'") ==
                   std::to_string(keys_);
        })) << "a customer is not told, or twice";
        shop_test::expect_clean_store(stores_);
    }

private:
    /// Not to keep the machine busy with questions alone.
    bool a_little_later() { return buyers.wait_for_answers(1, 50ms); }
    std::string in_orders(std::string const& text) { return database_.sql(text, database_of(shop.stores().order)); }
    std::string in_notifications(std::string const& text) {
        return database_.sql(text, database_of(shop.stores().notification));
    }

    /// A confirmed order is answered with the same bytes; one whose outcome was not told is confirmed when it is
    /// repeated.
    void expect_same_answers(order_load::known const& known) {
        std::vector<std::string> keys(known.open.begin(), known.open.end());
        for (auto const& [key, body] : known.confirmed) keys.push_back(key);
        std::atomic<std::size_t> next = 0;
        in_parallel(8, [&](int) {
            auto client = shop.client();
            for (auto n = next++; n < keys.size(); n = next++) {
                shop_test::answer repeat;
                EXPECT_TRUE(eventually(1min,
                                       [&] {
                                           repeat = client.post("/v1/orders", order_load::body_of(keys[n]), keys[n]);
                                           return repeat.status == 201;
                                       }))
                    << keys[n] << ": " << repeat.head << repeat.body;
                auto const confirmed = known.confirmed.find(keys[n]);
                if (confirmed == known.confirmed.end()) continue;
                EXPECT_EQ(repeat.body, confirmed->second);
                EXPECT_EQ(repeat.field("Idempotent-Replayed"), "true");
            }
        });
    }
    void expect_one_order_each(order_load::known const& known) {
        keys_ += known.confirmed.size() + known.open.size();
        auto const all = std::to_string(keys_);
        EXPECT_EQ(in_orders("SELECT count(*), count(*) FILTER (WHERE status = 'confirmed') FROM orders_order"),
                  all + "|" + all);
        EXPECT_EQ(in_orders("SELECT count(*), count(DISTINCT order_id) FROM orders_key"), all + "|" + all);
        EXPECT_EQ(in_orders("SELECT count(*) FROM orders_event WHERE version > 1"), all);
    }

    shop_test::postgres_server& database_;
    std::string stores_;
    std::size_t keys_ = 0;  // of all rounds
    std::mt19937 seeded_{20263};

public:
    stack shop;
    order_load buyers{shop.port()};
    slowest_of_all slowest;
};

/// Nobody hears worse than that it is worth trying again.
void expect_retryable_only(order_load::known const& known) {
    for (auto const& [word, count] : known.answers) {
        EXPECT_THAT(word, testing::AnyOf("201", "202", testing::StartsWith("503 "), testing::StartsWith("504 "),
                                         "409 operation_in_progress"));
    }
}

TEST(stack_on_postgres, loses_and_doubles_no_order_when_any_of_its_processes_is_killed) {
    stack_under_load under(shop_test::shared_postgres());
    for (int round = 0; round < fault_rounds; ++round) {
        under.start_buying();
        for (auto const* role : {"gateway", "product", "inventory", "order", "notification"}) {
            auto& victim = under.shop.of(role);
            victim.kill();
            ASSERT_TRUE(under.buyers.wait_for_answers(20, 100ms));
            victim.start();
            std::cout << role << ": ";
            under.expect_recovery();
            ASSERT_TRUE(under.buyers.wait_for_confirmed(20));
        }
        under.expect_all_kept();
    }
}

TEST(stack_on_postgres, loses_and_doubles_no_order_when_its_database_is_killed) {
    shop_test::postgres_server database({"max_connections=200"});
    stack_under_load under(database);
    for (int round = 0; round < fault_rounds; ++round) {
        under.start_buying();
        database.kill();
        ASSERT_TRUE(under.buyers.wait_for_answers(20, 100ms));
        database.start();
        under.expect_recovery();
        expect_retryable_only(under.expect_all_kept());
    }
}

TEST(stack_on_postgres, loses_and_doubles_no_order_when_a_service_stands_still_for_ten_seconds) {
    stack_under_load under(shop_test::shared_postgres());
    for (auto const* role : {"inventory", "order", "product", "inventory", "order"}) {
        under.start_buying();
        auto& still = under.shop.of(role).process();
        still.signal(SIGSTOP);
        ASSERT_TRUE(under.buyers.wait_for_answers(100, 10s));
        still.signal(SIGCONT);
        std::cout << role << ": ";
        under.expect_recovery();
        expect_retryable_only(under.expect_all_kept());
    }
}

TEST(stack_on_postgres, loses_and_doubles_no_order_when_a_link_is_cut_for_ten_seconds) {
    std::map<std::string, std::unique_ptr<cut_link>> links;
    stack_under_load under(shop_test::shared_postgres(), 1,
                           [&](auto const& role, auto const& service, auto const& address) {
                               auto& link = links[role + " to " + service];
                               link = std::make_unique<cut_link>(
                                   static_cast<unsigned short>(std::stoi(address.substr(address.rfind(':') + 1))));
                               return link->url();
                           });
    struct {
        char const* between;
        void (cut_link::*cut)();
    } const cuts[]{{"order to inventory", &cut_link::cut},
                   {"gateway to order", &cut_link::cut},
                   {"order to inventory", &cut_link::cut_hard},
                   {"order to product", &cut_link::cut},
                   {"order to notification", &cut_link::cut_hard}};
    for (auto const& [between, cut] : cuts) {
        under.start_buying();
        auto& link = *links.at(between);
        (link.*cut)();
        auto const before = link.passed();
        ASSERT_TRUE(under.buyers.wait_for_answers(100, 10s));
        EXPECT_EQ(link.passed(), before);
        link.join();
        std::cout << between << ": ";
        under.expect_recovery();
        expect_retryable_only(under.expect_all_kept());
    }
}

TEST(stack_on_postgres, with_two_instances_of_each_service_sells_on_when_one_is_killed) {
    stack_under_load under(shop_test::shared_postgres(), 2);
    for (auto const* role : {"product", "inventory", "order", "notification", "order"}) {
        under.start_buying();
        auto& victim = under.shop.of(role, 1);
        victim.kill();
        under.expect_recovery();  // by the other one
        EXPECT_TRUE(under.buyers.wait_for_confirmed(100));
        victim.start();
        EXPECT_TRUE(under.buyers.wait_for_confirmed(50));
        std::cout << role << ": ";
        auto const known = under.expect_all_kept();
        expect_retryable_only(known);
        EXPECT_GT(known.confirmed.size(), 4 * known.open.size());
    }
}

/// Orders at a steady rate, of two instances of each service, while one does not answer: each is confirmed at its first
/// try.
class one_of_two_hangs : public testing::TestWithParam<char const*> {
protected:
    static constexpr int orders = 120, per_second = 20, hangs_at = 20;

    void sell_while(stack_under_load& under, std::string const& what, std::function<void()> hang,
                    std::function<void()> heal) {
        shop_test::open_loop customers(under.shop.port());
        auto keys = what + "-";
        std::ranges::replace(keys, ' ', '-');
        auto const all = customers.run(keys, orders, per_second, hangs_at, std::move(hang));
        std::cout << what << ": " << all.to_text() << std::endl;
        EXPECT_THAT(all.known.answers, testing::ElementsAre(testing::Pair("201", orders)));
        heal();
        under.expect_kept(all.known);
    }
};

TEST_P(one_of_two_hangs, sells_on_while_a_process_stands_still) {
    stack_under_load under(shop_test::shared_postgres(), 2, {}, {"--batching", GetParam()});
    for (auto const* role : {"order", "inventory", "product", "notification"}) {
        auto& still = under.shop.of(role, 1).process();
        sell_while(
            under, role, [&] { still.signal(SIGSTOP); }, [&] { still.signal(SIGCONT); });
    }
}

TEST_P(one_of_two_hangs, sells_on_while_a_link_is_silent) {
    std::map<std::string, std::unique_ptr<cut_link>> links;
    auto const detour = [&](std::string const& role, std::string const& service, std::string const& addresses) {
        auto& link = links[role + " to " + service];
        link = std::make_unique<cut_link>(
            static_cast<unsigned short>(std::stoi(addresses.substr(addresses.rfind(':') + 1))));
        return addresses.substr(0, addresses.rfind(',') + 1) + link->url();
    };
    stack_under_load under(shop_test::shared_postgres(), 2, detour, {"--batching", GetParam()});
    for (auto const* between : {"gateway to order", "order to inventory", "order to product"}) {
        auto& link = *links.at(between);
        sell_while(
            under, between, [&] { link.cut(); }, [&] { link.join(); });
    }
}

INSTANTIATE_TEST_SUITE_P(stack_on_postgres, one_of_two_hangs, testing::Values("yes", "no"),
                         [](auto const& info) { return std::string("batching_") + info.param; });

TEST(stack_on_postgres, with_two_instances_of_each_service_sells_again_when_its_database_is_back) {
    shop_test::postgres_server database({"max_connections=400"});
    stack_under_load under(database, 2);
    under.start_buying();
    for (int round = 0; round < fault_rounds; ++round) {
        database.kill();
        ASSERT_TRUE(under.buyers.wait_for_answers(20, 100ms));
        database.start();
        under.expect_recovery();
    }
    expect_retryable_only(under.expect_all_kept());
}

TEST(stack_on_postgres, answers_in_time_and_stays_small_while_a_service_stands_still) {
    stack_under_load under(shop_test::shared_postgres());
    std::map<std::string, shop_test::process_facts> before;
    for (auto const* role : {"gateway", "order"})
        before[role] = shop_test::process_facts(under.shop.of(role).process().pid());
    auto& inventory = under.shop.of("inventory").process();
    inventory.signal(SIGSTOP);
    std::atomic<bool> over = false;
    int reads = 0;
    milliseconds slowest_read{};
    std::thread reader([&] {
        auto client = under.shop.client();
        for (; !over; ++reads) {
            auto const began = steady_clock::now();
            EXPECT_EQ(client.get("/v1/products/A").status, 200);
            slowest_read = std::max(slowest_read, since(began));
        }
    });
    under.buyers.start(64);
    EXPECT_TRUE(under.buyers.wait_for_answers(5 * 64, 6s));
    for (auto const* role : {"gateway", "order"}) {
        shop_test::process_facts const now(under.shop.of(role).process().pid());
        std::cout << role << ": " << now.threads << " threads, " << now.sockets << " sockets, " << now.memory_kib / 1024
                  << " MiB; before: " << before[role].sockets << " sockets, " << before[role].memory_kib / 1024
                  << " MiB\n";
        EXPECT_EQ(now.threads, before[role].threads) << role;
        EXPECT_LT(now.sockets, 400) << role;
        EXPECT_LT(now.memory_kib, before[role].memory_kib + 256 * 1024) << role;
    }
    over = true;
    reader.join();
    std::cout << reads << " reads of a product meanwhile, the slowest after " << slowest_read.count() << " ms; "
              << std::flush;
    EXPECT_GT(reads, 100);
    auto const while_still = under.buyers.stop();
    std::cout << while_still.to_text() << std::endl;
    EXPECT_THAT(while_still.confirmed, testing::IsEmpty());
    EXPECT_THAT(while_still.answers, testing::Contains(testing::Key("503 unavailable")))
        << "every order was still tried";
    expect_retryable_only(while_still);
    inventory.signal(SIGCONT);
    under.expect_kept(while_still);
}

TEST(stack_on_postgres, names_a_request_in_the_log_of_every_service_that_takes_part) {
    stack shop(shop_test::fresh_stack_stores(), 1, {"--access-log", "yes"});
    auto client = shop.client();
    ASSERT_TRUE(stock_up(client, "MUG", 10));
    auto const placed =
        client.ask("POST", "/v1/orders", R"({"customer":{"id":"ann"},"lines":[{"sku":"MUG","quantity":1}]})",
                   "Idempotency-Key: cart-1\r\nX-Request-Id: from-the-till-7\r\n");
    ASSERT_EQ(placed.status, 201) << placed.body;
    EXPECT_EQ(placed.field("X-Request-Id"), "from-the-till-7");
    for (auto const* role : {"gateway", "order", "product", "inventory"}) {
        auto const named = [&] {
            return shop.of(role).log().find(R"("request_id":"from-the-till-7")") != std::string::npos;
        };
        EXPECT_TRUE(eventually(10s, named)) << role << " has logged:\n" << shop.of(role).log();
    }
    EXPECT_EQ(shop.stop(), 0);
}

TEST(stack_on_postgres, tells_a_collector_of_traces_which_service_worked_for_which) {
    shop_test::trace_collector collector;
    // Of the traces that begin here none is recorded; of those of others, whichever they want.
    stack shop(shop_test::fresh_stack_stores(), 1, {"--trace-collector", collector.url(), "--trace-ratio", "0"});
    auto client = shop.client();
    ASSERT_TRUE(stock_up(client, "MUG", 10) && stock_up(client, "POT", 10));
    auto const order = R"({"customer":{"id":"ann"},"lines":[{"sku":"MUG","quantity":1},{"sku":"POT","quantity":1}]})";
    std::string const wanted = "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    std::string const unwanted = "traceparent: 00-5bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b8-00";
    ASSERT_EQ(client.ask("POST", "/v1/orders", order, "Idempotency-Key: cart-1\r\n" + wanted + "\r\n").status, 201);
    ASSERT_EQ(client.ask("POST", "/v1/orders", order, "Idempotency-Key: cart-2\r\n" + unwanted + "\r\n").status, 201);
    EXPECT_EQ(shop.stop(), 0);  // each sends what it has before it ends

    std::string const at_edge = "shop-gateway edge orders.place",
                      from_edge = at_edge + " > shop-gateway client orders.place";
    std::string const at_orders = from_edge + " > shop-order service orders.place";
    std::string const prices = at_orders + " > shop-order client products.offers";
    std::string const stock = at_orders + " > shop-order client inventory.allocate";
    EXPECT_THAT(collector.ways_below("00f067aa0ba902b7"),
                testing::UnorderedElementsAre(at_edge, from_edge, at_orders, prices,
                                              prices + " > shop-product service products.offers", stock,
                                              stock + " > shop-inventory service inventory.allocate"));
    EXPECT_EQ(collector.size(), 7U) << "and nothing else";
}

TEST(stack_on_postgres, tells_who_runs_the_shop_what_ran_out) {
    auto const stores = shop_test::fresh_stack_stores();
    stack shop(stores);
    auto client = shop.client();
    ASSERT_TRUE(stock_up(client, "MUG", 2));
    auto const placed =
        client.post("/v1/orders", R"({"customer":{"id":"ann"},"lines":[{"sku":"MUG","quantity":2}]})", "cart-1");
    ASSERT_EQ(placed.status, 201) << placed.body;
    std::string told;
    EXPECT_TRUE(eventually(10s, [&] {
        told = client.get("/v1/notifications").body;
        return told.find("shop.stock.out_of_stock.v1") != std::string::npos;
    })) << told;
    EXPECT_NE(told.find(R"("sku":"MUG")"), std::string::npos) << told;
    EXPECT_EQ(shop.stop(), 0);
    shop_test::expect_clean_store(stores);
}

}  // namespace

#endif
