#include "unit/service_fixture.hpp"

#include <shop/inventory/make_service.hpp>

namespace shop::inventory::tests {

using shop::testing::fault;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class inventory_service : public shop::tests::service_suite<service> {
protected:
    inventory_service() {
        auto const count = [this](appended_logs in) {
            appends += in.ledger;
            event_appends += in.events;
        };
        tested = reached(make_service({stores.inventory, context(), count, is_known()}), &transport::remote_inventory);
    }
    static record_movement received(std::string const& which, std::int64_t pieces) {
        record_movement c;
        c.sku = sku(which);
        c.quantity = quantity(pieces);
        return c;
    }
    result<recorded> have(std::string const& which, std::int64_t pieces) {
        return ask(&service::record, received(which, pieces), with_key("delivery-" + std::to_string(++deliveries)));
    }
    result<stock_level> level(std::string const& which) { return ask(&service::get, get_stock(sku(which))); }
    shop::order_id new_order() { return ids.draw<shop::order_id>(clock.stamp()); }
    allocate_order wants(std::string const& which, std::int64_t pieces) {
        std::vector<line> lines;
        lines.emplace_back(sku(which), quantity(pieces));
        return {new_order(), std::move(lines)};
    }

    /// Any sku is one, unless a test says otherwise.
    sku_check is_known() {
        return [this](requests<sku> asked) -> results<void> {
            std::vector<result<void>> answers;
            for (auto const& one : asked) {
                skus_asked.push_back(std::string(one.command.text()));
                if (catalogue_answers) {
                    answers.emplace_back(*catalogue_answers);
                } else {
                    answers.emplace_back();
                }
            }
            co_return answers;
        };
    }

    std::vector<std::string> skus_asked;
    std::optional<error> catalogue_answers;
    int deliveries = 0;
    int appends = 0;
    int event_appends = 0;
};

TEST_F(inventory_service, counts_what_comes_is_promised_and_goes) {
    ASSERT_TRUE(have("MUG", 10));
    auto const order = wants("MUG", 4);
    ASSERT_TRUE(ask(&service::allocate, order));
    EXPECT_EQ(level("MUG")->available, 6);
    operation_id const shipment = ids.draw<operation_id>(clock.stamp());
    ASSERT_TRUE(ask(&service::ship, ship_order(order.order_id, shipment)));
    auto const then = level("MUG");
    EXPECT_EQ(then->on_hand, 6);
    EXPECT_EQ(then->allocated, 0);
    EXPECT_EQ(then->version, 3u);
    auto const released = ask(&service::release, release_order(new_order(), shipment));
    EXPECT_EQ(released->decision, decision::released);
}

TEST_F(inventory_service, says_of_many_skus_at_once_whether_they_can_be_had) {
    ASSERT_TRUE(have("MUG", 3));
    ASSERT_TRUE(ask(&service::allocate, wants("MUG", 1)));
    auto const said = ask(&service::availability, watch_availability({sku("NONE"), sku("MUG")})).value().items;
    ASSERT_EQ(said.size(), 2u);
    EXPECT_EQ(said[0].sku, sku("NONE"));
    EXPECT_EQ(said[0].status, availability_status::out_of_stock);
    EXPECT_EQ(said[0].as_of, std::nullopt);
    EXPECT_EQ(said[1].sku, sku("MUG"));
    EXPECT_EQ(said[1].status, availability_status::in_stock);
    EXPECT_EQ(said[1].available, 2);
    EXPECT_EQ(said[1].version, level("MUG")->version);
    EXPECT_TRUE(said[1].as_of);
    for (std::size_t const count : {std::size_t(0), limits::watched_skus_max + 1}) {
        watch_availability bad(std::vector<sku>(count, sku("MUG")));
        EXPECT_EQ(ask(&service::availability, bad).error().code(), error_code::invalid_value) << count;
    }
}

TEST_F(inventory_service, does_not_know_what_was_never_recorded) {
    EXPECT_EQ(level("MUG").error().code(), error_code::not_found);
}

TEST_F(inventory_service, answers_requests_of_a_batch_in_their_order) {
    ASSERT_TRUE(have("MUG", 1));
    ASSERT_TRUE(have("CUP", 2));
    auto const levels = ask_all<stock_level, get_stock>(
        &service::get, {get_stock(sku("CUP")), get_stock(sku("NONE")), get_stock(sku("MUG")), get_stock(sku("CUP"))});
    ASSERT_EQ(levels.size(), 4u);
    EXPECT_EQ(levels[0]->on_hand, 2);
    EXPECT_FALSE(levels[1]);
    EXPECT_EQ(levels[2]->on_hand, 1);
    EXPECT_EQ(levels[3]->on_hand, 2);
}

TEST_F(inventory_service, commits_what_waits_together_at_once) {
    ASSERT_TRUE(have("MUG", 100));
    auto const before = plan->commits();
    std::vector<results<allocation>> calls;
    for (int i = 0; i < 64; ++i) {
        std::vector<request<allocate_order>> one;
        one.emplace_back(wants("MUG", 2));
        calls.push_back(tested->allocate(std::move(one)));
    }
    int promised = 0;
    for (auto const& answers : run_all(std::move(calls))) promised += answers.front().has_value();
    EXPECT_EQ(promised, 50);
    EXPECT_LE(plan->commits() - before, 2u);
    EXPECT_EQ(level("MUG")->available, 0);
}

TEST_F(inventory_service, tells_when_the_ledger_grew_and_only_then) {
    ASSERT_TRUE(have("MUG", 1));
    EXPECT_EQ(appends, 1);
    auto const order = wants("MUG", 1);
    ASSERT_TRUE(ask(&service::allocate, order));
    EXPECT_EQ(appends, 2);
    ASSERT_TRUE(ask(&service::allocate, order));
    ASSERT_FALSE(ask(&service::allocate, wants("MUG", 1)));
    ASSERT_TRUE(level("MUG"));
    EXPECT_EQ(appends, 2);
}

TEST_F(inventory_service, tells_when_there_is_an_event_for_people_and_only_then) {
    ASSERT_TRUE(have("MUG", 2));
    ASSERT_TRUE(ask(&service::allocate, wants("MUG", 1)));
    EXPECT_EQ(event_appends, 0);
    ASSERT_TRUE(ask(&service::allocate, wants("MUG", 1)));
    EXPECT_EQ(event_appends, 1);
}

TEST_F(inventory_service, takes_the_idempotency_key_for_a_reference) {
    auto const first = ask(&service::record, received("MUG", 5), with_key("delivery"));
    auto const again = ask(&service::record, received("MUG", 5), with_key("delivery"));
    EXPECT_FALSE(first->replayed);
    EXPECT_TRUE(again->replayed);
    EXPECT_EQ(again->movement, first->movement);
    EXPECT_EQ(first->movement.reference, "delivery");
    EXPECT_EQ(ask(&service::record, received("MUG", 6), with_key("delivery")).error().code(),
              error_code::idempotency_key_reused);
    EXPECT_EQ(level("MUG")->on_hand, 5);
}

TEST_F(inventory_service, prefers_a_reference_of_its_own_to_the_key) {
    auto const asked = [&](char const* reference, char const* key) {
        return ask(&service::record, received("MUG", 5).with_reference(reference), with_key(key));
    };
    EXPECT_EQ(asked("file:7", "delivery")->movement.reference, "file:7");
    EXPECT_TRUE(asked("file:7", "delivery")->replayed);
    EXPECT_TRUE(asked("file:7", "another")->replayed) << "the reference answers";
    EXPECT_EQ(asked("file:8", "delivery").error().code(), error_code::idempotency_key_reused);
    EXPECT_FALSE(asked("file:8", "")->replayed) << "a reference needs no key";
    EXPECT_EQ(level("MUG")->on_hand, 10);
}

TEST_F(inventory_service, a_key_is_refused_for_another_sku_or_place) {
    ASSERT_TRUE(ask(&service::record, received("MUG", 5), with_key("delivery 7")));
    for (auto other : {received("CUP", 5), received("MUG", 5).at(location("attic"))}) {
        EXPECT_EQ(ask(&service::record, std::move(other), with_key("delivery 7")).error().code(),
                  error_code::idempotency_key_reused);
    }
    EXPECT_EQ(level("MUG")->on_hand, 5);
    EXPECT_FALSE(level("CUP"));
}

TEST_F(inventory_service, of_two_movements_at_once_under_one_key_one_is_booked) {
    std::vector<results<recorded>> calls;
    for (auto const* which : {"MUG", "CUP"}) {
        std::vector<request<record_movement>> one;
        one.emplace_back(with_key("delivery"), received(which, 5));
        calls.push_back(tested->record(std::move(one)));
    }
    auto const answers = run_all(std::move(calls));
    EXPECT_EQ(answers[0].front().has_value() + answers[1].front().has_value(), 1);
    EXPECT_EQ(level("MUG").has_value() + level("CUP").has_value(), 1);
}

TEST_F(inventory_service, asks_for_skus_of_which_no_piece_is_here_all_at_once) {
    ASSERT_TRUE(have("MUG", 5));
    ASSERT_THAT(skus_asked, ElementsAre("MUG"));
    catalogue_answers = error(error_code::unknown_sku, "no product has this sku; did you mean CUP?");
    std::vector<request<record_movement>> all;
    for (auto const* which : {"cup", "MUG", "CUp"}) all.emplace_back(with_key(which), received(which, 1));
    auto const answers = run(tested->record(std::move(all)));
    EXPECT_EQ(answers[0].error().code(), error_code::unknown_sku);
    EXPECT_EQ(answers[0].error().message(), "no product has this sku; did you mean CUP?");
    EXPECT_TRUE(answers[1]) << "pieces of it are here";
    EXPECT_EQ(answers[2].error().code(), error_code::unknown_sku);
    EXPECT_THAT(skus_asked, ElementsAre("MUG", "cup", "CUp"));
    EXPECT_FALSE(level("cup"));
}

TEST_F(inventory_service, books_nothing_new_while_the_catalogue_is_away_and_still_answers_repeats) {
    ASSERT_TRUE(ask(&service::record, received("MUG", 5), with_key("first")));
    ASSERT_TRUE(ask(&service::record, received("MUG", 5).at(location("attic")), with_key("second")));
    catalogue_answers = error(error_code::unavailable);
    auto const refused = ask(&service::record, received("CUP", 1), with_key("third"));
    EXPECT_EQ(refused.error().code(), error_code::unavailable);
    EXPECT_TRUE(ask(&service::record, received("MUG", 5), with_key("first"))->replayed);
    EXPECT_FALSE(level("CUP"));
    catalogue_answers.reset();
    EXPECT_FALSE(ask(&service::record, received("CUP", 1), with_key("third"))->replayed);
}

TEST_F(inventory_service, refuses_movements_without_a_good_key_and_records_their_neighbours) {
    std::vector<request<record_movement>> all;
    all.emplace_back(received("MUG", 1));
    all.emplace_back(with_key("fine"), received("MUG", 2));
    all.emplace_back(with_key("line\nbreak"), received("MUG", 4));
    auto const answers = run(tested->record(std::move(all)));
    EXPECT_EQ(answers[0].error().code(), error_code::idempotency_key_missing);
    EXPECT_TRUE(answers[1]);
    EXPECT_EQ(answers[2].error().code(), error_code::idempotency_key_malformed);
    EXPECT_EQ(level("MUG")->on_hand, 2);
}

TEST_F(inventory_service, does_not_run_what_is_past_its_deadline) {
    ASSERT_TRUE(have("MUG", 10));
    auto const late = too_late();
    EXPECT_EQ(ask(&service::allocate, wants("MUG", 1), late).error().code(), error_code::deadline_exceeded);
    EXPECT_EQ(ask(&service::get, get_stock(sku("MUG")), late).error().code(), error_code::deadline_exceeded);
    EXPECT_EQ(ask(&service::list, list_stock(), late).error().code(), error_code::deadline_exceeded);
    EXPECT_EQ(level("MUG")->allocated, 0);
}

TEST_F(inventory_service, runs_the_rest_of_a_batch_that_is_partly_too_late) {
    ASSERT_TRUE(have("MUG", 10));
    std::vector<request<allocate_order>> all;
    all.emplace_back(too_late(), wants("MUG", 1));
    all.emplace_back(wants("MUG", 2));
    auto const answers = run(tested->allocate(std::move(all)));
    EXPECT_FALSE(answers[0]);
    EXPECT_TRUE(answers[1]);
    EXPECT_EQ(level("MUG")->allocated, 2);
}

TEST_F(inventory_service, repeats_a_batch_whose_commit_is_unknown) {
    for (auto const what : {fault::unknown_written, fault::unknown_unwritten}) {
        ASSERT_TRUE(have("MUG", 10));
        auto const before = level("MUG");
        fault_at_next = what;
        ASSERT_TRUE(ask(&service::allocate, wants("MUG", 4)));
        EXPECT_EQ(level("MUG")->allocated, before->allocated + 4);
        fault_at_next = what;
        auto settings = configure_stock(sku("MUG")).warn_below(deliveries);
        settings.if_match = level("MUG")->version;
        ASSERT_TRUE(ask(&service::configure, std::move(settings)));
        EXPECT_EQ(level("MUG")->low_stock_threshold, deliveries);
    }
}

TEST_F(inventory_service, answers_each_request_when_the_store_cannot) {
    fault_at_next = fault::unavailable;
    auto const answers = ask_all<allocation, allocate_order>(&service::allocate, {wants("MUG", 1), wants("CUP", 1)});
    ASSERT_EQ(answers.size(), 2u);
    for (auto const& one : answers) EXPECT_EQ(one.error().code(), error_code::store_unavailable);
    EXPECT_EQ(appends, 0);
}

TEST_F(inventory_service, lists_stock_page_by_page) {
    for (auto const* which : {"E", "A", "D", "B", "C"}) ASSERT_TRUE(have(which, 1));
    std::vector<std::string> seen;
    std::vector<std::size_t> sizes;
    list_stock next;
    next.limit = 2;
    do {
        auto const page = ask(&service::list, next);
        ASSERT_TRUE(page);
        for (auto const& item : page->items) seen.emplace_back(item.sku.text());
        sizes.push_back(page->items.size());
        next.cursor = page->next_cursor;
    } while (next.cursor);
    EXPECT_THAT(seen, ElementsAre("A", "B", "C", "D", "E"));
    EXPECT_THAT(sizes, ElementsAre(2u, 2u, 1u));
}

TEST_F(inventory_service, lists_all_locations_of_a_sku_as_one_item) {
    ASSERT_TRUE(have("MUG", 1));
    auto c = received("MUG", 2).at(location("attic"));
    ASSERT_TRUE(ask(&service::record, std::move(c), with_key("k")));
    list_stock first;
    first.limit = 1;
    auto const page = ask(&service::list, first);
    ASSERT_THAT(page->items, SizeIs(1));
    EXPECT_THAT(page->items[0].locations, SizeIs(2));
    EXPECT_FALSE(page->next_cursor);
}

TEST_F(inventory_service, lists_just_the_skus_asked_for_and_leaves_out_unknown_ones) {
    for (auto const* which : {"A", "B", "C"}) ASSERT_TRUE(have(which, 1));
    list_stock some;
    some.sku = {sku("C"), sku("NONE"), sku("A"), sku("A")};
    auto const page = ask(&service::list, some);
    ASSERT_THAT(page->items, SizeIs(2));
    EXPECT_EQ(page->items[0].sku, sku("A"));
    EXPECT_EQ(page->items[1].sku, sku("C"));
    EXPECT_FALSE(page->next_cursor);
    some.limit = 1;
    auto const first = ask(&service::list, some);
    EXPECT_THAT(first->items, SizeIs(1));
    some.cursor = first->next_cursor;
    auto const second = ask(&service::list, some);
    ASSERT_THAT(second->items, SizeIs(1));
    EXPECT_EQ(second->items[0].sku, sku("C"));
    EXPECT_FALSE(second->next_cursor);
}

TEST_F(inventory_service, refuses_bad_limits_and_cursors) {
    list_stock bad;
    bad.limit = 101;
    EXPECT_EQ(ask(&service::list, bad).error().code(), error_code::invalid_value);
    bad.limit = 10;
    bad.cursor = "forged";
    EXPECT_EQ(ask(&service::list, bad).error().code(), error_code::malformed_request);
    list_stock many;
    many.sku.assign(101, sku("A"));
    EXPECT_EQ(ask(&service::list, many).error().code(), error_code::invalid_value);
    list_movements lines;
    lines.sku = sku("A");
    lines.limit = 0;
    EXPECT_EQ(ask(&service::movements, lines).error().code(), error_code::invalid_value);
    lines.limit = 10;
    lines.cursor = "forged";
    EXPECT_EQ(ask(&service::movements, lines).error().code(), error_code::malformed_request);
}

TEST_F(inventory_service, shows_the_ledger_of_a_sku_newest_first) {
    ASSERT_TRUE(have("MUG", 10));
    ASSERT_TRUE(have("CUP", 1));
    ASSERT_TRUE(ask(&service::allocate, wants("MUG", 3)));
    ASSERT_TRUE(have("MUG", 5));
    list_movements next;
    next.sku = sku("MUG");
    next.limit = 2;
    auto const newest = ask(&service::movements, next);
    ASSERT_THAT(newest->items, SizeIs(2));
    EXPECT_EQ(newest->items[0].on_hand, 15);
    EXPECT_EQ(newest->items[1].kind, movement_kind::allocated);
    ASSERT_TRUE(newest->next_cursor);
    next.cursor = newest->next_cursor;
    auto const oldest = ask(&service::movements, next);
    ASSERT_THAT(oldest->items, SizeIs(1));
    EXPECT_EQ(oldest->items[0].on_hand, 10);
    EXPECT_FALSE(oldest->next_cursor);
    next.sku = sku("NONE");
    next.cursor.reset();
    EXPECT_THAT(ask(&service::movements, next)->items, IsEmpty());
}

}  // namespace shop::inventory::tests
