#include "audit/agreement.hpp"

namespace shop::auditing {

using inventory::allocated_line;
using inventory::decision_record;
using inventory::movement_kind;
using orders::order_record;
using orders::status;

namespace {

template <class Lines>
pieces_by_sku sum(Lines const& lines) {
    pieces_by_sku out;
    for (auto const& l : lines) out[l.sku] += l.quantity;
    return out;
}

pieces_by_sku ordered(order_record const& order) {
    pieces_by_sku out;
    for (auto const& l : order.content->lines) out[l.sku] += l.quantity.count();
    return out;
}

pieces_by_sku in_shipments(order_record const& order) {
    pieces_by_sku out;
    for (auto const& s : order.outcome->shipments) {
        for (auto const& l : s.lines) out[l.sku] += l.quantity;
    }
    return out;
}

pieces_by_sku taken(decision_record const& decision, movement_kind kind) {
    pieces_by_sku out;
    for (auto const& o : decision.content->operations) {
        if (o.kind != kind) continue;
        for (auto const& l : o.lines) out[l.sku] += l.quantity;
    }
    return out;
}

std::string words(order_record const& order, decision_record const* decision) {
    std::string out = "the order is " + std::string(to_word(order.status)) + ", the inventory ";
    return decision ? out + "says " + std::string(to_word(decision->decision)) : out + "knows nothing of it";
}

std::optional<disagreement> compare_promised(order_record const& order, decision_record const* decision) {
    if (!decision || decision->decision != inventory::decision::allocated) {
        return disagreement{violation_kind::order_without_allocation, words(order, decision)};
    }
    if (sum(decision->content->lines) != ordered(order)) {
        return disagreement{violation_kind::lines_mismatch, "other lines were allocated than were ordered"};
    }
    auto const shipped = in_shipments(order);
    if (taken(*decision, movement_kind::shipped) != shipped) {
        return disagreement{violation_kind::shipment_mismatch,
                            "the inventory shipped other pieces than the order says"};
    }
    bool const all_gone = order.status != status::confirmed && order.status != status::partially_shipped;
    if (all_gone && shipped != ordered(order)) {
        return disagreement{violation_kind::shipment_mismatch, "shipped, but not all of it"};
    }
    return std::nullopt;
}

}  // namespace

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

std::optional<disagreement> compare(order_record const& order, decision_record const* decision) {
    switch (order.status) {
        case status::pending:
            return disagreement{violation_kind::pending_without_operation, "nothing will ever decide it"};
        case status::confirmed:
        case status::partially_shipped:
        case status::shipped:
        case status::delivered:
        case status::returned:
            return compare_promised(order, decision);
        case status::rejected:
        case status::cancelled:
            if (!decision || decision->decision == inventory::decision::allocated) {
                return disagreement{violation_kind::rejected_with_allocation, words(order, decision)};
            }
            return std::nullopt;
        case status::closed:
            return std::nullopt;
    }
    return std::nullopt;
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
