#include <shop/core/field_errors.hpp>
#include <shop/core/limits.hpp>
#include <shop/core/read_only.hpp>

#include "inventory/counts.hpp"

namespace shop::inventory::rules {

namespace {

result<void> check(configure_stock const& command) {
    field_errors in;
    auto const check_one = [&](char const* pointer, std::optional<std::int64_t> value) {
        in.must(!value || (*value >= 0 && *value <= limits::stock_count_max), pointer,
                "must be 0 to " + std::to_string(limits::stock_count_max));
    };
    check_one("/low_stock_threshold", command.low_stock_threshold);
    check_one("/backorder_limit", command.backorder_limit);
    return std::move(in).done();
}

struct settings {
    std::int64_t low_stock_threshold = 0;
    std::int64_t backorder_limit = 0;
    bool untracked = false;
    friend bool operator==(settings const&, settings const&) = default;
};

}  // namespace

void want(keys& all, configure_stock const& command) {
    all.add<stock_record>({command.sku});
}

result<stock_level> configure(rows& all, configure_stock const& command, attempt const& now) {
    if (auto good = check(command); !good) return good.error();
    auto const before = level_of(command.sku, all.group<stock_record>({command.sku}));
    bool const known = !before.locations.empty();
    if ((command.if_none_match && known) || (command.if_match && *command.if_match != before.version)) {
        error_details details;
        details.current_version = before.version;
        return error(error_code::version_mismatch, std::move(details));
    }
    if (command.guarded && known && !command.if_match) {
        return error(error_code::version_required, "send the ETag of what you read as `If-Match`");
    }
    if (auto same = check_read_only_members(command, before); !same) return same.error();
    settings const had{before.low_stock_threshold, before.backorder_limit, before.untracked};
    settings const gets{command.low_stock_threshold.value_or(had.low_stock_threshold),
                        command.backorder_limit.value_or(had.backorder_limit),
                        command.untracked.value_or(had.untracked)};
    if (known && gets == had) return before;
    if (known) {
        auto const& main = *find_row(all.group<stock_record>({command.sku}), location());
        if (main.available() < -gets.backorder_limit) return committed(main, "the backorder limit", -main.available());
    }
    auto main = make_row(all, command.sku, location(), "/sku");
    if (!main) return main.error();
    auto& row = **main;
    row.low_stock_threshold = gets.low_stock_threshold;
    row.backorder_limit = gets.backorder_limit;
    row.untracked = gets.untracked;
    change(all, row, {movement_kind::configured}, now).actor = now.by;
    return level_of(command.sku, all.group<stock_record>({command.sku}));
}

}  // namespace shop::inventory::rules
