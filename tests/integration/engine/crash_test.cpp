// Crashes the stores at every commit of placing, shipping and cancelling, and starts again on what is left.

#include "shop_fixture.hpp"

namespace shop::engine_tests {
namespace {

using testing::fault;
using testing::fault_plan;

enum class deed { place, ship, cancel };

constexpr char const* key = "the-one-key";

place_order wanted() {
    place_order order("ann");
    order.lines.emplace_back(sku("MUG-1"), quantity(2));
    order.lines.emplace_back(sku("TEA-1"), quantity(1));
    order.lines.emplace_back(sku("PEN-1"), quantity(3));
    order.idempotency_key = key;
    return order;
}

/// What the client does: the same request again is the same request.
result<orders::acknowledgement> act(engine& e, deed what, order_id id) {
    auto shop = e.blocking();
    switch (what) {
        case deed::place:
            return shop.orders.place(wanted());
        case deed::ship: {
            transition_order step(id, orders::status::shipped);
            step.idempotency_key = "ship-key";
            return shop.orders.transition(std::move(step));
        }
        case deed::cancel: {
            cancel_order step(id);
            step.idempotency_key = "cancel-key";
            return shop.orders.cancel(std::move(step));
        }
    }
    return error(error_code::internal);
}

orders::status end_of(deed what) {
    switch (what) {
        case deed::place:
            return orders::status::confirmed;
        case deed::ship:
            return orders::status::shipped;
        case deed::cancel:
            return orders::status::cancelled;
    }
    return orders::status::pending;
}

struct scenario {
    named_premises where;
    deed what;
    fault how;
    std::string name;
};

class crash : public ::testing::TestWithParam<scenario> {};

/// A clock that runs fifty times as fast: what backs off for seconds is done in no time, and still in order.
class hurried_clock final : public scheduler {
    static constexpr int faster = 50;

public:
    steady_time now() const override { return start_ + (system_scheduler().now() - start_) * faster; }
    timestamp stamp() const override { return system_scheduler().stamp(); }
    asio::awaitable<void> sleep_until(steady_time at) override {
        return system_scheduler().sleep_until(start_ + (at - start_) / faster);
    }

private:
    steady_time start_ = system_scheduler().now();
};

hurried_clock hurried;

engine_options on(storage::factory store) {
    engine_options options;
    options.store = std::move(store);
    options.clock = &hurried;
    return options;
}

/// One process that meets a fault at commit n of the deed.
/// @return whether it met it.
bool live_and_die(premises& where, scenario const& s, order_id id, std::uint64_t n) {
    auto plan = fault_plan::at(n, s.how);
    auto e = engine::open(on([open = where.open(), plan](storage::context const& context) -> result<stores> {
                 auto inner = open(context);
                 if (!inner) return inner.error();
                 return testing::with_faults(*inner, plan);
             })).value();
    auto answer = std::async(std::launch::async, [&] { return act(e, s.what, id); });
    // the caller of a dead process gets no answer; relays and recovery of a living one are given the time to meet the
    // fault
    auto const answered = [&] { return answer.wait_for(std::chrono::seconds(0)) == std::future_status::ready; };
    wait_until([&] { return plan->dead() || (answered() && (plan->struck() || settled(e))); });
    e.close();
    return plan->struck() > 0;
}

TEST_P(crash, at_every_commit_leaves_nothing_half_done) {
    auto const& s = GetParam();
    std::uint64_t n = 1;
    for (;; ++n) {
        SCOPED_TRACE("fault at commit " + std::to_string(n));
        auto where = s.where.make();
        order_id id;
        {
            auto e = engine::open(on(where->open())).value();
            for (auto const* name : {"MUG-1", "TEA-1", "PEN-1"}) stock_up(e, name, 10);
            if (s.what != deed::place) id = e.blocking().orders.place(wanted()).value()->id;
            expect_clean(e);
        }
        bool const struck = live_and_die(*where, s, id, n);
        auto e = engine::open(on(where->open())).value();
        expect_clean(e);
        auto again = act(e, s.what, id);
        ASSERT_TRUE(again) << again.error().message();
        EXPECT_EQ((*again)->status, end_of(s.what));
        auto all = e.blocking().orders.list().value();
        EXPECT_EQ(all.items.size(), 1u);
        auto const mugs = e.blocking().inventory.get(sku("MUG-1")).value();
        EXPECT_EQ(mugs.on_hand, s.what == deed::ship ? 8 : 10);
        EXPECT_EQ(mugs.allocated, s.what == deed::place ? 2 : 0);
        expect_clean(e);
        if (!struck) break;
    }
    EXPECT_GT(n, 3u) << "intent, effect and conclusion are three commits at least";
}

std::vector<scenario> scenarios() {
    struct named_fault {
        fault how;
        char const* name;
    };
    std::vector<scenario> all;
    for (auto where : all_premises()) {
#ifdef SHOP_HAS_POSTGRES
        // The leases of a shared database are commits, too, at times of their own: every commit counted here is the
        // deed's.
        if (where.name == "postgres") where.make = [] { return std::make_unique<on_postgres>(true); };
#endif
        for (auto [what, word] :
             {std::pair(deed::place, "place"), std::pair(deed::ship, "ship"), std::pair(deed::cancel, "cancel")}) {
            for (auto [how, name] :
                 {named_fault{fault::crash_before, "crash_before"}, named_fault{fault::crash_after, "crash_after"},
                  named_fault{fault::unknown_written, "unknown_written"},
                  named_fault{fault::unknown_unwritten, "unknown_unwritten"},
                  named_fault{fault::unavailable, "unavailable"}}) {
                all.push_back({where, what, how, where.name + "_" + word + "_" + name});
            }
        }
    }
    return all;
}

INSTANTIATE_TEST_SUITE_P(every, crash, ::testing::ValuesIn(scenarios()),
                         [](auto const& info) { return info.param.name; });

}  // namespace
}  // namespace shop::engine_tests
