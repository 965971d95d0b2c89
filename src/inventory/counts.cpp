#include "inventory/counts.hpp"

#include <algorithm>

#include <shop/core/invariant.hpp>
#include <shop/core/limits.hpp>

namespace shop::inventory::rules {

namespace {

void check(stock_record const& row) {
    SHOP_INVARIANT(row.on_hand >= 0 && row.allocated >= 0 && row.held >= 0, "a count of stock is negative");
    SHOP_INVARIANT(promisable(row) >= 0, "more stock is promised than there is");
    SHOP_INVARIANT(row.on_hand <= limits::stock_count_max, "a count of stock is too large");
    SHOP_INVARIANT(row.location.is_main() || row.backorder_limit == 0, "stock is backordered away from main");
}

}  // namespace

error committed(stock_record const& row, std::string_view what, std::int64_t least) {
    error_details details;
    details.detail = std::to_string(row.on_hand) + " on hand and " + std::to_string(row.allocated + row.held) +
                     " promised: " + std::string(what) + " must be at least " + std::to_string(least);
    details.on_hand = row.on_hand;
    details.promised = row.allocated + row.held;
    details.least = least;
    return error(error_code::stock_committed, std::move(details));
}

stock_record const* find_row(std::span<stock_record const> locations, shop::location const& where) {
    auto const found = std::ranges::find(locations, where, &stock_record::location);
    return found == locations.end() ? nullptr : &*found;
}

result<stock_record*> make_row(rows& all, shop::sku const& which, shop::location const& where, char const* pointer) {
    auto& locations = all.edit_group<stock_record>({which});
    auto const add = [&](shop::location const& missing) {
        stock_record row;
        row.sku = which;
        row.location = missing;
        locations.push_back(std::move(row));
    };
    if (auto const* known = find_row(locations, where)) return &locations[known - locations.data()];
    if (locations.size() >= limits::locations_per_sku_max) {
        return invalid_at(pointer, "must be one of the " + std::to_string(limits::locations_per_sku_max) +
                                       " locations that the sku has: it cannot have more");
    }
    if (locations.empty() && !where.is_main()) add(shop::location());
    add(where);
    return &locations.back();
}

stock_record& edit_row(rows& all, shop::sku const& which, shop::location const& where) {
    auto& locations = all.edit_group_at<stock_record>(all.slot<stock_record>(std::tie(which)));
    auto const* known = find_row(locations, where);
    SHOP_INVARIANT(known != nullptr, "stock is promised where none was ever counted");
    return locations[known - locations.data()];
}

movement_record& change(rows& all, stock_record& row, count_change by, attempt const& now) {
    check(row);
    row.on_hand += by.on_hand;
    row.allocated += by.allocated;
    row.sequence += 1;
    row.updated_at = std::max(now.now, row.updated_at);
    check(row);

    movement_record line;
    line.sku = row.sku;
    line.location = row.location;
    line.sequence = row.sequence;
    line.kind = by.kind;
    line.on_hand_delta = by.on_hand;
    line.allocated_delta = by.allocated;
    line.on_hand = row.on_hand;
    line.allocated = row.allocated;
    line.at = row.updated_at;
    return all.insert(std::move(line));
}

namespace {

/// What people see of a sku.
struct shown_stock {
    availability_status status;
    std::int64_t available = 0;
    std::uint64_t version = 0;
    timestamp at;
};

shown_stock shown(std::span<stock_record const> locations) {
    shown_stock out{};
    std::int64_t low_stock_threshold = 0;
    bool untracked = false;
    for (auto const& row : locations) {
        out.available += row.available();
        out.version += row.sequence;
        out.at = std::max(out.at, row.updated_at);
        if (!row.location.is_main()) continue;
        low_stock_threshold = row.low_stock_threshold;
        untracked = row.untracked;
    }
    out.status = availability_of(out.available, low_stock_threshold, untracked);
    return out;
}

}  // namespace

void append_availability_events(rows& all) {
    for (auto const slot : all.edited<stock_record>()) {
        auto const before = all.loaded_at<stock_record>(slot);
        auto const after = all.group_at<stock_record>(slot);
        if (before.empty() || after.empty()) continue;
        auto const now = shown(after);
        if (now.status == availability_status::untracked || now.status == shown(before).status) continue;
        stock_event_record event;
        event.sku = after.front().sku;
        event.version = now.version;
        event.status = now.status;
        event.available = now.available;
        event.at = now.at;
        all.insert(std::move(event));
    }
}

sku_availability shown_availability(shop::sku const& which, std::span<stock_record const> locations) {
    sku_availability none;
    none.sku = which;
    if (locations.empty()) return none;
    auto const now = shown(locations);
    return {which, now.status, now.available, now.version, now.at};
}

stock_level level_of(shop::sku const& which, std::span<stock_record const> locations) {
    stock_level level;
    level.sku = which;
    level.locations.reserve(locations.size());
    for (auto const& row : locations) {
        level.on_hand += row.on_hand;
        level.allocated += row.allocated;
        level.held += row.held;
        level.available += row.available();
        level.version += row.sequence;
        if (row.location.is_main()) {
            level.low_stock_threshold = row.low_stock_threshold;
            level.backorder_limit = row.backorder_limit;
            level.untracked = row.untracked;
        }
        level.locations.push_back({row.location, row.on_hand, row.allocated, row.held, row.available()});
    }
    std::ranges::sort(level.locations, {},
                      [](location_level const& at) { return std::pair(!at.location.is_main(), at.location.text()); });
    return level;
}

movement movement_of(movement_record const& line) {
    return {line.sku,     line.location,  line.sequence, line.kind,      line.on_hand_delta, line.allocated_delta,
            line.on_hand, line.allocated, line.reason,   line.reference, line.order_id,      line.at,
            line.actor};
}

decided_order decided(decision_record const& row) {
    return {row.order_id, row.decision, row.content->lines, row.content->operations};
}

}  // namespace shop::inventory::rules
