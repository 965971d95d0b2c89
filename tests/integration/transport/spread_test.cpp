// A whole shop of four services in one thread on virtual time, with a network between them that loses, delays and
// doubles messages. A seed that fails replays exactly.

#include <gmock/gmock.h>

#include <algorithm>
#include <map>
#include <set>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <shop/async/jitter.hpp>
#include <shop/audit.hpp>
#include <shop/inproc/simulated_channel.hpp>
#include <shop/inventory/store.hpp>
#include <shop/notifications/store.hpp>
#include <shop/orders/store.hpp>
#include <shop/shop.hpp>
#include <shop/testing/manual_scheduler.hpp>
#include <shop/testing/seeded_ids.hpp>
#include <shop/transport/balancing.hpp>
#include <shop/transport/batching.hpp>
#include <shop/transport/remote.hpp>

namespace shop::transport {
namespace {

using namespace std::chrono_literals;
using inproc::network_faults;
using inproc::simulated_channel;

/// What the services reported about orders that do not match.
class disagreements final : public log_sink {
public:
    bool wants(severity) const override { return true; }
    void write(severity, std::string_view event, std::initializer_list<log_field> fields) override {
        if (event != "order and inventory do not agree") return;
        std::string line;
        for (auto const& f : fields) line += f.value + " ";
        reported.push_back(std::move(line));
    }
    std::vector<std::string> reported;
};

/// A way to customers that fails, is slow, and does not always know whether it has arrived.
class flaky_post final : public notifications::channel {
public:
    flaky_post(scheduler& clock, id_source& ids) : clock_(clock), random_(ids, clock.stamp()) {}
    std::string_view name() const override { return "post"; }
    results<void> send(std::vector<notifications::message> messages) override {
        std::vector<result<void>> answers;
        for (auto& m : messages) {
            auto const wait = std::chrono::milliseconds(random_.below(300));
            auto const fate = random_.below(100);
            co_await clock_.sleep_until(clock_.now() + wait);
            if (fate < 15) {
                answers.emplace_back(error(error_code::unavailable));
                continue;
            }
            ids_of[m.event.subject + '/' + std::to_string(m.version)].insert(m.id);
            came[m.event.subject].push_back(m.version);
            if (fate < 30) {
                answers.emplace_back(error(error_code::outcome_unknown));
            } else {
                answers.emplace_back();
            }
        }
        co_return answers;
    }
    std::map<std::string, std::set<delivery_id>> ids_of;  ///< by order and version
    std::map<std::string, std::vector<std::uint64_t>> came;

private:
    scheduler& clock_;
    jitter random_;
};

class spread_shop {
public:
    explicit spread_shop(std::uint64_t seed) : ids_(seed) {
        services_here const none{false, false, false, false};
        auto here = none;
        here.products = true;
        product_ = open(here, {});
        link_to(to_product_, product_.ports().products);
        auto const products = remote_products(context(), over(to_product_));
        here = none;
        here.notifications = true;
        letters = std::make_shared<flaky_post>(clock, ids_);
        notification_ = open(here, {}, {notifications::log_channel(log), letters});
        link_to(to_notification_, notification_.ports().notifications);
        here = none;
        here.inventory = true;
        auto const notifications = remote_notifications(context(), over(to_notification_));
        inventory_ = open(here, {products, nullptr, nullptr, notifications});
        link_to(to_inventory_, inventory_.ports().inventory);
        here = none;
        here.orders = true;
        order_ = open(here, {products, remote_inventory(context(), over(to_inventory_)), nullptr, notifications});
        link_to(to_order_, order_.ports().orders);
        orders = remote_orders(context(), over(to_order_));
    }
    ~spread_shop() {
        for (auto* one : {&order_, &inventory_, &notification_, &product_}) one->close();
        clock.run_for(io, 5min);  // what is under way ends
    }

    void set_faults(network_faults const& faults) {
        for (auto const& link : {to_product_, to_notification_, to_inventory_, to_order_}) link->set_faults(faults);
    }
    inventory::service& inventory() { return inventory_.inventory(); }
    order_id draw_order_id() { return ids_.draw<order_id>(clock.stamp()); }
    simulated_channel& to_inventory() { return *to_inventory_; }
    simulated_channel& to_product() { return *to_product_; }

    void stock_up(std::string const& name, std::int64_t pieces) {
        products::product_draft draft(sku(name), "A " + name, eur(1000));
        draft.status = products::status::active;
        std::vector<request<products::create_product>> created;
        created.emplace_back(products::create_product(std::move(draft)));
        ASSERT_TRUE(run(product_.products().create(std::move(created))).front());
        std::vector<request<inventory::record_movement>> received;
        call with;
        with.idempotency_key = "opening-" + name;
        received.emplace_back(with, inventory::record_movement::receive(sku(name), quantity(pieces)));
        ASSERT_TRUE(run(inventory_.inventory().record(std::move(received))).front());
    }

    template <class T>
    T run(asio::awaitable<T> work) {
        std::optional<T> out;
        asio::co_spawn(io, std::move(work), [&](std::exception_ptr thrown, T answer) {
            if (thrown) std::rethrow_exception(thrown);
            out.emplace(std::move(answer));
        });
        EXPECT_TRUE(clock.run_until(io, [&] { return out.has_value(); }));
        return std::move(*out);
    }

    /// Lets recovery and relays come to rest, with the network well again; then nothing may be wrong.
    void expect_clean() {
        set_faults({});
        EXPECT_TRUE(clock.run_until(io, [&] { return order_.is_settled() && inventory_.is_settled() && open() == 0; }));
        stores const all{product_.stores().products, inventory_.stores().inventory, order_.stores().orders,
                         notification_.stores().notifications};
        auto const report = run(audit(all));
        ASSERT_TRUE(report);
        for (auto const& v : report->violations) ADD_FAILURE() << to_string(v);
        EXPECT_EQ(report->moving, 0u);
        EXPECT_EQ(report->open_operations, 0u);
        EXPECT_EQ(told_of_stock(), events_of_stock());
    }
    /// `MUG@7 shop.stock.out_of_stock.v1`, as the inventory noted it, in the order of its log.
    std::vector<std::string> events_of_stock() {
        using inventory::stock_event_record;
        std::vector<std::string> out;
        auto& store = *inventory_.stores().inventory;
        auto const events = run(store.scan<stock_event_record>({}, 10'000)).value();
        for (auto const& e : events) {
            out.push_back(std::string(e.sku.text()) + '@' + std::to_string(e.version) + " shop.stock." +
                          std::string(to_word(e.status)) + ".v1");
        }
        return out;
    }
    /// The same, as it was told to people, each once.
    std::vector<std::string> told_of_stock() {
        using notifications::delivery_record;
        std::vector<std::string> out;
        auto& store = *notification_.stores().notifications;
        auto const deliveries = run(store.scan<delivery_record>({}, 10'000)).value();
        for (auto const& d : deliveries) {
            if (d.sku && d.channel == "log")
                out.push_back(std::string(d.sku->text()) + '@' + std::to_string(d.sequence) + ' ' + d.event_type);
        }
        return out;
    }
    std::size_t open() { return run(order_.stores().orders->count_open(1'000)).value(); }
    std::int64_t available(std::string const& name) {
        std::vector<request<inventory::get_stock>> one;
        one.emplace_back(inventory::get_stock(sku(name)));
        return run(inventory_.inventory().get(std::move(one))).front()->available;
    }

    testing::seeded_ids ids_;
    testing::manual_scheduler clock;  // outlives what sleeps on it, in the context
    asio::io_context io{1};
    disagreements log;
    std::shared_ptr<orders::service> orders;
    std::shared_ptr<flaky_post> letters;

    /// Each step of each order has arrived, in order, under one id however often.
    void expect_told() {
        using notifications::delivery_record;
        using notifications::delivery_status;
        auto const deliveries = [&] {
            return run(notification_.stores().notifications->scan<delivery_record>({}, 10'000)).value();
        };
        auto const all_made = [&] {
            auto const all = deliveries();
            return std::ranges::all_of(all, [](auto const& d) { return d.status == delivery_status::delivered; });
        };
        for (int i = 0; i < 1'000 && !all_made(); ++i) clock.run_for(io, 1s);
        EXPECT_TRUE(all_made());
        std::size_t steps = 0;
        for (auto const& d : deliveries()) steps += d.channel == "post" && !d.sku ? 1 : 0;
        std::size_t told = 0;
        for (auto const& [which, ids] : letters->ids_of) {
            EXPECT_EQ(ids.size(), 1u) << which;
            if (which.size() > 36) ++told;
        }
        EXPECT_EQ(told, steps);
        for (auto const& [order, versions] : letters->came) {
            bool const is_order = order.size() == 36;  // what is told of a sku has no order of its own
            EXPECT_TRUE(!is_order || std::ranges::is_sorted(versions)) << order;
        }
    }

private:
    service_context context() { return {io.get_executor(), &clock, &ids_}; }

    engine open(services_here here, services elsewhere,
                std::vector<std::shared_ptr<notifications::channel>> channels = {}) {
        engine_options options;
        options.channels = std::move(channels);
        options.store = storage::memory();
        options.executor = io.get_executor();
        options.clock = &clock;
        options.ids = &ids_;
        options.log = &log;
        options.here = here;
        options.elsewhere = std::move(elsewhere);
        return engine::open(std::move(options)).value();
    }
    template <class Service>
    void link_to(std::shared_ptr<simulated_channel>& link, std::shared_ptr<Service> service) {
        auto const to = std::make_shared<endpoint>(clock);
        to->offer(std::move(service));
        link = std::make_shared<simulated_channel>(context(), to);
    }
    /// As between processes: batched, with retries and a breaker.
    std::shared_ptr<channel> over(std::shared_ptr<simulated_channel> link) {
        std::vector<instance> instances;
        instances.push_back({"there", std::move(link)});
        batcher_options batching;
        batching.batches_max = 2;
        return std::make_shared<batching_channel>(
            context(), std::make_shared<balancing_channel>(context(), std::move(instances)), batching);
    }

    std::shared_ptr<simulated_channel> to_product_, to_notification_, to_inventory_, to_order_;
    engine product_, notification_, inventory_, order_;
};

/// A client that repeats a request with its key until it knows the outcome.
asio::awaitable<void> order_stubbornly(spread_shop& shop, int number, std::string name,
                                       std::map<int, error_code>& refused, std::map<int, std::string>& confirmed,
                                       int& missing) {
    for (;;) {
        std::vector<request<orders::place_order>> one;
        call with;
        with.idempotency_key = "order-" + std::to_string(number);
        with.deadline = shop.clock.now() + 2s;
        one.emplace_back(std::move(with), orders::place_order("ann").line(sku(name), quantity(1)));
        auto const answers = co_await shop.orders->place(std::move(one));
        auto const& answer = answers.front();
        if (answer && !answer->pending) {
            confirmed[number] = to_string(answer->order.id);
            break;
        }
        if (!answer && !answer.error().retryable()) {
            refused[number] = answer.error().code();
            break;
        }
        co_await shop.clock.sleep_until(shop.clock.now() + 200ms);
    }
    --missing;
}

struct outcome {
    std::map<int, error_code> refused;
    std::map<int, std::string> confirmed;
};

outcome order_all(spread_shop& shop, int count, std::string const& name) {
    outcome out;
    int missing = count;
    for (int n = 0; n < count; ++n) {
        asio::co_spawn(shop.io, order_stubbornly(shop, n, name, out.refused, out.confirmed, missing), asio::detached);
    }
    EXPECT_TRUE(shop.clock.run_until(shop.io, [&] { return missing == 0; }));
    return out;
}

TEST(spread_shop, sells_just_what_there_is) {
    spread_shop shop(1);
    shop.stock_up("HOT", 100);
    auto const all = order_all(shop, 1'000, "HOT");
    EXPECT_EQ(all.confirmed.size(), 100u);
    for (auto const& [number, why] : all.refused) EXPECT_EQ(why, error_code::out_of_stock) << number;
    shop.expect_clean();
    EXPECT_EQ(shop.available("HOT"), 0);
}

TEST(spread_shop, a_network_that_loses_delays_and_doubles_costs_no_order_and_doubles_none) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        spread_shop shop(seed);
        shop.stock_up("HOT", 100);
        network_faults faults;
        faults.delay_max = 50ms;
        faults.requests_lost = faults.answers_lost = faults.duplicated = faults.refused = 50;
        shop.set_faults(faults);
        auto const all = order_all(shop, 200, "HOT");
        EXPECT_EQ(all.confirmed.size(), 100u);
        EXPECT_EQ(all.refused.size(), 100u);
        shop.expect_clean();
        EXPECT_EQ(shop.available("HOT"), 0);
        if (seed <= 3) shop.expect_told();
    }
}

TEST(spread_shop, an_inventory_that_is_cut_off_leaves_orders_open_until_it_is_back) {
    spread_shop shop(7);
    shop.stock_up("MUG", 1'000);
    shop.to_inventory().cut();
    outcome out;
    int missing = 50;
    for (int n = 0; n < 50; ++n) {
        asio::co_spawn(shop.io, order_stubbornly(shop, n, "MUG", out.refused, out.confirmed, missing), asio::detached);
    }
    shop.clock.run_for(shop.io, 10s);
    EXPECT_EQ(out.confirmed.size(), 0u);
    EXPECT_GT(shop.open(), 0u);
    shop.to_inventory().join();
    EXPECT_TRUE(shop.clock.run_until(shop.io, [&] { return missing == 0; }));
    EXPECT_EQ(out.confirmed.size(), 50u);
    shop.expect_clean();
    EXPECT_EQ(shop.available("MUG"), 950);
}

TEST(spread_shop, what_only_the_inventory_knows_is_reported_and_what_both_know_is_not) {
    spread_shop shop(9);
    shop.stock_up("MUG", 10);
    auto const known = order_all(shop, 3, "MUG");
    EXPECT_EQ(known.confirmed.size(), 3u);
    shop.clock.run_for(shop.io, 5min);
    EXPECT_THAT(shop.log.reported, ::testing::IsEmpty());

    // As if the orders had been restored to an earlier time than the inventory.
    auto const lost = shop.draw_order_id();
    std::vector<inventory::line> lines;
    lines.emplace_back(sku("MUG"), quantity(1));
    std::vector<request<inventory::allocate_order>> one;
    one.emplace_back(inventory::allocate_order(lost, std::move(lines)));
    ASSERT_TRUE(shop.run(shop.inventory().allocate(std::move(one))).front());
    shop.clock.run_for(shop.io, 30s);
    EXPECT_THAT(shop.log.reported, ::testing::IsEmpty()) << "what is young may be on its way";
    shop.clock.run_for(shop.io, 2min);
    ASSERT_FALSE(shop.log.reported.empty());
    EXPECT_THAT(shop.log.reported.front(), ::testing::HasSubstr(to_string(lost) + " allocation_without_order"));
}

TEST(spread_shop, a_catalogue_that_is_cut_off_refuses_orders_and_stores_nothing) {
    spread_shop shop(8);
    shop.stock_up("MUG", 10);
    shop.to_product().cut();
    std::vector<request<orders::place_order>> one;
    call with;
    with.idempotency_key = "k";
    with.deadline = shop.clock.now() + 2s;
    one.emplace_back(std::move(with), orders::place_order("ann").line("MUG", 1));
    auto const began = shop.clock.now();
    auto const answer = shop.run(shop.orders->place(std::move(one))).front();
    ASSERT_FALSE(answer);
    EXPECT_TRUE(answer.error().retryable());
    EXPECT_LE(shop.clock.now() - began, 2s);
    shop.to_product().join();
    shop.expect_clean();
    EXPECT_EQ(shop.available("MUG"), 10);
}

TEST(spread_shop, stock_of_skus_that_no_product_has_is_refused_and_none_is_booked_while_products_are_away) {
    spread_shop shop(9);
    shop.stock_up("MUG-1", 10);
    auto const receive = [&](char const* which, char const* key) {
        call with;
        with.idempotency_key = key;
        with.deadline = shop.clock.now() + 2s;
        std::vector<request<inventory::record_movement>> one;
        one.emplace_back(std::move(with), inventory::record_movement::receive(sku(which), quantity(5)));
        return shop.run(shop.inventory().record(std::move(one))).front();
    };
    auto const refused = receive("mug-1", "a");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), error_code::unknown_sku);
    EXPECT_EQ(refused.error().message(), "no product has this sku; did you mean MUG-1?");
    ASSERT_TRUE(receive("MUG-1", "b"));
    shop.to_product().cut();
    auto const later = receive("CUP-1", "c");
    ASSERT_FALSE(later);
    EXPECT_TRUE(later.error().retryable()) << later.error().word();
    EXPECT_TRUE(receive("MUG-1", "b")->replayed);
    EXPECT_FALSE(receive("MUG-1", "d")->replayed) << "pieces of it are here: nobody is asked";
    shop.to_product().join();
    shop.expect_clean();
    EXPECT_EQ(shop.available("MUG-1"), 20);
}

}  // namespace
}  // namespace shop::transport
