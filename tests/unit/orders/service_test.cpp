#include "orders_service.hpp"

namespace shop::orders::tests {

TEST_F(orders_service, takes_an_order_and_follows_it_to_its_end) {
    auto const placed = place(mugs(2));
    ASSERT_TRUE(placed);
    EXPECT_FALSE(placed->pending);
    EXPECT_EQ(placed->order.status, status::confirmed);
    EXPECT_EQ(placed->order.total, eur(1'000));
    EXPECT_EQ(available("MUG"), 98);
    auto const id = placed->order.id;
    EXPECT_EQ(*ask(&service::get, get_order(id)), placed->order);
    auto const shipped =
        ask(&service::transition, transition_order(id, status::shipped).track("T-1"), with_key("ship"));
    ASSERT_TRUE(shipped);
    EXPECT_EQ(shipped->order.shipments.at(0).tracking, "T-1");
    ASSERT_TRUE(ask(&service::transition, transition_order(id, status::delivered), with_key("deliver")));
    auto const steps = ask(&service::history, get_history(id));
    ASSERT_THAT(steps->items, SizeIs(4));
    EXPECT_EQ(steps->items[0].status, status::pending);
    EXPECT_EQ(steps->items[3].status, status::delivered);
    EXPECT_EQ(appends, 3) << "the first version is history only";
}

TEST_F(orders_service, gives_back_what_a_cancelled_order_was_promised) {
    auto const placed = place(mugs(2));
    auto const cancelled =
        ask(&service::cancel, cancel_order(placed->order.id).because("changed my mind"), with_key("cancel"));
    ASSERT_TRUE(cancelled);
    EXPECT_EQ(cancelled->order.status, status::cancelled);
    EXPECT_EQ(available("MUG"), 100);
}

TEST_F(orders_service, answers_requests_of_a_batch_in_their_order_and_a_bad_one_alone) {
    std::vector<request<place_order>> all;
    all.emplace_back(with_key("a"), mugs(1));
    all.emplace_back(with_key("b"), place_order("ann").line("NONE", 1));
    all.emplace_back(mugs(1));
    all.emplace_back(with_key("d"), place_order("ann").line("CUP", 101));
    all.emplace_back(with_key("e"), place_order("bob").line("CUP", 100));
    auto const answers = run(tested->place(std::move(all)));
    ASSERT_EQ(answers.size(), 5u);
    EXPECT_TRUE(answers[0]);
    EXPECT_EQ(answers[1].error().code(), error_code::unknown_sku);
    EXPECT_EQ(answers[2].error().code(), error_code::idempotency_key_missing);
    EXPECT_EQ(answers[3].error().code(), error_code::out_of_stock);
    ASSERT_TRUE(answers[4]);
    EXPECT_EQ(answers[4]->order.customer.id, "bob");
    EXPECT_EQ(available("MUG"), 99);
    EXPECT_EQ(available("CUP"), 0);
}

TEST_F(orders_service, places_what_waits_together_with_few_commits) {
    std::vector<results<acknowledgement>> calls;
    auto const before = plan->commits();
    for (int i = 0; i < 64; ++i) {
        std::vector<request<place_order>> one;
        one.emplace_back(with_key("key-" + std::to_string(i)), mugs(2));
        calls.push_back(tested->place(std::move(one)));
    }
    int confirmed = 0;
    for (auto const& answers : run_all(std::move(calls))) {
        if (answers.front())
            ++confirmed;
        else
            EXPECT_EQ(answers.front().error().code(), error_code::out_of_stock);
    }
    EXPECT_EQ(confirmed, 50);
    EXPECT_EQ(available("MUG"), 0);
    // Intent and conclusion, each of no more than a few batches: what comes first leaves first, the rest gathers.
    EXPECT_LE(plan->commits() - before, 16u);
}

TEST_F(orders_service, answers_a_repeat_with_what_it_answered_first) {
    auto const first = place(mugs(2), with_key("cart"));
    ASSERT_TRUE(ask(&service::cancel, cancel_order(first->order.id), with_key("cancel")));
    auto const again = place(mugs(2), with_key("cart"));
    ASSERT_TRUE(again);
    EXPECT_TRUE(again->replayed);
    EXPECT_EQ(again->order, first->order);
    EXPECT_EQ(place(mugs(3), with_key("cart")).error().code(), error_code::idempotency_key_reused);
    EXPECT_EQ(available("MUG"), 100);
}

TEST_F(orders_service, twins_are_one_order) {
    std::vector<results<acknowledgement>> calls;
    for (int i = 0; i < 20; ++i) {
        std::vector<request<place_order>> one;
        one.emplace_back(with_key("cart"), mugs(2));
        calls.push_back(tested->place(std::move(one)));
    }
    std::vector<order_id> ids;
    int fresh = 0;
    for (auto const& answers : run_all(std::move(calls))) {
        ASSERT_TRUE(answers.front());
        ids.push_back(answers.front()->order.id);
        fresh += answers.front()->replayed ? 0 : 1;
    }
    EXPECT_THAT(ids, Each(ids.front()));
    EXPECT_EQ(fresh, 1);
    EXPECT_EQ(available("MUG"), 98);
}

TEST_F(orders_service, says_what_is_short_and_says_it_again) {
    for (bool const again : {false, true}) {
        auto const refused = place(place_order("ann").line("MUG", 101).line("CUP", 1), with_key("cart"));
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().code(), error_code::out_of_stock);
        EXPECT_EQ(refused.error().details().replayed, again);
        ASSERT_THAT(refused.error().shortages(), SizeIs(1));
        EXPECT_EQ(refused.error().shortages()[0], (shortage{sku("MUG"), 101, 100}));
    }
}

TEST_F(orders_service, names_the_steps_that_would_be_allowed) {
    auto const placed = place(mugs(1));
    auto const refused =
        ask(&service::transition, transition_order(placed->order.id, status::delivered), with_key("deliver"));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), error_code::invalid_transition);
    EXPECT_EQ(refused.error().details().from, "confirmed");
    EXPECT_EQ(refused.error().details().to, "delivered");
    EXPECT_THAT(refused.error().details().allowed, ElementsAre("shipped", "cancelled"));
}

TEST_F(orders_service, does_not_drop_what_a_second_move_says_otherwise) {
    auto const id = place(mugs(1))->order.id;
    auto const ship = [&](char const* key, transition_order move) {
        return ask(&service::transition, std::move(move), with_key(key));
    };
    auto const first = ship("s1", transition_order(id, status::shipped).track("RX1").because("fragile"));
    ASSERT_TRUE(first) << first.error().message();
    auto const same = ship("s2", transition_order(id, status::shipped).track("RX1").because("fragile"));
    ASSERT_TRUE(same) << same.error().message();
    EXPECT_EQ(same->order, first->order);
    ASSERT_TRUE(ship("s3", transition_order(id, status::shipped))) << "it says nothing else";
    auto const dropped = ship("s4", transition_order(id, status::shipped).track("RX2"));
    ASSERT_FALSE(dropped);
    EXPECT_EQ(dropped.error().code(), error_code::invalid_transition);
    EXPECT_EQ(dropped.error().details().from, "shipped");
    EXPECT_EQ(dropped.error().details().to, "shipped");
    EXPECT_THAT(dropped.error().details().allowed, ElementsAre("delivered"));
    ASSERT_THAT(dropped.error().details().errors, SizeIs(1));
    EXPECT_EQ(dropped.error().details().errors[0].pointer, "/tracking");
    EXPECT_EQ(ship("s5", transition_order(id, status::shipped).because("robust")).error().code(),
              error_code::invalid_transition);
    auto const now = ask(&service::get, get_order(id));
    ASSERT_TRUE(now);
    EXPECT_EQ(now->version, 3u);
    EXPECT_EQ(now->shipments.front().tracking, "RX1");
}

TEST_F(orders_service, does_not_drop_another_reason_for_a_cancelled_order) {
    auto const id = place(mugs(1))->order.id;
    ASSERT_TRUE(ask(&service::cancel, cancel_order(id).because("too late"), with_key("c1")));
    ASSERT_TRUE(ask(&service::cancel, cancel_order(id).because("too late"), with_key("c2")));
    ASSERT_TRUE(ask(&service::cancel, cancel_order(id), with_key("c3")));
    auto const refused = ask(&service::cancel, cancel_order(id).because("too dear"), with_key("c4"));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), error_code::invalid_transition);
    EXPECT_THAT(refused.error().details().allowed, IsEmpty());
    EXPECT_EQ(ask(&service::get, get_order(id))->reason, "too late");
}

TEST_F(orders_service, leaves_the_key_free_when_a_move_is_not_allowed_yet) {
    auto const id = place(mugs(1))->order.id;
    auto const deliver = [&] {
        return ask(&service::transition, transition_order(id, status::delivered), with_key("d"));
    };
    ASSERT_EQ(deliver().error().code(), error_code::invalid_transition);
    EXPECT_FALSE(deliver().error().details().replayed) << "it was decided anew";
    ASSERT_TRUE(ask(&service::transition, transition_order(id, status::shipped), with_key("s")));
    auto const done = deliver();
    ASSERT_TRUE(done) << done.error().message();
    EXPECT_FALSE(done->replayed);
    EXPECT_EQ(done->order.status, status::delivered);
    EXPECT_TRUE(deliver()->replayed);
}

TEST_F(orders_service, shows_a_customer_neither_who_works_in_the_shop_nor_what_they_note_for_each_other) {
    auto const placed = place(mugs(1), as("ann", "cart"));
    auto const id = placed->order.id;
    auto const ship = transition_order(id, status::shipped).because("called twice, was rude").track("T-1");
    ASSERT_TRUE(ask(&service::transition, ship, with_key("ship")));
    auto const deliver =
        transition_order(id, status::delivered).because("at the neighbour's").visible_to(note_visibility::customer);
    ASSERT_TRUE(ask(&service::transition, deliver, with_key("deliver")));

    auto const of_staff = ask(&service::history, get_history(id))->items;
    ASSERT_THAT(of_staff, SizeIs(4));
    EXPECT_EQ(of_staff[0].actor, "ann");
    EXPECT_EQ(of_staff[2].actor, "local");
    EXPECT_EQ(of_staff[2].note, "called twice, was rude");
    EXPECT_EQ(of_staff[2].note_visibility, note_visibility::internal);
    EXPECT_EQ(of_staff[3].note_visibility, note_visibility::customer);

    auto const of_ann = ask(&service::history, get_history(id), as("ann"))->items;
    ASSERT_THAT(of_ann, SizeIs(4));
    EXPECT_EQ(of_ann[0].actor, "ann");
    EXPECT_EQ(of_ann[2].actor, "shop");
    EXPECT_EQ(of_ann[2].note, std::nullopt);
    EXPECT_EQ(of_ann[2].note_visibility, std::nullopt);
    EXPECT_EQ(of_ann[2].tracking, "T-1");
    EXPECT_EQ(of_ann[3].actor, "shop");
    EXPECT_EQ(of_ann[3].note, "at the neighbour's");
}

TEST_F(orders_service, tells_a_customer_why_an_order_was_cancelled_unless_that_is_internal) {
    auto const why = [&](order_id id, call with = {}) {
        return ask(&service::get, get_order(id), std::move(with))->reason;
    };
    auto const inside = place(mugs(1))->order.id;
    ASSERT_TRUE(ask(&service::cancel, cancel_order(inside).because("looks like fraud"), with_key("a")));
    EXPECT_EQ(why(inside), "looks like fraud");
    EXPECT_EQ(why(inside, as("ann")), std::nullopt);
    auto const again = ask(&service::cancel, cancel_order(inside), as("ann", "b"));
    ASSERT_TRUE(again) << again.error().message();
    EXPECT_EQ(again->order.reason, std::nullopt) << "nor when they cancel it once more";
    list_orders all;
    auto const theirs = ask(&service::list, all, as("ann"));
    for (auto const& o : theirs->items) EXPECT_EQ(o.reason, std::nullopt);

    auto const told = place(mugs(1))->order.id;
    ASSERT_TRUE(ask(&service::cancel, cancel_order(told).because("sold out").visible_to(note_visibility::customer),
                    with_key("c")));
    EXPECT_EQ(why(told, as("ann")), "sold out");
    auto const own = place(mugs(1))->order.id;
    ASSERT_TRUE(ask(&service::cancel, cancel_order(own).because("changed my mind"), as("ann", "d")));
    EXPECT_EQ(why(own, as("ann")), "changed my mind");
    EXPECT_EQ(why(own), "changed my mind");
    ASSERT_FALSE(place(mugs(1'000), with_key("short")));
    auto const rejected = ask(&service::list, all, as("ann"))->items.front();
    EXPECT_EQ(rejected.status, status::rejected);
    EXPECT_EQ(rejected.reason, "out_of_stock");
}

TEST_F(orders_service, keeps_the_orders_of_others_from_a_customer) {
    auto const placed = place(mugs(1, "ann"), as("ann", "cart"));
    ASSERT_TRUE(placed);
    ASSERT_TRUE(place(mugs(1, "bob"), as("bob", "cart"))) << "a key is its account's own";
    auto const id = placed->order.id;
    EXPECT_EQ(ask(&service::get, get_order(id), as("bob")).error().code(), error_code::not_found);
    EXPECT_EQ(ask(&service::history, get_history(id), as("bob")).error().code(), error_code::not_found);
    EXPECT_EQ(ask(&service::cancel, cancel_order(id), as("bob", "c")).error().code(), error_code::not_found);
    EXPECT_EQ(ask(&service::transition, transition_order(id, status::shipped), as("bob", "s")).error().code(),
              error_code::not_found);
    EXPECT_THAT(customers_of({}, as("bob")), ElementsAre("bob"));
    list_orders of_ann;
    of_ann.customer_id = "ann";
    EXPECT_THAT(customers_of(of_ann, as("bob")), IsEmpty());
    EXPECT_THAT(customers_of({}), ElementsAre("bob", "ann"));
    EXPECT_EQ(ask(&service::get, get_order(id), as("ann"))->status, status::confirmed);
}

TEST_F(orders_service, lists_newest_first_page_by_page_and_what_is_asked_for) {
    for (auto const* who : {"ann", "bob", "ann", "cat"}) ASSERT_TRUE(place(mugs(1, who)));
    list_orders next;
    next.limit = 3;
    auto const first = ask(&service::list, next);
    ASSERT_THAT(first->items, SizeIs(3));
    EXPECT_EQ(first->items[0].customer.id, "cat");
    next.cursor = first->next_cursor;
    EXPECT_THAT(customers_of(next), ElementsAre("ann"));
    list_orders some;
    some.customer_id = "ann";
    EXPECT_THAT(customers_of(some), ElementsAre("ann", "ann"));
    some.status = status::shipped;
    EXPECT_THAT(customers_of(some), IsEmpty());
    next.cursor = "forged";
    EXPECT_THAT(customers_of(next), ElementsAre("malformed_request"));
}

TEST_F(orders_service, does_not_take_what_is_past_its_deadline) {
    auto late = too_late();
    late.idempotency_key = "cart";
    EXPECT_EQ(place(mugs(1), late).error().code(), error_code::deadline_exceeded);
    EXPECT_EQ(ask(&service::get, get_order(), late).error().code(), error_code::deadline_exceeded);
    EXPECT_THAT(customers_of({}), IsEmpty());
}

TEST_F(orders_service, repeats_a_batch_whose_commit_is_unknown) {
    for (auto const what : {fault::unknown_written, fault::unknown_unwritten}) {
        auto const before = available("MUG");
        fault_at_next = what;
        auto const placed = place(mugs(2));
        ASSERT_TRUE(placed);
        EXPECT_FALSE(placed->replayed);
        EXPECT_EQ(available("MUG"), before - 2);
    }
}

TEST_F(orders_service, leaves_the_key_free_when_the_store_cannot_take_the_intent) {
    fault_at_next = fault::unavailable;
    EXPECT_EQ(place(mugs(2), with_key("cart")).error().code(), error_code::store_unavailable);
    auto const placed = place(mugs(2), with_key("cart"));
    ASSERT_TRUE(placed);
    EXPECT_FALSE(placed->replayed);
}

}  // namespace shop::orders::tests
