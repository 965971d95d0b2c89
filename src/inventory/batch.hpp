#pragma once

#include <variant>

#include <shop/inventory/make_service.hpp>
#include <shop/inventory/rules.hpp>

#include "records/command_batch.hpp"

namespace shop::inventory {

using any_command = std::variant<configure_stock, rules::book_movement, allocate_order, release_order, ship_order>;
using any_answer = std::variant<stock_level, recorded, allocation, order_stock>;

/// Commands of the inventory, of all kinds and callers, as one decision.
class batch final : public detail::command_batch<store_schema, any_command, any_answer> {
public:
    using command_batch::command_batch;

    /// What the last run added to.
    appended_logs appended() const { return appended_; }

protected:
    void want(keys& all, any_command const& command) const override;
    void want_more(keys& more, loaded_rows<store_schema> const& loaded, any_command const& command) const override;
    result<any_answer> apply(rows& all, any_command const& command, attempt const& now) const override;
    bool stands(rows const& all, any_answer const& answer) const override;
    void conclude(rows& all) const override;
    void decided(changes<store_schema> const& out, answers& all) override;

private:
    appended_logs appended_;
};

}  // namespace shop::inventory
