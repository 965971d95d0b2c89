#pragma once

#include <gmock/gmock.h>

#include <map>

#include "inventory/batch.hpp"
#include "unit/held_rows.hpp"
#include "unit/refusals.hpp"

namespace shop::inventory::tests {

inline shop::order_id order(std::uint8_t number) {
    shop::order_id id;
    id.value.bytes[15] = number;
    return id;
}
inline shop::operation_id operation(std::uint8_t number) {
    shop::operation_id id;
    id.value.bytes[14] = number;
    return id;
}
inline line of(char const* sku, std::int64_t pieces) {
    return {shop::sku(sku), quantity(pieces)};
}
inline record_movement received(char const* sku, std::int64_t pieces, char const* where = "main") {
    record_movement c;
    c.sku = shop::sku(sku);
    c.quantity = quantity(pieces);
    c.location = location(where);
    return c;
}
inline record_movement adjusted(char const* sku, std::int64_t delta) {
    record_movement c;
    c.sku = shop::sku(sku);
    c.kind = movement_kind::adjusted;
    c.delta = delta;
    c.reason = "found behind the shelf";
    return c;
}
inline record_movement counted(char const* sku, std::int64_t set, std::int64_t expected) {
    auto c = adjusted(sku, 1);
    c.delta.reset();
    c.set = set;
    c.expected = expected;
    return c;
}
inline record_movement transferred(char const* sku, std::int64_t pieces, char const* from, char const* to) {
    record_movement c;
    c.sku = shop::sku(sku);
    c.kind = movement_kind::transferred;
    c.quantity = quantity(pieces);
    c.from = location(from);
    c.to = location(to);
    return c;
}

using shop::tests::code_of;
using shop::tests::pointers_of;

/// An inventory in maps. After each test its ledger must explain its counts.
class inventory_rules : public ::testing::Test {
protected:
    using answers = std::vector<result<any_answer>>;

    answers run_all(std::vector<any_command> commands) {
        batch b(std::move(commands));
        written = rows.run(b, {now});
        ledger_grew = b.appended().ledger;
        return b.take_answers();
    }
    template <class Answer, class Command>
    result<Answer> run(Command c) {
        auto answers = run_all({std::move(c)});
        if (!answers[0]) return answers[0].error();
        return std::get<Answer>(*answers[0]);
    }
    result<recorded> record(record_movement c) {
        if (!c.reference) c.reference = "reference-" + std::to_string(++references);
        return run<recorded>(rules::book_movement{std::move(c), {}, true});
    }
    /// Under an idempotency key, as callers do.
    result<recorded> record(record_movement c, std::string account, std::string key) {
        auto const print = fingerprint_of("inventory.record", json::encode(c));
        return run<recorded>(
            rules::book_movement{std::move(c), call_key{std::move(account), std::move(key), print}, true});
    }
    void have(char const* sku, std::int64_t pieces, char const* where = "main") {
        ASSERT_TRUE(record(received(sku, pieces, where)));
    }
    void allow_backorders(char const* sku, std::int64_t pieces) {
        ASSERT_TRUE(run<stock_level>(configure_stock(shop::sku(sku)).backorder(pieces)));
    }
    result<allocation> allocate(std::uint8_t number, std::vector<line> lines) {
        return run<allocation>(allocate_order(order(number), std::move(lines)));
    }
    result<order_stock> release(std::uint8_t number, std::uint8_t op = 1) {
        return run<order_stock>(release_order(order(number), operation(op)));
    }
    result<order_stock> ship(std::uint8_t number, std::uint8_t op = 1) {
        return run<order_stock>(ship_order(order(number), operation(op)));
    }
    stock_record at(char const* sku, char const* where = "main") {
        auto const* row = rows.find<stock_record>({shop::sku(sku), location(where)});
        return row ? *row : stock_record{};
    }
    std::vector<movement_record> ledger() { return rows.all<movement_record>(); }
    movement_record last_line() { return ledger().back(); }

    void TearDown() override {
        std::map<std::pair<shop::sku, location>, stock_record> explained;
        for (auto const& line : ledger()) {
            auto& sum = explained[{line.sku, line.location}];
            sum.on_hand += line.on_hand_delta;
            sum.allocated += line.allocated_delta;
            EXPECT_EQ(line.sequence, ++sum.sequence);
            EXPECT_EQ(line.on_hand, sum.on_hand);
            EXPECT_EQ(line.allocated, sum.allocated);
        }
        for (auto const& row : rows.all<stock_record>()) {
            auto const& sum = explained[{row.sku, row.location}];
            EXPECT_EQ(row.on_hand, sum.on_hand) << row.sku.text() << ' ' << row.location.text();
            EXPECT_EQ(row.allocated, sum.allocated) << row.sku.text() << ' ' << row.location.text();
            EXPECT_EQ(row.sequence, sum.sequence) << row.sku.text() << ' ' << row.location.text();
        }
    }

    shop::tests::held_rows<store_schema> rows;
    changes<store_schema> written;
    bool ledger_grew = false;
    timestamp now{std::chrono::milliseconds(1'700'000'000'000)};
    int references = 0;
};

}  // namespace shop::inventory::tests
