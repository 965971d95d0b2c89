#include <shop/testing/store_contracts.hpp>

#include "record_contract.hpp"

namespace shop::testing {

namespace {

using orders::event_record;
using orders::order_query;
using orders::order_record;
using orders::status;
using world = opened<orders_room>;
using numbers = std::vector<int>;

order_record order(int n, std::string customer, status now) {
    auto r = sample<order_record>::make(n);
    r.customer_id = std::move(customer);
    r.status = now;
    return r;
}
/// A pending order always has an open operation: a store may check that.
order_record open_order(int n) {
    auto r = order(n, "ann", status::pending);
    r.open =
        orders::open_operation{nth_id<operation_id>(n), orders::operation_type::place, "local", {}, {}, {}, {}, {}};
    return r;
}
event_record event(int n, std::uint64_t version) {
    auto r = sample<event_record>::make(n);
    r.version = version;
    return r;
}

order_record concluded(order_record r) {
    r.status = status::confirmed;
    r.open.reset();
    return r;
}

/// The numbers of orders, as `nth_id` counts them.
numbers numbers_of(std::vector<order_record> const& records) {
    numbers out;
    for (auto const& r : records) out.push_back(static_cast<int>((r.id.value.born() - nth_time(0)).count()));
    return out;
}
numbers listed(world& w, order_query query) {
    if (query.limit == 0) query.limit = 100;
    return numbers_of(run(w.store().list(std::move(query))).value());
}
numbers open_ones(world& w, std::optional<order_id> after = {}, std::size_t limit = 100) {
    return numbers_of(run(w.store().open(after, limit)).value());
}
std::size_t count_open(world& w, std::size_t limit = 100) {
    return run(w.store().count_open(limit)).value();
}

void register_list_tests(contract_suite<orders_room>& suite) {
    suite.test("lists_orders_newest_first_page_by_page", [](world& w) {
        for (int n : {2, 1, 4, 3, 7, 6, 5}) ASSERT_TRUE(put(w.store(), sample<order_record>::make(n)));
        EXPECT_EQ(listed(w, {}), (numbers{7, 6, 5, 4, 3, 2, 1}));
        order_query page;
        page.limit = 3;
        EXPECT_EQ(listed(w, page), (numbers{7, 6, 5}));
        page.before = nth_id(5);
        EXPECT_EQ(listed(w, page), (numbers{4, 3, 2}));
        page.before = nth_id(2);
        EXPECT_EQ(listed(w, page), (numbers{1}));
        page.before = nth_id(1);
        EXPECT_EQ(listed(w, page), numbers{});
    });

    suite.test("lists_orders_of_a_range_over_time", [](world& w) {
        for (int n = 1; n <= 6; ++n) ASSERT_TRUE(put(w.store(), sample<order_record>::make(n)));
        order_query q;
        q.not_before = nth_id(3);
        EXPECT_EQ(listed(w, q), (numbers{6, 5, 4, 3})) << "from this one on";
        q.before = nth_id(5);
        EXPECT_EQ(listed(w, q), (numbers{4, 3}));
        q.not_before = order_id{uuid::first_of(nth_time(4))};
        EXPECT_EQ(listed(w, q), (numbers{4}));
        q.not_before = nth_id(5);
        EXPECT_EQ(listed(w, q), numbers{});
    });

    suite.test("filters_orders_by_customer_and_status", [](world& w) {
        ASSERT_TRUE(put(w.store(), std::vector{order(1, "ann", status::confirmed), order(2, "bob", status::confirmed),
                                               order(3, "ann", status::shipped), order(4, "ann", status::confirmed),
                                               order(5, "Ann", status::confirmed), order(6, "an", status::shipped)}));
        order_query q;
        q.customer_id = "ann";
        EXPECT_EQ(listed(w, q), (numbers{4, 3, 1}));
        q.status = status::confirmed;
        EXPECT_EQ(listed(w, q), (numbers{4, 1}));
        q.limit = 1;
        EXPECT_EQ(listed(w, q), (numbers{4}));
        q.before = nth_id(4);
        EXPECT_EQ(listed(w, q), (numbers{1}));
        q.not_before = nth_id(2);
        EXPECT_EQ(listed(w, q), numbers{});
        q = {};
        q.status = status::shipped;
        EXPECT_EQ(listed(w, q), (numbers{6, 3}));
        q = {};
        q.customer_id = "nobody";
        EXPECT_EQ(listed(w, q), numbers{});
    });

    suite.test("lists_orders_as_they_are_now", [](world& w) {
        ASSERT_TRUE(
            put(w.store(), std::vector{order(1, "ann", status::confirmed), order(2, "ann", status::confirmed)}));
        auto moved = load_one<order_record>(w.store(), nth_id(1)).value();
        moved.status = status::cancelled;
        moved.customer_id = "bob";
        ASSERT_TRUE(put(w.store(), moved));
        order_query q;
        q.status = status::confirmed;
        EXPECT_EQ(listed(w, q), (numbers{2}));
        q = {};
        q.customer_id = "ann";
        EXPECT_EQ(listed(w, q), (numbers{2}));
        q.customer_id = "bob";
        EXPECT_EQ(listed(w, q), (numbers{1}));
        changes<orders::store_schema> gone;
        gone.erase<order_record>(nth_id(1));
        ASSERT_TRUE(write(w.store(), gone));
        EXPECT_EQ(listed(w, q), numbers{});
        EXPECT_EQ(listed(w, {}), (numbers{2}));
    });
}

void register_open_operation_tests(contract_suite<orders_room>& suite) {
    suite.test("finds_orders_with_an_open_operation_by_id", [](world& w) {
        for (int n : {4, 2, 6}) ASSERT_TRUE(put(w.store(), open_order(n)));
        for (int n : {1, 3, 5}) ASSERT_TRUE(put(w.store(), sample<order_record>::make(n)));
        EXPECT_EQ(open_ones(w), (numbers{2, 4, 6}));
        EXPECT_EQ(open_ones(w, {}, 2), (numbers{2, 4}));
        EXPECT_EQ(open_ones(w, nth_id(2)), (numbers{4, 6}));
        EXPECT_EQ(open_ones(w, nth_id(3), 1), (numbers{4}));
        EXPECT_EQ(open_ones(w, nth_id(6)), numbers{});
    });

    suite.test("counts_open_operations_up_to_a_limit", [](world& w) {
        EXPECT_EQ(count_open(w), 0u);
        for (int n : {1, 2, 3}) ASSERT_TRUE(put(w.store(), open_order(n)));
        ASSERT_TRUE(put(w.store(), sample<order_record>::make(4)));
        EXPECT_EQ(count_open(w), 3u);
        EXPECT_EQ(count_open(w, 3), 3u);
        EXPECT_EQ(count_open(w, 2), 2u);
        EXPECT_EQ(count_open(w, 0), 0u);
    });

    suite.test("forgets_an_open_operation_that_is_concluded_and_finds_one_that_is_opened", [](world& w) {
        ASSERT_TRUE(put(w.store(), std::vector{open_order(1), open_order(2), sample<order_record>::make(3)}));
        auto done = concluded(load_one<order_record>(w.store(), nth_id(1)).value());
        auto opened_now = load_one<order_record>(w.store(), nth_id(3)).value();
        opened_now.open = open_order(3).open;
        ASSERT_TRUE(put(w.store(), std::vector{done, opened_now}));
        EXPECT_EQ(open_ones(w), (numbers{2, 3}));
        EXPECT_EQ(count_open(w), 2u);
        changes<orders::store_schema> gone;
        gone.erase<order_record>(nth_id(2));
        ASSERT_TRUE(write(w.store(), gone));
        EXPECT_EQ(open_ones(w), (numbers{3}));
        EXPECT_EQ(count_open(w), 1u);
    });

    suite.test("keeps_open_what_a_conflicting_batch_wanted_to_conclude", [](world& w) {
        ASSERT_TRUE(put(w.store(), open_order(1)));
        auto done = concluded(load_one<order_record>(w.store(), nth_id(1)).value());
        EXPECT_FALSE(put(w.store(), std::vector{open_order(2), done, open_order(1)}));
        EXPECT_EQ(open_ones(w), (numbers{1}));
        EXPECT_EQ(count_open(w), 1u);
    });
}

void register_history_tests(contract_suite<orders_room>& suite) {
    suite.test("tells_the_history_of_an_order_by_version", [](world& w) {
        ASSERT_TRUE(put(w.store(), std::vector{event(1, 1), event(2, 1)}));
        ASSERT_TRUE(put(w.store(), event(1, 3)));
        ASSERT_TRUE(put(w.store(), std::vector{event(2, 2), event(1, 2)}));
        auto history = run(w.store().history(nth_id(1))).value();
        ASSERT_EQ(history.size(), 3u);
        for (std::size_t i = 0; i < 3; ++i) {
            EXPECT_EQ(history[i].version, i + 1);
            EXPECT_EQ(history[i].order_id, nth_id(1));
            EXPECT_GT(history[i].position, 0u);
        }
        EXPECT_EQ(run(w.store().history(nth_id(2))).value().size(), 2u);
        EXPECT_TRUE(run(w.store().history(nth_id(3))).value().empty());
    });

    suite.test("refuses_a_second_event_of_one_order_and_version", [](world& w) {
        ASSERT_TRUE(put(w.store(), event(1, 1)));
        EXPECT_FALSE(put(w.store(), event(1, 1)));
        EXPECT_FALSE(put(w.store(), std::vector{event(2, 1), event(1, 2), event(1, 2)}));
        EXPECT_EQ(run(w.store().history(nth_id(1))).value().size(), 1u);
        EXPECT_TRUE(run(w.store().history(nth_id(2))).value().empty()) << "nothing of the refused ones is left";
        EXPECT_TRUE(put(w.store(), std::vector{event(1, 2), event(2, 1)}));
    });

    suite.test("writes_an_order_its_key_and_its_event_or_none_of_them", [](world& w) {
        auto placing = [](int n) {
            changes<orders::store_schema> out;
            out.put(open_order(n));
            out.put(sample<orders::key_record>::make(7));  // the same key each time
            out.put(event(n, 1));
            return out;
        };
        ASSERT_TRUE(write(w.store(), placing(1)));
        EXPECT_FALSE(write(w.store(), placing(2))) << "a duplicate: the key decides";
        EXPECT_EQ(listed(w, {}), (numbers{1}));
        EXPECT_EQ(open_ones(w), (numbers{1}));
        EXPECT_TRUE(run(w.store().history(nth_id(2))).value().empty());
        EXPECT_EQ(scan_all<event_record>(w.store()).size(), 1u);
    });
}

}  // namespace

void register_orders_store_contract(std::string const& name, store_subject const& subject) {
    contract_suite<orders_room> suite(name + "_orders_store", subject);
    register_record_contract(suite);
    register_list_tests(suite);
    register_open_operation_tests(suite);
    register_history_tests(suite);
}

}  // namespace shop::testing
