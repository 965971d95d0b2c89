#include "fixture.hpp"

namespace shop::inventory::tests {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr std::int64_t most = limits::stock_count_max;

class recording : public inventory_rules {
protected:
    std::vector<std::string> refused_at(record_movement c) {
        auto const answer = record(std::move(c));
        if (answer || answer.error().code() != error_code::invalid_value) return {"not refused as invalid"};
        return pointers_of(answer.error());
    }
};

TEST_F(recording, received_stock_makes_the_sku_known) {
    auto const done = record(received("MUG", 10));
    ASSERT_TRUE(done);
    EXPECT_FALSE(done->replayed);
    EXPECT_EQ(done->movement.kind, movement_kind::received);
    EXPECT_EQ(done->movement.on_hand_delta, 10);
    EXPECT_EQ(done->movement.on_hand, 10);
    EXPECT_EQ(done->movement.sequence, 1u);
    EXPECT_EQ(done->movement.reference, "reference-1");
    EXPECT_EQ(done->movement.at, now);
    EXPECT_EQ(at("MUG").on_hand, 10);
    EXPECT_TRUE(ledger_grew);
}

TEST_F(recording, makes_the_row_of_main_beside_any_other) {
    ASSERT_TRUE(record(received("MUG", 10, "attic")));
    EXPECT_EQ(at("MUG", "attic").on_hand, 10);
    EXPECT_EQ(at("MUG").sku, shop::sku("MUG"));
    EXPECT_EQ(at("MUG").sequence, 0u);
}

TEST_F(recording, main_is_where_nothing_else_is_said) {
    auto c = received("MUG", 10);
    c.location.reset();
    ASSERT_TRUE(record(c));
    EXPECT_EQ(at("MUG").on_hand, 10);
}

TEST_F(recording, a_repeat_is_answered_from_the_first) {
    auto c = received("MUG", 10);
    c.reference = "delivery-7";
    auto const first = record(c);
    ASSERT_TRUE(allocate(1, {of("MUG", 4)}));
    now += std::chrono::hours(24 * 400);
    auto const again = record(c);
    ASSERT_TRUE(again);
    EXPECT_TRUE(again->replayed);
    EXPECT_EQ(again->movement, first->movement);
    EXPECT_EQ(at("MUG").on_hand, 10);
    EXPECT_TRUE(written.empty());
}

TEST_F(recording, a_repeat_in_the_same_batch_is_answered_from_the_first) {
    auto c = received("MUG", 10);
    c.reference = "delivery-7";
    rules::book_movement const booking{c, {}, true};
    auto const answers = run_all({booking, booking});
    EXPECT_FALSE(std::get<recorded>(*answers[0]).replayed);
    EXPECT_TRUE(std::get<recorded>(*answers[1]).replayed);
    EXPECT_EQ(at("MUG").on_hand, 10);
}

TEST_F(recording, a_reference_belongs_to_one_movement) {
    auto c = received("MUG", 10);
    c.reference = "delivery-7";
    ASSERT_TRUE(record(c));
    c.quantity = quantity(11);
    EXPECT_EQ(code_of(record(c)), error_code::idempotency_key_reused);
    EXPECT_EQ(at("MUG").on_hand, 10);
}

TEST_F(recording, a_reference_is_unique_per_sku_and_location) {
    for (auto c : {received("MUG", 10), received("MUG", 10, "attic"), received("CUP", 10)}) {
        c.reference = "delivery-7";
        auto const done = record(c);
        ASSERT_TRUE(done);
        EXPECT_FALSE(done->replayed);
    }
}

TEST_F(recording, a_key_belongs_to_one_movement_over_all_skus_and_places) {
    auto const first = record(received("MUG", 10), "ann", "cart 7");
    ASSERT_TRUE(first);
    EXPECT_FALSE(first->replayed);
    EXPECT_EQ(first->movement.reference, "cart 7");
    EXPECT_EQ(code_of(record(received("MUG", 10, "attic"), "ann", "cart 7")), error_code::idempotency_key_reused);
    EXPECT_EQ(code_of(record(received("CUP", 10), "ann", "cart 7")), error_code::idempotency_key_reused);
    EXPECT_EQ(code_of(record(adjusted("MUG", 1), "ann", "cart 7")), error_code::idempotency_key_reused);
    auto const again = record(received("MUG", 10), "ann", "cart 7");
    EXPECT_TRUE(again->replayed);
    EXPECT_EQ(again->movement, first->movement);
    EXPECT_THAT(ledger(), SizeIs(1));
}

TEST_F(recording, a_key_of_an_order_is_not_one_of_a_movement) {
    key_record of_order;
    of_order.account = "ann";
    of_order.idempotency_key = "cart 7";
    of_order.order_id = order(1);
    rows.hold(of_order);
    EXPECT_EQ(code_of(record(received("MUG", 10), "ann", "cart 7")), error_code::idempotency_key_reused);
    EXPECT_THAT(ledger(), IsEmpty());
}

TEST_F(recording, the_same_key_of_another_account_is_another_key) {
    ASSERT_TRUE(record(received("MUG", 10), "ann", "delivery-7"));
    auto const theirs = record(received("MUG", 10), "bob", "delivery-7");
    ASSERT_TRUE(theirs);
    EXPECT_FALSE(theirs->replayed);
    EXPECT_EQ(theirs->movement.reference, "bob: delivery-7");
    EXPECT_EQ(at("MUG").on_hand, 20);
    for (auto const* account : {"ann", "bob"}) {
        EXPECT_TRUE(record(received("MUG", 10), account, "delivery-7")->replayed) << account;
        EXPECT_EQ(code_of(record(received("CUP", 10), account, "delivery-7")), error_code::idempotency_key_reused);
    }
    EXPECT_EQ(at("MUG").on_hand, 20);
}

TEST_F(recording, a_key_that_reads_like_the_reference_of_another_account_replays_nothing_of_theirs) {
    ASSERT_TRUE(record(received("MUG", 10), "ann", "delivery-7"));
    ASSERT_TRUE(record(received("MUG", 10), "cat", "bob: delivery-7"));
    EXPECT_EQ(code_of(record(received("MUG", 10), "bob", "delivery-7")), error_code::idempotency_key_reused);
    EXPECT_EQ(at("MUG").on_hand, 20);
}

TEST_F(recording, a_reference_that_names_no_account_answers_a_key_of_anybody) {
    auto c = received("MUG", 10);
    c.reference = "delivery-7";  // as rows are that were written before keys had a record of their own
    ASSERT_TRUE(record(c));
    c.reference.reset();
    EXPECT_TRUE(record(c, "ann", "delivery-7")->replayed);
    EXPECT_EQ(code_of(record(received("MUG", 11), "ann", "delivery-7")), error_code::idempotency_key_reused);
    EXPECT_EQ(at("MUG").on_hand, 10);
}

TEST_F(recording, a_refused_movement_leaves_its_key_free) {
    ASSERT_EQ(code_of(record(adjusted("MUG", -1), "ann", "k")), error_code::insufficient_stock);
    EXPECT_TRUE(written.empty());
    EXPECT_TRUE(record(received("CUP", 1), "ann", "k"));
}

TEST_F(recording, a_sku_that_nobody_knows_is_booked_only_while_pieces_of_it_are_here) {
    auto const unchecked = [&](record_movement c) {
        c.reference = "unchecked-" + std::to_string(++references);
        return run<recorded>(rules::book_movement{std::move(c), {}, false});
    };
    EXPECT_EQ(code_of(unchecked(received("MUG", 1))), error_code::unknown_sku);
    ASSERT_TRUE(run<stock_level>(configure_stock(shop::sku("MUG")).warn_below(3)));
    EXPECT_EQ(code_of(unchecked(received("MUG", 1))), error_code::unknown_sku) << "settings are no pieces";
    have("MUG", 2);
    EXPECT_TRUE(unchecked(received("MUG", 1)));
    EXPECT_TRUE(unchecked(adjusted("MUG", -3)));
    EXPECT_EQ(code_of(unchecked(received("MUG", 1))), error_code::unknown_sku) << "all are gone";
}

TEST_F(recording, says_how_many_are_promised_and_the_least_that_is_possible) {
    have("MUG", 8);
    allow_backorders("MUG", 1);
    ASSERT_TRUE(allocate(1, {of("MUG", 5)}));
    auto const refused = record(adjusted("MUG", -5)).error();
    EXPECT_EQ(refused.code(), error_code::stock_committed);
    EXPECT_EQ(refused.message(), "8 on hand and 5 promised: the count must be at least 4");
    EXPECT_EQ(refused.details().on_hand, 8);
    EXPECT_EQ(refused.details().promised, 5);
    EXPECT_EQ(refused.details().least, 4);
    EXPECT_TRUE(record(counted("MUG", 4, 8)));
    auto const moved = record(transferred("MUG", 1, "main", "attic")).error();
    EXPECT_EQ(moved.message(), "4 on hand and 5 promised: what stays must be at least 5");
    auto const settings = run<stock_level>(configure_stock(shop::sku("MUG")).backorder(0)).error();
    EXPECT_EQ(settings.message(), "4 on hand and 5 promised: the backorder limit must be at least 1");
    EXPECT_EQ(settings.details().least, 1);
}

TEST_F(recording, a_refused_movement_leaves_its_reference_free) {
    auto c = adjusted("MUG", -1);
    c.reference = "loss-1";
    ASSERT_EQ(code_of(record(c)), error_code::insufficient_stock);
    have("MUG", 1);
    auto const done = record(c);
    ASSERT_TRUE(done);
    EXPECT_FALSE(done->replayed);
}

TEST_F(recording, adjusts_by_a_delta_with_a_reason) {
    have("MUG", 10);
    auto const down = record(adjusted("MUG", -3));
    ASSERT_TRUE(down);
    EXPECT_EQ(down->movement.on_hand, 7);
    EXPECT_EQ(down->movement.reason, "found behind the shelf");
    ASSERT_TRUE(record(adjusted("MUG", 5)));
    EXPECT_EQ(at("MUG").on_hand, 12);
}

TEST_F(recording, sets_a_count_that_is_as_expected) {
    have("MUG", 10);
    auto const done = record(counted("MUG", 8, 10));
    ASSERT_TRUE(done);
    EXPECT_EQ(done->movement.on_hand_delta, -2);
    EXPECT_EQ(at("MUG").on_hand, 8);
    ASSERT_TRUE(record(counted("MUG", 8, 8)));
    EXPECT_EQ(last_line().on_hand_delta, 0);
}

TEST_F(recording, refuses_to_set_a_count_that_is_not_as_expected) {
    have("MUG", 10);
    EXPECT_EQ(code_of(record(counted("MUG", 8, 9))), error_code::stock_changed);
    EXPECT_EQ(code_of(record(counted("NEW", 8, 9))), error_code::stock_changed);
    EXPECT_TRUE(record(counted("NEW", 8, 0)));
}

TEST_F(recording, refuses_to_take_more_than_lies_there) {
    have("MUG", 2);
    auto const refused = record(adjusted("MUG", -3));
    ASSERT_EQ(code_of(refused), error_code::insufficient_stock);
    EXPECT_THAT(refused.error().shortages(), ElementsAre(shortage{shop::sku("MUG"), 3, 2}));
}

TEST_F(recording, refuses_to_take_what_is_promised) {
    have("MUG", 10);
    ASSERT_TRUE(allocate(1, {of("MUG", 8)}));
    EXPECT_EQ(code_of(record(adjusted("MUG", -3))), error_code::stock_committed);
    EXPECT_EQ(code_of(record(counted("MUG", 7, 10))), error_code::stock_committed);
    EXPECT_TRUE(record(adjusted("MUG", -2)));
}

TEST_F(recording, a_loss_may_use_up_the_backorder_limit_but_no_more) {
    have("MUG", 10);
    allow_backorders("MUG", 2);
    ASSERT_TRUE(allocate(1, {of("MUG", 10)}));
    EXPECT_EQ(code_of(record(adjusted("MUG", -3))), error_code::stock_committed);
    EXPECT_TRUE(record(adjusted("MUG", -2)));
    EXPECT_EQ(at("MUG").available(), -2);
}

TEST_F(recording, transfers_with_a_line_for_each_place) {
    have("MUG", 10);
    auto const done = record(transferred("MUG", 4, "main", "attic"));
    ASSERT_TRUE(done);
    EXPECT_EQ(done->movement.location, location("attic"));
    EXPECT_EQ(done->movement.on_hand_delta, 4);
    EXPECT_THAT(written.puts<movement_record>(), SizeIs(2));
    EXPECT_EQ(at("MUG").on_hand, 6);
    EXPECT_EQ(at("MUG", "attic").on_hand, 4);
    for (auto const& line : written.puts<movement_record>()) {
        EXPECT_EQ(line.kind, movement_kind::transferred);
        EXPECT_EQ(line.reference, "reference-2");
    }
}

TEST_F(recording, a_repeated_transfer_moves_nothing) {
    have("MUG", 10);
    auto c = transferred("MUG", 4, "main", "attic");
    c.reference = "van-3";
    auto const first = record(c);
    auto const again = record(c);
    ASSERT_TRUE(again);
    EXPECT_TRUE(again->replayed);
    EXPECT_EQ(again->movement, first->movement);
    EXPECT_EQ(at("MUG").on_hand, 6);
}

TEST_F(recording, transfers_only_what_lies_there_and_is_free) {
    have("MUG", 10);
    ASSERT_TRUE(allocate(1, {of("MUG", 8)}));
    EXPECT_EQ(code_of(record(transferred("MUG", 11, "main", "attic"))), error_code::insufficient_stock);
    EXPECT_EQ(code_of(record(transferred("MUG", 1, "attic", "main"))), error_code::insufficient_stock);
    EXPECT_EQ(code_of(record(transferred("MUG", 3, "main", "attic"))), error_code::stock_committed);
    EXPECT_TRUE(record(transferred("MUG", 2, "main", "attic")));
}

TEST_F(recording, a_backorder_limit_does_not_let_promised_stock_move) {
    have("MUG", 10);
    allow_backorders("MUG", 100);
    ASSERT_TRUE(allocate(1, {of("MUG", 8)}));
    EXPECT_EQ(code_of(record(transferred("MUG", 3, "main", "attic"))), error_code::stock_committed);
}

TEST_F(recording, keeps_counts_within_their_limit) {
    ASSERT_TRUE(record(counted("MUG", most, 0)));
    EXPECT_THAT(refused_at(received("MUG", 1)), ElementsAre("/quantity"));
    EXPECT_THAT(refused_at(adjusted("MUG", 1)), ElementsAre("/delta"));
    have("MUG", 1, "attic");
    EXPECT_THAT(refused_at(transferred("MUG", 1, "attic", "main")), ElementsAre("/quantity"));
}

TEST_F(recording, keeps_a_sku_to_64_locations) {
    for (int i = 0; i < 63; ++i) have("MUG", 1, ("shelf-" + std::to_string(i)).c_str());
    EXPECT_THAT(refused_at(received("MUG", 1, "one-more")), ElementsAre("/location"));
    EXPECT_THAT(refused_at(transferred("MUG", 1, "shelf-1", "one-more")), ElementsAre("/to"));
    auto c = counted("MUG", 1, 0);
    c.location = location("one-more");
    EXPECT_THAT(refused_at(c), ElementsAre("/location"));
    EXPECT_TRUE(record(received("MUG", 1, "shelf-1")));
}

TEST_F(recording, wants_just_the_members_of_a_received_movement) {
    record_movement c;
    c.sku = shop::sku("MUG");
    EXPECT_THAT(refused_at(c), ElementsAre("/quantity"));
    c = received("MUG", 1);
    c.delta = c.set = c.expected = 1;
    c.reason = "because";
    c.from = c.to = location();
    EXPECT_THAT(refused_at(c), ElementsAre("/delta", "/set", "/expected", "/reason", "/from", "/to"));
}

TEST_F(recording, wants_just_the_members_of_an_adjusted_movement) {
    auto c = adjusted("MUG", 1);
    c.quantity = quantity(1);
    c.from = c.to = location();
    c.reason.reset();
    EXPECT_THAT(refused_at(c), ElementsAre("/quantity", "/from", "/to", "/reason"));
    c = adjusted("MUG", 1);
    c.set = 1;
    EXPECT_THAT(refused_at(c), ElementsAre("/delta", "/expected"));
    c = adjusted("MUG", 1);
    c.delta.reset();
    EXPECT_THAT(refused_at(c), ElementsAre("/delta"));
    c = adjusted("MUG", 1);
    c.expected = 1;
    EXPECT_THAT(refused_at(c), ElementsAre("/expected"));
}

TEST_F(recording, wants_just_the_members_of_a_transferred_movement) {
    record_movement c;
    c.sku = shop::sku("MUG");
    c.kind = movement_kind::transferred;
    EXPECT_THAT(refused_at(c), ElementsAre("/quantity", "/from", "/to"));
    c = transferred("MUG", 1, "main", "attic");
    c.location = location();
    EXPECT_THAT(refused_at(c), ElementsAre("/location"));
    EXPECT_THAT(refused_at(transferred("MUG", 1, "main", "main")), ElementsAre("/to"));
}

TEST_F(recording, refuses_values_out_of_range) {
    EXPECT_THAT(refused_at(adjusted("MUG", 0)), ElementsAre("/delta"));
    EXPECT_THAT(refused_at(adjusted("MUG", most + 1)), ElementsAre("/delta"));
    EXPECT_THAT(refused_at(adjusted("MUG", std::numeric_limits<std::int64_t>::min())), ElementsAre("/delta"));
    EXPECT_THAT(refused_at(counted("MUG", -1, 0)), ElementsAre("/set"));
    EXPECT_THAT(refused_at(counted("MUG", most + 1, 0)), ElementsAre("/set"));
}

TEST_F(recording, refuses_reasons_that_cannot_be_shown) {
    for (std::string const& reason : {std::string(), std::string(201, 'x'), std::string("line\nbreak")}) {
        auto c = adjusted("MUG", 1);
        c.reason = reason;
        EXPECT_THAT(refused_at(c), ElementsAre("/reason"));
    }
}

TEST_F(recording, only_people_record_receipts_adjustments_and_transfers) {
    for (auto kind : {movement_kind::allocated, movement_kind::released, movement_kind::shipped,
                      movement_kind::returned, movement_kind::configured}) {
        auto c = received("MUG", 1);
        c.kind = kind;
        EXPECT_THAT(refused_at(c), ::testing::Contains("/kind"));
    }
    EXPECT_THAT(ledger(), IsEmpty());
}

}  // namespace shop::inventory::tests
