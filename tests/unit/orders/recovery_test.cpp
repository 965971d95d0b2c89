// What was cut off is finished: by recovery, or by who repeats the key.
#include "orders_service.hpp"

namespace shop::orders::tests {

/// Looks twenty times a second at what is away: a suite of its own, since over sockets each look would take real time.
class orders_recovery : public orders_service {};

TEST_F(orders_service, an_order_whose_outcome_is_late_is_open_and_concluded_by_recovery) {
    auto const open = leave_one_open();
    ASSERT_TRUE(open) << open.error().word();
    EXPECT_TRUE(open->pending);
    EXPECT_EQ(open->order.status, status::pending);
    to_inventory->join();
    taking->start();
    ASSERT_TRUE(run_until([&] { return taking->open_operations() == 0 && appends >= 1; }));
    auto const again = place(mugs(2), with_key("cart"));
    ASSERT_TRUE(again);
    EXPECT_TRUE(again->replayed);
    EXPECT_EQ(again->order.id, open->order.id);
    EXPECT_EQ(again->order.status, status::confirmed);
    EXPECT_EQ(available("MUG"), 98);
}

TEST_F(orders_recovery, concludes_what_is_open_as_soon_as_the_inventory_answers_again) {
    ASSERT_TRUE(leave_one_open());
    bool answers = false;
    auto parts = parts_of_another();
    parts.inventory = transport::remote_inventory(context(), to_inventory, {});
    parts.inventory_available = [&answers] { return answers; };
    another = make_service(std::move(parts));
    another->start();
    expect_concluded_at_once([&] {
        to_inventory->join();
        answers = true;
    });
}

TEST_F(orders_recovery, concludes_what_is_open_as_soon_as_the_store_answers_again) {
    auto const readable = std::make_shared<readable_sometimes>();
    auto parts = parts_of_another();
    parts.store = shop::testing::detail::forward(memory, readable).orders;
    another = make_service(std::move(parts));
    another->start();
    clock.run_for(io, 2s);  // its first look, which takes up everything, is over
    readable->answers = false;
    ASSERT_TRUE(leave_one_open());
    expect_concluded_at_once([&] { readable->answers = true; });
}

TEST_F(orders_recovery, tries_again_what_its_process_left_open_before_a_scan_is_due) {
    auto const plan = std::make_shared<shop::testing::fault_plan>([](std::uint64_t commit) {
        // The conclusion, and the first look at it.
        return commit == 2 || commit == 3 ? fault::unavailable : fault::none;
    });
    auto parts = parts_of_another();
    parts.store = shop::testing::with_faults(memory, plan).orders;
    another = make_service(std::move(parts));
    tested = another;
    another->start();
    clock.run_for(io, 2s);
    auto const asked = clock.now();
    auto const placed = place(mugs(2));
    ASSERT_TRUE(placed) << placed.error().word();
    EXPECT_EQ(placed->order.status, status::confirmed);
    EXPECT_FALSE(placed->replayed);
    EXPECT_EQ(plan->struck(), 2u);
    EXPECT_LE(clock.now() - asked, 3 * limits::away_pace);
}

TEST_F(orders_recovery, knows_an_unknown_commit_as_soon_as_the_store_answers_again) {
    bool away = true;
    auto const plan = std::make_shared<shop::testing::fault_plan>([&away](std::uint64_t commit) {
        return commit == 1 ? fault::unknown_unwritten : away ? fault::unavailable : fault::none;
    });
    auto parts = parts_of_another();
    parts.store = shop::testing::with_faults(memory, plan).orders;
    another = make_service(std::move(parts));
    std::vector<request<place_order>> hung;
    hung.emplace_back(with_key("cart"), mugs(2));
    asio::co_spawn(io, forget(another, std::move(hung)), asio::detached);
    clock.run_for(io, 1500ms);
    EXPECT_EQ(available("MUG"), 100);
    away = false;
    auto const back = clock.now();
    ASSERT_TRUE(run_until([&] { return available("MUG") == 98; }));
    EXPECT_LE(clock.now() - back, limits::away_pace);
}

TEST_F(orders_service, goes_on_with_what_another_process_began_and_does_not_conclude) {
    auto const begun = std::exchange(tested, another_process());
    std::vector<request<place_order>> hung;
    hung.emplace_back(with_key("cart"), mugs(2));
    to_inventory->cut();  // the first one gets no further than its intent
    asio::co_spawn(io, forget(begun, std::move(hung)), asio::detached);
    ASSERT_TRUE(run_until([&] { return !open_orders().empty(); }));
    auto const asked = clock.now();
    auto const placed = place(mugs(2), with_key("cart"));
    ASSERT_TRUE(placed) << placed.error().word();
    EXPECT_FALSE(placed->pending);
    EXPECT_TRUE(placed->replayed);
    EXPECT_EQ(placed->order.status, status::confirmed);
    EXPECT_LE(clock.now() - asked, 500ms);

    std::vector<request<transition_order>> shipping;
    shipping.emplace_back(with_key("ship"), transition_order(placed->order.id, status::shipped));
    asio::co_spawn(io, forget_moving(begun, std::move(shipping)), asio::detached);
    ASSERT_TRUE(run_until([&] { return !open_orders().empty(); }));
    auto const shipped =
        ask(&service::transition, transition_order(placed->order.id, status::shipped), with_key("ship"));
    ASSERT_TRUE(shipped) << shipped.error().word();
    EXPECT_EQ(shipped->order.status, status::shipped);
    EXPECT_EQ(shipped->order.shipments.size(), 1u);
    to_inventory->join();
    clock.run_for(io, 10s);  // the first one wakes up
    EXPECT_EQ(ask(&service::get, get_order(placed->order.id))->version, 3u);
    EXPECT_EQ(available("MUG"), 98);
}

TEST_F(orders_service, leaves_to_others_what_cannot_be_concluded_for_want_of_an_inventory) {
    auto const begun = std::exchange(tested, another_process([] { return false; }));
    std::vector<request<place_order>> hung;
    hung.emplace_back(with_key("cart"), mugs(2));
    to_inventory->cut();
    asio::co_spawn(io, forget(begun, std::move(hung)), asio::detached);
    ASSERT_TRUE(run_until([&] { return !open_orders().empty(); }));
    auto with = with_key("cart");
    with.deadline = clock.now() + 5s;
    auto const placed = place(mugs(2), with);
    ASSERT_TRUE(placed) << placed.error().word();
    EXPECT_TRUE(placed->pending);
}

}  // namespace shop::orders::tests
