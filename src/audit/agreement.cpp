#include "audit/agreement.hpp"

namespace shop::auditing {

using inventory::allocated_line;
using inventory::decision_record;
using inventory::movement_kind;

std::vector<allocated_line> still_promised(decision_record const& decision) {
    if (decision.decision != inventory::decision::allocated) return {};
    auto lines = decision.content->lines;
    for (auto const& operation : decision.content->operations) {
        if (operation.kind != movement_kind::shipped && operation.kind != movement_kind::released) continue;
        for (auto const& gone : operation.lines) {
            for (auto& l : lines) {
                if (l.sku == gone.sku && l.location == gone.location) l.quantity -= gone.quantity;
            }
        }
    }
    return lines;
}

bool adds_up(orders::order_content const& content) {
    if (content.lines.empty()) return false;
    money total(0, content.total.currency());
    for (auto const& l : content.lines) {
        auto const line_total = l.unit_price.times(l.quantity.count());
        if (!line_total || *line_total != l.line_total) return false;
        auto const sum = total.plus(*line_total);
        if (!sum) return false;
        total = *sum;
    }
    return total == content.total;
}

}  // namespace shop::auditing
