#pragma once

#include <utility>
#include <vector>

#include <shop/notifications/rules.hpp>

namespace shop::notifications {

/// Commands without answers as one decision: each is applied to what the ones before it left.
template <class Command>
class decisions final : public decision_batch<store_schema> {
public:
    explicit decisions(std::vector<Command> commands) : commands_(std::move(commands)) {}

    key_set<store_schema> wanted() const override {
        key_set<store_schema> keys;
        for (auto const& c : commands_) rules::want(keys, c);
        return keys;
    }
    expected_rows<store_schema> expected() const override {
        expected_rows<store_schema> rows;
        for (auto const& c : commands_) rules::expect(rows, c);
        return rows;
    }
    boost::system::result<changes<store_schema>, key_set<store_schema>> decide(loaded_rows<store_schema> const& rows,
                                                                               attempt const& now) override {
        rules::rows state(rows);
        for (auto const& c : commands_) rules::decide(state, c, now);
        return state.take_changes();
    }

private:
    std::vector<Command> commands_;
};

}  // namespace shop::notifications
