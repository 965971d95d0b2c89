#pragma once

#include <vector>

#include <shop/inventory/store.hpp>
#include <shop/orders/store.hpp>

namespace shop::auditing {

/// What a decision still promises: its lines less what was shipped or released of them.
std::vector<inventory::allocated_line> still_promised(inventory::decision_record const& decision);

/// Whether the lines add up to the total (I9).
bool adds_up(orders::order_content const& content);

}  // namespace shop::auditing
