#include "agreement.hpp"

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
    std::int64_t total = 0;  // not as `money`: what was stored before its limit is judged, too
    for (auto const& l : content.lines) {
        std::int64_t line_total = 0;
        if (l.unit_price.currency() != content.total.currency()) return false;
        if (__builtin_mul_overflow(l.unit_price.amount(), l.quantity.count(), &line_total)) return false;
        if (l.line_total != money(line_total, content.total.currency())) return false;
        if (__builtin_add_overflow(total, line_total, &total)) return false;
    }
    return content.total.amount() == total;
}

}  // namespace shop::auditing
