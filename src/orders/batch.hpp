#pragma once

#include <variant>

#include <shop/orders/rules.hpp>

#include "records/command_batch.hpp"

namespace shop::orders {

/// Every command that changes the order store.
using command = std::variant<rules::begin_placing, rules::begin_transition, rules::conclude>;

/// Commands of many callers, decided in one transaction.
class batch final : public detail::command_batch<store_schema, command, rules::outcome> {
public:
    using command_batch::command_batch;

    expected_rows<store_schema> expected() const override;

    /// Whether somebody is to be told of what was decided; that an order is pending is history only.
    bool has_news() const { return has_news_; }

protected:
    void want(keys& all, command const& one) const override;
    void want_more(keys& more, loaded_rows<store_schema> const& loaded, command const& one) const override;
    result<rules::outcome> apply(rows& all, command const& one, attempt const& now) const override;
    void decided(changes<store_schema> const& out, answers& all) override;

private:
    bool has_news_ = false;
};

}  // namespace shop::orders
