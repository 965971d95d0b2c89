// A primary that dies, and a standby that takes its place.

#include "postgres_fixture.hpp"
#include "support/postgres_standby.hpp"

namespace shop::postgres_tests {
namespace {

TEST(postgres_failover, to_a_promoted_standby_keeps_every_acknowledged_order_and_sells_on) {
    shop_test::postgres_server primary({"max_wal_senders=4"});
    auto standby = shop_test::standby_of(primary);
    primary.sql("ALTER SYSTEM SET synchronous_standby_names = '*'");
    primary.sql("SELECT pg_reload_conf()");

    // One string for both: whoever can be written to.
    auto const database = primary.create_database();
    auto url = primary.url(database) + "," + standby.url().substr(standby.url().find("host=") + 5) +
               "&target_session_attrs=read-write";
    storage::postgres_options options;
    options.migrate = true;
    auto const shop = storage::postgres(url, options)({system_scheduler(), random_ids()}).value();

    std::atomic<int> next = 0;
    std::atomic<bool> selling = true;
    std::mutex mutex;
    std::set<int> acknowledged;
    std::vector<std::thread> buyers;
    for (int b = 0; b < 4; ++b) {
        buyers.emplace_back([&] {
            while (selling) {
                int const n = next++;
                auto const order = testing::put(*shop.orders, sample<order_record>::make(n));
                if (!order) continue;
                std::lock_guard lock(mutex);
                acknowledged.insert(n);
            }
        });
    }
    auto const sold = [&] {
        std::lock_guard lock(mutex);
        return acknowledged.size();
    };
    while (sold() < 200) std::this_thread::yield();
    primary.kill();
    EXPECT_EQ(standby.sql("SELECT pg_promote()"), "t");
    auto const before = sold();
    while (sold() < before + 200) std::this_thread::yield();
    selling = false;
    for (auto& b : buyers) b.join();

    std::set<int> kept;
    for (auto const& order : testing::scan_all<order_record>(*shop.orders)) {
        kept.insert(static_cast<int>((order.id.value.born() - testing::nth_id(0).value.born()).count()));
    }
    for (int const n : acknowledged) EXPECT_TRUE(kept.count(n)) << "order " << n << " was acknowledged";
}

}  // namespace
}  // namespace shop::postgres_tests
