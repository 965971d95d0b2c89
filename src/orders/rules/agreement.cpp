// Whether orders and inventory tell the same story.

#include <map>

#include <shop/orders/rules.hpp>

namespace shop::orders::rules {
namespace {

using pieces_by_sku = std::map<sku, std::int64_t>;

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

pieces_by_sku taken(inventory::decided_order const& decision, inventory::movement_kind kind) {
    pieces_by_sku out;
    for (auto const& o : decision.operations) {
        if (o.kind != kind) continue;
        for (auto const& l : o.lines) out[l.sku] += l.quantity;
    }
    return out;
}

std::string words(order_record const& order, inventory::decided_order const* decision) {
    std::string out = "the order is " + std::string(to_word(order.status)) + ", the inventory ";
    return decision ? out + "says " + std::string(to_word(decision->decision)) : out + "knows nothing of it";
}

std::optional<disagreement> compare_promised(order_record const& order, inventory::decided_order const* decision) {
    if (!decision || decision->decision != inventory::decision::allocated) {
        return disagreement{disagreement_kind::order_without_allocation, words(order, decision)};
    }
    if (sum(decision->lines) != ordered(order)) {
        return disagreement{disagreement_kind::lines_mismatch, "other lines were allocated than were ordered"};
    }
    auto const shipped = in_shipments(order);
    if (taken(*decision, inventory::movement_kind::shipped) != shipped) {
        return disagreement{disagreement_kind::shipment_mismatch,
                            "the inventory shipped other pieces than the order says"};
    }
    if (facts_of(order.status).claim == claim::shipped && shipped != ordered(order)) {
        return disagreement{disagreement_kind::shipment_mismatch, "shipped, but not all of it"};
    }
    return std::nullopt;
}

}  // namespace

std::optional<disagreement> compare(order_record const& order, inventory::decided_order const* decision) {
    switch (facts_of(order.status).claim) {
        case claim::undecided:
            return disagreement{disagreement_kind::pending_without_operation, "nothing will ever decide it"};
        case claim::allocated:
        case claim::shipped:
            return compare_promised(order, decision);
        case claim::none:
            if (!decision || decision->decision == inventory::decision::allocated) {
                return disagreement{disagreement_kind::rejected_with_allocation, words(order, decision)};
            }
            return std::nullopt;
    }
    return std::nullopt;
}

}  // namespace shop::orders::rules
