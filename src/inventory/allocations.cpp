#include <algorithm>
#include <utility>

#include <shop/core/limits.hpp>

#include "inventory/counts.hpp"

namespace shop::inventory::rules {

namespace {

/// What an order wants of one sku.
struct demand {
    shop::sku const* sku;
    std::int64_t pieces;
    std::size_t slot = 0;  // of its stock among the loaded rows
};

/// Lines of one sku are summed, so that they cannot pass one by one what is refused together.
std::vector<demand> demands_of(std::vector<line> const& lines) {
    std::vector<demand> all;
    all.reserve(lines.size());
    for (auto const& l : lines) all.push_back({&l.sku, l.quantity.count()});
    std::sort(all.begin(), all.end(), [](demand const& a, demand const& b) { return *a.sku < *b.sku; });
    std::size_t kept = 0;
    for (std::size_t i = 1; i < all.size(); ++i) {
        if (*all[i].sku == *all[kept].sku) {
            all[kept].pieces += all[i].pieces;
        } else {
            all[++kept] = all[i];
        }
    }
    all.resize(kept + 1);
    return all;
}

bool is_untracked(std::span<stock_record const> locations) {
    return std::ranges::any_of(locations, &stock_record::untracked);
}

std::vector<shortage> shortages_of(rows const& all, std::vector<demand>& wanted) {
    std::vector<shortage> missing;
    for (auto& want : wanted) {
        want.slot = all.slot<stock_record>(std::tie(*want.sku));
        auto const locations = all.group_at<stock_record>(want.slot);
        if (is_untracked(locations)) continue;
        std::int64_t available = 0;
        for (auto const& row : locations) available += std::max<std::int64_t>(promisable(row), 0);
        if (available < want.pieces) missing.push_back({*want.sku, want.pieces, available});
    }
    return missing;
}

/// One taking of stock from the places of a sku.
class promise {
public:
    promise(rows& all, allocate_order const& command, attempt const& now, std::vector<allocated_line>& lines)
        : all_(all), command_(command), now_(now), lines_(lines) {}

    /// @pre there is enough.
    void make(demand const& want) {
        if (is_untracked(all_.group_at<stock_record>(want.slot))) {
            lines_.push_back({*want.sku, {}, want.pieces, true});
            return;
        }
        auto& locations = all_.edit_group_at<stock_record>(want.slot);
        if (locations.size() == 1) {
            take(locations.front(), want.pieces);
        } else {
            spread(locations, want.pieces);
        }
    }

private:
    void take(stock_record& row, std::int64_t pieces) {
        if (pieces == 0) return;
        auto& line = change(all_, row, {.kind = movement_kind::allocated, .allocated = pieces}, now_);
        line.order_id = command_.order_id;
        lines_.push_back({row.sku, row.location, pieces});
    }

    /// What lies there from `main`, then from the others by name; what goes beyond is promised on `main`.
    void spread(std::vector<stock_record>& locations, std::int64_t pieces) {
        std::vector<stock_record*> order;
        order.reserve(locations.size());
        for (auto& row : locations) order.push_back(&row);
        std::ranges::sort(order, {}, [](stock_record const* row) {
            return std::pair(!row->location.is_main(), row->location.text());
        });
        std::vector<std::int64_t> shares;
        shares.reserve(order.size());
        for (auto const* row : order) {
            shares.push_back(std::clamp<std::int64_t>(row->available(), 0, pieces));
            pieces -= shares.back();
        }
        shares.front() += pieces;
        for (std::size_t i = 0; i < order.size(); ++i) take(*order[i], shares[i]);
    }

    rows& all_;
    allocate_order const& command_;
    attempt const& now_;
    std::vector<allocated_line>& lines_;
};

error refused(std::vector<shortage> missing) {
    error_details details;
    details.shortages = std::move(missing);
    return error(error_code::out_of_stock, std::move(details));
}

result<allocation> as_recorded(decision_record const& known) {
    switch (known.decision) {
        case decision::allocated:
            return allocation{known.order_id, known.content->lines};
        case decision::refused:
            return refused(known.content->shortages);
        case decision::released:
            return error(error_code::allocation_released);
    }
    return error(error_code::store_corrupt);
}

}  // namespace

void want(keys& all, allocate_order const& command) {
    all.add<decision_record>({command.order_id});
    for (auto const& l : command.lines) all.add<stock_record>({l.sku});
}

result<allocation> allocate(rows& all, allocate_order const& command, attempt const& now) {
    if (auto const* known = all.find<decision_record>({command.order_id})) return as_recorded(*known);
    if (command.lines.empty() || command.lines.size() > limits::order_lines_max) {
        return invalid_at("/lines", "must have 1 to " + std::to_string(limits::order_lines_max) + " items");
    }
    auto wanted = demands_of(command.lines);
    auto missing = shortages_of(all, wanted);
    decision_content content;
    if (missing.empty()) {
        content.lines.reserve(wanted.size());
        promise promised(all, command, now, content.lines);
        for (auto const& one : wanted) promised.make(one);
    } else {
        content.shortages = missing;
    }
    auto const made = missing.empty() ? decision::allocated : decision::refused;
    allocation answer{command.order_id, content.lines};
    all.insert(decision_record{command.order_id, 0, made, document<decision_content>(std::move(content)), now.now});
    if (made == decision::refused) return refused(std::move(missing));
    return answer;
}

}  // namespace shop::inventory::rules
