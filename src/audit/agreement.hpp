#pragma once

#include <map>
#include <optional>
#include <string>

#include <shop/audit.hpp>
#include <shop/inventory/store.hpp>
#include <shop/orders/store.hpp>

namespace shop::auditing {

using pieces_by_sku = std::map<sku, std::int64_t>;

/// What a decision still promises: its lines less what was shipped or released of them.
std::vector<inventory::allocated_line> still_promised(inventory::decision_record const& decision);

struct disagreement {
    violation_kind kind;
    std::string detail;
};

/// Whether an order without an open operation agrees with what the inventory decided about it.
/// @param decision nothing if there is none.
std::optional<disagreement> compare(orders::order_record const& order, inventory::decision_record const* decision);

/// Whether the lines add up to the total (I9).
bool adds_up(orders::order_content const& content);

}  // namespace shop::auditing
