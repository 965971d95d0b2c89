#include <algorithm>

#include <shop/core/invariant.hpp>

#include "inventory/counts.hpp"

namespace shop::inventory::rules {

namespace {

order_stock as_it_stands(decision_record const& known) {
    order_stock stock{known.order_id, known.decision, {}};
    if (known.decision == decision::allocated) stock.lines = still_promised(known.content.get());
    return stock;
}

bool was_applied(decision_content const& content, shop::operation_id operation) {
    return std::ranges::find(content.operations, operation, &applied_operation::id) != content.operations.end();
}

/// Changes the rows that lines were promised from. Untracked ones have none.
void change_lines(rows& all, decision_record const& of, applied_operation const& by, attempt const& now) {
    bool const leaves = by.kind == movement_kind::shipped;
    for (auto const& line : by.lines) {
        if (line.untracked) continue;
        auto& row = edit_row(all, line.sku, line.location);
        SHOP_INVARIANT(row.allocated >= line.quantity, "an order is promised more than the row of its stock says");
        auto& entry = change(all, row, {by.kind, leaves ? -line.quantity : 0, -line.quantity}, now);
        entry.order_id = of.order_id;
        entry.operation = by.id;
    }
}

/// Applies an operation to the rest of a promise and remembers it.
order_stock conclude(rows& all, decision_record const& known, applied_operation done, decision then,
                     attempt const& now) {
    change_lines(all, known, done, now);
    auto content = known.content.get();
    content.operations.push_back(std::move(done));
    auto& kept = all.edit<decision_record>({known.order_id});
    kept.decision = then;
    kept.content = document<decision_content>(std::move(content));
    return as_it_stands(kept);
}

std::vector<shortage> not_on_the_shelf(rows const& all, std::vector<allocated_line> const& lines) {
    std::vector<shortage> missing;
    for (auto const& line : lines) {
        if (line.untracked) continue;
        auto const* row = find_row(all.group<stock_record>({line.sku}), line.location);
        SHOP_INVARIANT(row != nullptr, "stock is promised where none was ever counted");
        if (row->on_hand < line.quantity) missing.push_back({line.sku, line.quantity, row->on_hand});
    }
    return missing;
}

}  // namespace

void want(keys& all, release_order const& command) {
    all.add<decision_record>({command.order_id});
}
void want(keys& all, ship_order const& command) {
    all.add<decision_record>({command.order_id});
}
void want_promised(keys& more, loaded_rows<store_schema> const& loaded, shop::order_id order) {
    auto const* known = loaded.find<decision_record>({order});
    if (known == nullptr || known->decision != decision::allocated) return;
    for (auto const& line : known->content->lines) {
        if (!line.untracked && !loaded.slot<stock_record>(std::tie(line.sku))) more.add<stock_record>({line.sku});
    }
}

std::vector<allocated_line> still_promised(decision_content const& content) {
    auto rest = content.lines;
    for (auto const& done : content.operations) {
        if (done.kind != movement_kind::shipped && done.kind != movement_kind::released) continue;
        for (auto const& gone : done.lines) {
            auto const from = std::ranges::find_if(
                rest, [&](auto const& l) { return l.sku == gone.sku && l.location == gone.location; });
            SHOP_INVARIANT(from != rest.end() && from->quantity >= gone.quantity,
                           "more was shipped or released than was promised");
            from->quantity -= gone.quantity;
        }
    }
    std::erase_if(rest, [](auto const& l) { return l.quantity == 0; });
    return rest;
}

result<order_stock> release(rows& all, release_order const& command, attempt const& now) {
    auto const* known = all.find<decision_record>({command.order_id});
    if (known == nullptr) {
        decision_content
            content;  // the first word about an order stands for ever: an allocation may still be on its way
        content.operations.push_back({command.operation, movement_kind::released, {}});
        return as_it_stands(all.insert(decision_record{command.order_id, 0, decision::released,
                                                       document<decision_content>(std::move(content)), now.now}));
    }
    if (known->decision != decision::allocated) return as_it_stands(*known);
    return conclude(all, *known, {command.operation, movement_kind::released, still_promised(known->content.get())},
                    decision::released, now);
}

result<order_stock> ship(rows& all, ship_order const& command, attempt const& now) {
    auto const* known = all.find<decision_record>({command.order_id});
    if (known == nullptr) return error(error_code::not_found, "nothing was ever promised to this order");
    if (was_applied(known->content.get(), command.operation)) return as_it_stands(*known);
    switch (known->decision) {
        case decision::refused:
            return error(error_code::allocation_refused);
        case decision::released:
            return error(error_code::allocation_released);
        case decision::allocated:
            break;
    }
    auto rest = still_promised(known->content.get());
    if (rest.empty()) return error(error_code::not_found, "nothing is promised to this order any more");
    if (auto missing = not_on_the_shelf(all, rest); !missing.empty()) {
        error_details details;
        details.shortages = std::move(missing);
        return error(error_code::insufficient_stock, std::move(details));
    }
    return conclude(all, *known, {command.operation, movement_kind::shipped, std::move(rest)}, decision::allocated,
                    now);
}

}  // namespace shop::inventory::rules
