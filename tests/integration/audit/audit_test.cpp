#include <gmock/gmock.h>

#include <filesystem>
#include <set>
#include <sstream>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>

#include <shop/audit.hpp>
#include <shop/engine.hpp>
#include <shop/storage/memory.hpp>
#include <shop/storage/sqlite.hpp>

#include "sample_store.hpp"
#include "support/scratch.hpp"
#include "support/shop_server.hpp"

namespace {

using shop::violation_kind;
using shop_test::damage;
using testing::HasSubstr;

/// A way to break a promise, and the name the audit must have for it.
struct wound {
    violation_kind named;
    char const* what;
    char const* sql;
    bool reseal = true;
};

#define ORDER_OF(customer) "(SELECT id FROM orders_order WHERE customer_id = '" customer "')"

wound const wounds[] = {
    {violation_kind::corrupt_row, "a_product_was_renamed_behind_its_checksum",
     "UPDATE products_product SET name = 'Mug?' WHERE sku = 'MUG'", false},
    {violation_kind::corrupt_row, "an_order_was_changed_behind_its_checksum",
     "UPDATE orders_order SET customer_id = 'mallory' WHERE customer_id = 'confirmed'", false},
    {violation_kind::corrupt_row, "a_document_is_not_of_its_shape",
     "UPDATE orders_order SET content = '{}' WHERE customer_id = 'confirmed'"},
    {violation_kind::negative_count, "less_than_nothing_is_held",
     "UPDATE inventory_stock SET held = -1 WHERE sku = 'MUG'"},
    {violation_kind::oversold, "the_backorder_limit_is_gone",
     "UPDATE inventory_stock SET backorder_limit = 0 WHERE sku = 'BACK'"},
    {violation_kind::held_mismatch, "pieces_are_held_for_nobody",
     "UPDATE inventory_stock SET held = 1 WHERE sku = 'MUG'"},
    {violation_kind::ledger_gap, "a_line_of_the_ledger_is_missing",
     "DELETE FROM inventory_movement WHERE sku = 'MUG' AND sequence = 2"},
    {violation_kind::ledger_gap, "the_newest_line_of_the_ledger_is_missing",
     "DELETE FROM inventory_movement WHERE sku = 'BACK' AND sequence = (SELECT max(sequence) FROM inventory_movement "
     "WHERE sku = 'BACK')"},
    {violation_kind::ledger_mismatch, "pieces_appeared_without_a_line",
     "UPDATE inventory_stock SET on_hand = on_hand + 5 WHERE sku = 'MUG'"},
    {violation_kind::ledger_mismatch, "a_line_says_more_than_it_changed",
     "UPDATE inventory_movement SET on_hand = on_hand + 1 WHERE sku = 'CUP' AND sequence = 1 AND location = 'main'"},
    {violation_kind::ledger_mismatch, "pieces_were_lost_on_the_way_to_the_attic",
     "UPDATE inventory_movement SET on_hand = 2, on_hand_delta = 2 WHERE location = 'attic';"
     "UPDATE inventory_stock SET on_hand = 2 WHERE location = 'attic'"},
    {violation_kind::allocated_mismatch, "a_piece_is_allocated_to_nobody",
     "INSERT INTO inventory_movement SELECT (SELECT max(position) + 1 FROM inventory_movement), sku, location, "
     "sequence + 1, 'allocated', 0, 1, on_hand, allocated + 1, NULL, NULL, NULL, NULL, updated_at, 0, NULL "
     "FROM inventory_stock WHERE sku = 'MUG';"
     "UPDATE inventory_stock SET allocated = allocated + 1, sequence = sequence + 1 WHERE sku = 'MUG'"},
    {violation_kind::reference_missing, "a_reference_was_forgotten",
     "DELETE FROM inventory_reference WHERE sku = 'MUG' AND reference = 'opening'"},
    {violation_kind::reference_without_movement, "a_reference_answers_for_nothing",
     "UPDATE inventory_reference SET recorded = json_set(recorded, '$.sequence', 99) WHERE reference = 'opening'"},
    {violation_kind::allocation_without_order, "the_order_of_an_allocation_is_gone",
     "DELETE FROM orders_event WHERE order_id = " ORDER_OF(
         "confirmed") ";"
                      "DELETE FROM orders_key WHERE order_id = " ORDER_OF(
                          "confirmed") ";"
                                       "DELETE FROM notifications_delivery WHERE subject = " ORDER_OF(
                                           "confirmed") ";"
                                                        "DELETE FROM orders_order WHERE customer_id = 'confirmed'"},
    {violation_kind::order_without_allocation, "a_confirmed_order_was_refused",
     "UPDATE inventory_decision SET decision = 'refused' WHERE order_id = " ORDER_OF("download")},
    {violation_kind::order_without_allocation, "a_confirmed_order_was_never_decided",
     "DELETE FROM inventory_decision WHERE order_id = " ORDER_OF("download")},
    {violation_kind::rejected_with_allocation, "a_cancelled_order_keeps_its_pieces",
     "UPDATE inventory_decision SET decision = 'allocated' WHERE order_id = " ORDER_OF("undone")},
    {violation_kind::lines_mismatch, "other_pieces_were_allocated_than_ordered",
     "UPDATE inventory_decision SET content = json_set(content, '$.lines[0].quantity', 7) WHERE order_id = " ORDER_OF(
         "download")},
    {violation_kind::shipment_mismatch, "more_was_shipped_than_left_the_shelf",
     "UPDATE orders_order SET outcome = json_set(outcome, '$.shipments[0].lines[0].quantity', 99) "
     "WHERE customer_id = 'shipped'"},
    {violation_kind::pending_without_operation, "nothing_will_ever_decide_an_order",
     "UPDATE orders_order SET status = 'pending', version = 1 WHERE customer_id = 'download';"
     "DELETE FROM notifications_delivery WHERE subject = " ORDER_OF(
         "download") ";"
                     "DELETE FROM orders_event WHERE version = 2 AND order_id = " ORDER_OF("download")},
    {violation_kind::history_gap, "a_step_in_between_is_missing",
     "DELETE FROM orders_event WHERE version = 3 AND order_id = " ORDER_OF("delivered")},
    {violation_kind::history_illegal_step, "an_order_was_delivered_before_it_was_confirmed",
     "UPDATE orders_event SET status = 'delivered' WHERE version = 2 AND order_id = " ORDER_OF("confirmed")},
    {violation_kind::history_missing, "the_last_step_is_missing",
     "DELETE FROM orders_event WHERE version = 3 AND order_id = " ORDER_OF("shipped")},
    {violation_kind::history_surplus, "an_order_is_older_than_its_history",
     "UPDATE orders_order SET version = 2 WHERE customer_id = 'shipped';"
     "DELETE FROM notifications_delivery WHERE sequence = 3 AND subject = " ORDER_OF("shipped")},
    {violation_kind::history_without_order, "a_history_tells_of_no_order",
     "DELETE FROM orders_key WHERE order_id = " ORDER_OF(
         "rejected") ";"
                     "DELETE FROM notifications_delivery WHERE subject = " ORDER_OF(
                         "rejected") ";"
                                     "DELETE FROM orders_order WHERE customer_id = 'rejected'"},
    {violation_kind::status_mismatch, "an_order_says_other_than_its_history",
     "UPDATE orders_order SET status = 'delivered' WHERE customer_id = 'shipped'"},
    {violation_kind::total_mismatch, "the_total_is_not_the_sum_of_the_lines",
     "UPDATE orders_order SET content = json_set(content, '$.total.amount', 1) WHERE customer_id = 'confirmed'"},
    {violation_kind::key_without_order, "a_key_answers_for_no_order",
     "UPDATE orders_key SET order_id = x'00000000000070008000000000000001' WHERE idempotency_key = 'confirmed'"},
    {violation_kind::key_missing, "a_key_of_a_movement_was_forgotten",
     "DELETE FROM orders_key WHERE order_id = x'00000000000000000000000000000000'"},
    {violation_kind::duplicate_key_order, "two_keys_placed_one_order",
     "UPDATE orders_key SET order_id = " ORDER_OF("confirmed") " WHERE idempotency_key = 'last'"},
    {violation_kind::delivery_without_event, "somebody_was_told_of_what_never_happened",
     "UPDATE notifications_delivery SET sequence = 99 WHERE subject = " ORDER_OF("confirmed")},
    {violation_kind::cursor_beyond_log, "a_subscriber_was_told_of_orders_that_never_were",
     "UPDATE orders_cursor SET told = told + 1000"},
    {violation_kind::cursor_beyond_log, "a_subscriber_was_told_of_stock_that_never_was",
     "INSERT INTO inventory_cursor VALUES ('products', 1, 1000, 0)"},
};

/// The first words of the lines that name violations.
std::set<std::string> names_in(std::string const& report) {
    std::set<std::string> out;
    std::istringstream lines(report);
    for (std::string line; std::getline(lines, line);) {
        auto const word = line.substr(0, line.find(' '));
        if (shop::from_word<violation_kind>(word)) out.insert(word);
    }
    return out;
}

class sample_audit : public testing::Test {
protected:
    static void SetUpTestSuite() {
        healthy_ = new shop_test::scratch;
        shop_test::fill_sample_store(shop::storage::sqlite(healthy_->file("shop.db")));
    }
    static void TearDownTestSuite() { delete healthy_; }

    /// A copy to damage.
    std::string copy() const {
        for (auto const* part : {"shop.db", "shop.db-wal"}) {
            std::error_code absent;
            std::filesystem::copy_file(healthy_->file(part), copies_.file(part), absent);
        }
        return copies_.file("shop.db");
    }

    static inline shop_test::scratch* healthy_ = nullptr;
    shop_test::scratch copies_;
};

class audit_bites : public sample_audit, public testing::WithParamInterface<wound> {};

TEST_P(audit_bites, names_just_this_violation_and_exits_with_1) {
    auto const store = copy();
    damage(store, GetParam().sql, GetParam().reseal);

    auto const audit = shop_test::run_server({"audit", "--store", "sqlite:" + store});

    EXPECT_EQ(audit.code, 1) << audit.out << audit.err;
    EXPECT_EQ(names_in(audit.out), std::set{std::string(to_word(GetParam().named))}) << audit.out << audit.err;
}

INSTANTIATE_TEST_SUITE_P(each, audit_bites, testing::ValuesIn(wounds), [](auto const& w) { return w.param.what; });

TEST_F(sample_audit, a_healthy_store_is_clean_and_exits_with_0) {
    auto const audit = shop_test::run_server({"audit", "--store", "sqlite:" + copy()});
    EXPECT_EQ(audit.code, 0) << audit.out << audit.err;
    EXPECT_EQ(names_in(audit.out), std::set<std::string>{}) << audit.out;
    EXPECT_THAT(audit.out, HasSubstr("audited 9 orders"));
    EXPECT_THAT(audit.out, HasSubstr("\nclean\n"));
}

TEST_F(sample_audit, resealing_alone_damages_nothing) {
    auto const store = copy();
    damage(store, "UPDATE products_product SET checksum = 0");
    EXPECT_EQ(shop_test::run_server({"audit", "--store", "sqlite:" + store}).code, 0);
}

TEST(audit, each_violation_it_can_name_is_tested) {
    std::set<violation_kind> tested;
    for (auto const& w : wounds) tested.insert(w.named);
    EXPECT_EQ(tested.size(), words_of(violation_kind{}).size());
}

TEST(audit, docs_say_what_each_violation_means) {
    std::ifstream file(SHOP_SOURCE_DIR "/docs/operating.md");
    std::stringstream docs;
    docs << file.rdbuf();
    for (auto const word : words_of(violation_kind{})) {
        EXPECT_THAT(docs.str(), HasSubstr("| `" + std::string(word) + "` |"));
    }
}

TEST(audit, runs_inside_a_program_on_a_store_in_memory) {
    auto const kept = shop::storage::memory()({shop::system_scheduler(), shop::random_ids()}).value();
    shop::storage::factory const again = [&](shop::storage::context const&) -> shop::result<shop::stores> {
        return kept;
    };
    shop_test::fill_sample_store(again);
    shop::engine_options options;
    options.store = again;
    auto engine = shop::engine::open(std::move(options)).value();
    auto const report =
        boost::asio::co_spawn(engine.executor(), shop::audit(kept), boost::asio::use_future).get().value();
    EXPECT_THAT(report.violations, testing::IsEmpty());
    EXPECT_EQ(report.orders, 9u);
    EXPECT_EQ(report.decisions, 9u);
    EXPECT_EQ(report.open_operations, 0u);
    EXPECT_GT(report.movements, 10u);
}

TEST(audit, of_a_store_that_is_not_there_creates_none) {
    shop_test::scratch folder;
    auto const audit = shop_test::run_server({"audit", "--store", "sqlite:" + folder.file("nowhere.db")});
    EXPECT_EQ(audit.code, 66);
    EXPECT_FALSE(std::filesystem::exists(folder.file("nowhere.db")));
}

}  // namespace
