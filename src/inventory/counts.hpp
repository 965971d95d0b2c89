#pragma once

#include <shop/inventory/rules.hpp>

/// What every rule that changes a count goes through.
namespace shop::inventory::rules {

/// What one line of the ledger changes.
struct count_change {
    movement_kind kind;
    std::int64_t on_hand = 0;
    std::int64_t allocated = 0;
};

/// How many pieces may still be promised from a row, backorders included.
inline std::int64_t promisable(stock_record const& row) {
    return row.available() + row.backorder_limit;
}

/// That a change would take what is promised of a row.
/// @param what must be at least `least`: `the count`.
error committed(stock_record const& row, std::string_view what, std::int64_t least);

stock_record const* find_row(std::span<stock_record const> locations, shop::location const& where);
/// The row of a place, made if it was missing, as is the row of `main` without which no other exists.
/// @par Errors
/// `invalid_value` at `pointer` when the sku has too many locations.
result<stock_record*> make_row(rows& all, shop::sku const& which, shop::location const& where, char const* pointer);
/// A row that must exist, to be changed.
stock_record& edit_row(rows& all, shop::sku const& which, shop::location const& where);

/// Changes a row, appends the line of the ledger that explains it, and checks that no count left its bounds.
/// @return the line, for the references it should carry; valid until the next change.
movement_record& change(rows& all, stock_record& row, count_change by, attempt const& now);

}  // namespace shop::inventory::rules
