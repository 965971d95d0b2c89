#include <shop/testing/store_contracts.hpp>

#include "record_contract.hpp"

namespace shop::testing {

namespace {

using inventory::movement_record;
using inventory::stock_record;
using world = opened<inventory_room>;

stock_record stock(int n, std::string_view place, std::int64_t on_hand) {
    auto r = sample<stock_record>::make(n);
    r.location = location(place);
    r.on_hand = on_hand;
    return r;
}
/// Every place with a ledger has its row of stock: a store may find the ledger by it.
void open_places(world& w) {
    ASSERT_TRUE(put(w.store(), std::vector{stock(1, "main", 0), stock(1, "shelf", 0), stock(2, "main", 0)}));
}
movement_record movement(int n, std::string_view place, std::uint64_t sequence) {
    auto r = sample<movement_record>::make(0);
    r.sku = nth_sku(n);
    r.location = location(place);
    r.sequence = sequence;
    return r;
}

/// `SKU-0001@main` and so on.
std::vector<std::string> places(std::vector<stock_record> const& records) {
    std::vector<std::string> out;
    for (auto const& r : records) out.push_back(std::string(r.sku.text()) + '@' + std::string(r.location.text()));
    return out;
}
std::vector<std::string> listed(world& w, std::optional<sku> after, std::size_t limit) {
    return places(run(w.store().list({std::move(after), limit})).value());
}
/// `aisle-7#2` and so on.
std::vector<std::string> ledger(world& w, int n, std::optional<std::uint64_t> before = {}, std::size_t limit = 100) {
    std::vector<std::string> out;
    for (auto const& r : run(w.store().movements({nth_sku(n), before, limit})).value()) {
        out.push_back(std::string(r.location.text()) + '#' + std::to_string(r.sequence));
    }
    return out;
}
using texts = std::vector<std::string>;

void register_group_tests(contract_suite<inventory_room>& suite) {
    suite.test("loads_all_locations_of_a_sku_together", [](world& w) {
        ASSERT_TRUE(put(w.store(), std::vector{stock(1, "main", 1), stock(2, "main", 2), stock(1, "shelf", 3)}));
        ASSERT_TRUE(put(w.store(), stock(1, "aisle-7", 4)));
        EXPECT_EQ(places(load_group<stock_record>(w.store(), nth_sku(1))),
                  (texts{"SKU-0001@aisle-7", "SKU-0001@main", "SKU-0001@shelf"}));
        EXPECT_EQ(places(load_group<stock_record>(w.store(), nth_sku(2))), (texts{"SKU-0002@main"}));
        EXPECT_TRUE(load_group<stock_record>(w.store(), nth_sku(3)).empty());
    });

    suite.test("changes_one_location_and_adds_another_in_one_batch", [](world& w) {
        using schema = inventory::store_schema;
        ASSERT_TRUE(put(w.store(), std::vector{stock(1, "main", 10), stock(1, "shelf", 0)}));
        key_set<schema> keys;
        keys.add<stock_record>(nth_sku(1));
        ASSERT_TRUE(transact<schema>(w.store(), keys, [](loaded_rows<schema> const& rows, attempt const&) {
            working_set<schema> work(rows);
            for (auto& r : work.edit_group<stock_record>(nth_sku(1))) {
                if (r.location.is_main()) r.on_hand -= 4;
            }
            work.insert<stock_record>(stock(1, "aisle-7", 4));
            return work.take_changes();
        }));
        auto now = load_group<stock_record>(w.store(), nth_sku(1));
        ASSERT_EQ(places(now), (texts{"SKU-0001@aisle-7", "SKU-0001@main", "SKU-0001@shelf"}));
        EXPECT_EQ(now[0].on_hand, 4);
        EXPECT_EQ(now[0].revision, 1u);
        EXPECT_EQ(now[1].on_hand, 6);
        EXPECT_EQ(now[1].revision, 2u);
        EXPECT_EQ(now[2].revision, 1u) << "untouched";
    });

    suite.test("takes_back_a_location_of_a_batch_that_conflicts", [](world& w) {
        ASSERT_TRUE(put(w.store(), std::vector{stock(1, "main", 10), stock(1, "shelf", 5)}));
        auto main_row = load_group<stock_record>(w.store(), nth_sku(1)).at(0);
        main_row.on_hand = 0;
        changes<inventory::store_schema> what;
        what.erase<stock_record>({nth_sku(1), location("shelf")});
        what.put(stock(1, "aisle-7", 4));
        what.put(main_row);
        what.put(stock(1, "main", 1));
        EXPECT_FALSE(write(w.store(), what));
        auto now = load_group<stock_record>(w.store(), nth_sku(1));
        ASSERT_EQ(places(now), (texts{"SKU-0001@main", "SKU-0001@shelf"}));
        EXPECT_EQ(now[0].on_hand, 10);
        EXPECT_EQ(now[1].on_hand, 5);
    });

    suite.test("erases_one_location_of_a_sku", [](world& w) {
        ASSERT_TRUE(put(w.store(), std::vector{stock(1, "main", 1), stock(1, "shelf", 2)}));
        changes<inventory::store_schema> gone;
        gone.erase<stock_record>({nth_sku(1), location("main")});
        ASSERT_TRUE(write(w.store(), gone));
        EXPECT_EQ(places(load_group<stock_record>(w.store(), nth_sku(1))), (texts{"SKU-0001@shelf"}));
        EXPECT_EQ(listed(w, {}, 10), (texts{"SKU-0001@shelf"}));
    });
}

void register_list_tests(contract_suite<inventory_room>& suite) {
    suite.test("lists_so_many_skus_with_all_their_locations", [](world& w) {
        ASSERT_TRUE(put(w.store(), std::vector{stock(3, "main", 1), stock(1, "shelf", 2), stock(2, "main", 3)}));
        ASSERT_TRUE(put(w.store(), std::vector{stock(1, "main", 4), stock(3, "aisle-7", 5)}));
        EXPECT_EQ(listed(w, {}, 10),
                  (texts{"SKU-0001@main", "SKU-0001@shelf", "SKU-0002@main", "SKU-0003@aisle-7", "SKU-0003@main"}));
        EXPECT_EQ(listed(w, {}, 1), (texts{"SKU-0001@main", "SKU-0001@shelf"}));
        EXPECT_EQ(listed(w, nth_sku(1), 2), (texts{"SKU-0002@main", "SKU-0003@aisle-7", "SKU-0003@main"}));
        EXPECT_EQ(listed(w, nth_sku(3), 2), texts{});
    });

    suite.test("lists_the_ledger_of_a_sku_newest_first_over_all_locations", [](world& w) {
        open_places(w);
        for (std::uint64_t sequence : {1, 2, 3}) {
            ASSERT_TRUE(put(w.store(), std::vector{movement(1, "main", sequence), movement(2, "main", sequence)}));
            ASSERT_TRUE(put(w.store(), movement(1, "shelf", sequence)));
        }
        EXPECT_EQ(ledger(w, 1), (texts{"shelf#3", "main#3", "shelf#2", "main#2", "shelf#1", "main#1"}));
        EXPECT_EQ(ledger(w, 2), (texts{"main#3", "main#2", "main#1"}));
        EXPECT_EQ(ledger(w, 3), texts{});
        EXPECT_EQ(ledger(w, 1, {}, 2), (texts{"shelf#3", "main#3"}));
        auto second = run(w.store().movements({nth_sku(1), {}, 2})).value().at(1).position;
        EXPECT_EQ(ledger(w, 1, second, 3), (texts{"shelf#2", "main#2", "shelf#1"}));
        EXPECT_EQ(ledger(w, 1, 1), texts{});
    });

    suite.test("refuses_a_second_movement_of_one_sku_location_and_sequence", [](world& w) {
        open_places(w);
        ASSERT_TRUE(put(w.store(), std::vector{movement(1, "main", 1), movement(1, "main", 2)}));
        EXPECT_FALSE(put(w.store(), movement(1, "main", 2)));
        EXPECT_FALSE(put(w.store(), movement(1, "main", 1)));
        EXPECT_FALSE(put(w.store(), std::vector{movement(1, "main", 3), movement(1, "main", 3)}));
        EXPECT_EQ(ledger(w, 1), (texts{"main#2", "main#1"})) << "nothing of the refused ones is left";
        EXPECT_TRUE(put(w.store(), std::vector{movement(1, "shelf", 1), movement(2, "main", 1)}))
            << "another place or sku";
        EXPECT_TRUE(put(w.store(), movement(1, "main", 3)));
        EXPECT_EQ(ledger(w, 1), (texts{"main#3", "shelf#1", "main#2", "main#1"}));
    });

    suite.test("decides_again_when_another_writer_took_the_sequence", [](world& w) {
        using schema = inventory::store_schema;
        open_places(w);
        ASSERT_TRUE(put(w.store(), movement(1, "main", 1)));
        ASSERT_TRUE(transact<schema>(w.store(), {}, [](loaded_rows<schema> const&, attempt const& now) {
            changes<schema> out;
            out.put(movement(1, "main", now.number));
            return out;
        }));
        EXPECT_EQ(ledger(w, 1), (texts{"main#2", "main#1"}));
    });
}

void register_key_tests(contract_suite<inventory_room>& suite) {
    suite.test("an_idempotency_key_is_used_for_one_movement_of_whatever_sku", [](world& w) {
        using schema = inventory::store_schema;
        auto const key = sample<key_record>::make(1);
        key_set<schema> keys;
        keys.add<key_record>({key.account, key.idempotency_key});
        int found_taken = 0;
        auto const book = [&](int n) {
            auto more = keys;
            more.add<stock_record>({nth_sku(n)});
            return transact<schema>(w.store(), more, [&, n](loaded_rows<schema> const& rows, attempt const&) {
                working_set<schema> work(rows);
                if (work.find<key_record>({key.account, key.idempotency_key})) {
                    ++found_taken;
                    return work.take_changes();
                }
                work.insert(key);
                work.insert(stock(n, "main", 5));
                return work.take_changes();
            });
        };
        ASSERT_TRUE(book(1));
        ASSERT_TRUE(book(2));
        EXPECT_EQ(found_taken, 1);
        EXPECT_EQ(listed(w, {}, 10), (texts{"SKU-0001@main"}));
        changes<schema> blind;
        blind.put(key);
        blind.put(stock(3, "main", 5));
        EXPECT_FALSE(write(w.store(), blind)) << "whoever did not look meets the key";
        EXPECT_EQ(listed(w, {}, 10), (texts{"SKU-0001@main"}));
    });

    suite.test("shares_idempotency_keys_with_the_orders_of_its_domain", [](world& w) {
        auto const of_order = sample<key_record>::make(1);
        auto of_movement = sample<key_record>::make(2);
        of_movement.order_id = {};
        ASSERT_TRUE(put(*w.all.orders, of_order));
        ASSERT_TRUE(put(w.store(), of_movement));
        EXPECT_EQ(load_one<key_record>(w.store(), load_key_of_record(of_order))->order_id, of_order.order_id);
        EXPECT_TRUE(load_one<key_record>(*w.all.orders, load_key_of_record(of_movement))->order_id.is_nil());
        EXPECT_FALSE(put(w.store(), of_order)) << "an order has it";
        EXPECT_FALSE(put(*w.all.orders, of_movement)) << "a movement has it";
    });
}

}  // namespace

void register_inventory_store_contract(std::string const& name, store_subject const& subject) {
    contract_suite<inventory_room> suite(name + "_inventory_store", subject);
    register_record_contract(suite);
    register_group_tests(suite);
    register_list_tests(suite);
    register_key_tests(suite);
}

}  // namespace shop::testing
