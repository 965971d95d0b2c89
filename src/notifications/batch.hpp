#pragma once

#include <variant>

#include <shop/notifications/rules.hpp>

#include "records/command_batch.hpp"

namespace shop::notifications {

using any_command = std::variant<rules::redeliver, set_preferences, suppress_address, unsuppress_address>;
using any_answer = std::variant<delivery, preferences, suppression>;

/// Commands of callers, of all kinds, as one decision.
class batch final : public detail::command_batch<store_schema, any_command, any_answer> {
public:
    using command_batch::command_batch;

protected:
    void want(keys& all, any_command const& command) const override {
        std::visit([&](auto const& c) { rules::want(all, c); }, command);
    }
    result<any_answer> apply(rows& all, any_command const& command, attempt const& now) const override {
        return std::visit(
            [&](auto const& c) -> result<any_answer> {
                auto answer = rules::decide(all, c, now);
                if (!answer) return answer.error();
                return any_answer(std::move(*answer));
            },
            command);
    }
    bool stands(rows const& all, any_answer const& answer) const override {
        if (auto const* then = std::get_if<preferences>(&answer)) {
            auto const* row = all.find<preferences_record>({then->customer_id});
            return row != nullptr && rules::view(then->customer_id, row) == *then;
        }
        if (auto const* then = std::get_if<suppression>(&answer)) {
            return all.find<suppression_record>({then->address}) == nullptr;  // what was taken off is gone
        }
        return false;
    }
};

}  // namespace shop::notifications
