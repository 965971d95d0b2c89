#include "orders_service.hpp"

// What followers of orders are told: one read of a stream after another.
namespace shop::orders::tests {
namespace {

std::vector<std::uint64_t> versions_of(result<order_events> const& read) {
    std::vector<std::uint64_t> out;
    if (!read) return out;
    for (auto const& step : read->items) out.push_back(step.version);
    return out;
}

follow_order behind(order_id id, std::string last) {
    follow_order wanted(id);
    wanted.last_event_id = std::move(last);
    return wanted;
}

TEST_F(orders_service, row24_tells_the_steps_of_an_order_behind_the_last_one_seen) {
    auto const id = place(mugs(1)).value().order.id;
    transition_order ships(id, status::shipped);
    ships.tracking = "T-1";
    ships.note = "ours";
    ASSERT_TRUE(ask(&service::transition, ships, with_key("ships")));
    EXPECT_THAT(versions_of(ask(&service::events, follow_order(id))), ElementsAre(3)) << "where it is now";
    EXPECT_THAT(versions_of(ask(&service::events, behind(id, "0"))), ElementsAre(1, 2, 3));
    auto const read = ask(&service::events, behind(id, "2"), as("ann"));
    ASSERT_THAT(versions_of(read), ElementsAre(3));
    EXPECT_EQ(read->items[0].status, status::shipped);
    EXPECT_EQ(read->items[0].tracking, "T-1");
    EXPECT_EQ(read->items[0].note, std::nullopt) << "an internal note";
    EXPECT_FALSE(read->is_reset);
    EXPECT_THAT(ask(&service::events, behind(id, "3"))->items, IsEmpty());

    auto const beyond = ask(&service::events, behind(id, "4"));
    EXPECT_TRUE(beyond->is_reset) << "the order never came to it";
    EXPECT_THAT(versions_of(beyond), ElementsAre(3));
}

TEST_F(orders_service, row120_tells_nothing_of_the_orders_of_others_or_behind_what_is_no_id) {
    auto const id = place(mugs(1)).value().order.id;
    EXPECT_EQ(ask(&service::events, follow_order(id), as("bob")).error().code(), error_code::not_found);
    EXPECT_EQ(ask(&service::events, follow_order(order_id{ids.next(clock.stamp())})).error().code(),
              error_code::not_found);
    for (std::string const bad : {"", "x", "1x", " 1", "-1", "+1", "1.0", "99999999999999999999999"}) {
        EXPECT_EQ(ask(&service::events, behind(id, bad)).error().code(), error_code::malformed_request) << bad;
        follow_orders all;
        all.last_event_id = bad;
        EXPECT_EQ(ask(&service::all_events, all).error().code(), error_code::malformed_request) << bad;
    }
}

TEST_F(orders_service, row24_tells_the_steps_of_all_orders_page_by_page_from_any_of_them) {
    auto const begin = ask(&service::all_events, follow_orders()).value();
    EXPECT_THAT(begin.items, IsEmpty());
    EXPECT_EQ(begin.position, 0u) << "the log is empty";
    constexpr std::size_t many = 30;
    std::vector<order_id> placed;
    for (std::size_t n = 0; n < many; ++n) placed.push_back(place(mugs(1)).value().order.id);
    std::vector<order_event> told;
    auto place = event_place{begin.source, begin.position};
    for (;;) {
        auto const page = ask(&service::all_events, follow_orders(place)).value();
        EXPECT_FALSE(page.is_reset);
        EXPECT_EQ(page.source, begin.source);
        told.insert(told.end(), page.items.begin(), page.items.end());
        place.position = page.position;
        if (!page.more) break;
    }
    ASSERT_THAT(told, SizeIs(many)) << "the first version of each is history only";
    for (std::size_t n = 0; n < many; ++n) EXPECT_EQ(told[n].order_id, placed[n]);
    EXPECT_EQ(ask(&service::all_events, follow_orders()).value().position, told.back().position);

    auto const middle = ask(&service::all_events, follow_orders(event_place{begin.source, told[10].position})).value();
    ASSERT_THAT(middle.items, SizeIs(many - 11));
    EXPECT_EQ(middle.items.front(), told[11]);
}

TEST_F(orders_service, row120_says_that_the_place_of_another_store_is_none_here) {
    place(mugs(1)).value();
    auto const end = ask(&service::all_events, follow_orders()).value();
    store_epoch const other{ids.next(clock.stamp())};
    for (auto const& where : {event_place{other, end.position}, event_place{end.source, end.position + 5}}) {
        auto const read = ask(&service::all_events, follow_orders(where)).value();
        EXPECT_TRUE(read.is_reset);
        EXPECT_EQ(read.source, end.source);
        EXPECT_EQ(read.position, end.position);
        EXPECT_THAT(read.items, IsEmpty());
    }
}

}  // namespace
}  // namespace shop::orders::tests
