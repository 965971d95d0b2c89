#pragma once

#include <algorithm>
#include <functional>
#include <variant>
#include <vector>

#include <shop/orders/rules.hpp>

namespace shop::orders {

/// Every command that changes the order store.
using command = std::variant<rules::begin_placing, rules::begin_transition, rules::conclude>;

/// Commands of many callers, decided in one transaction.
class batch final : public decision_batch<store_schema> {
public:
    explicit batch(std::vector<command> commands) : commands_(std::move(commands)) {}

    key_set<store_schema> wanted() const override {
        key_set<store_schema> keys;
        for (auto const& c : commands_) {
            std::visit([&](auto const& one) { rules::want(keys, one); }, c);
        }
        return keys;
    }

    expected_rows<store_schema> expected() const override {
        expected_rows<store_schema> rows;
        for (auto const& c : commands_) {
            std::visit([&](auto const& one) { rules::expect(rows, one); }, c);
        }
        return rows;
    }

    boost::system::result<changes<store_schema>, key_set<store_schema>> decide(loaded_rows<store_schema> const& rows,
                                                                               attempt const& now) override {
        rules::rows state(rows);
        key_set<store_schema> more;
        for (auto const& c : commands_) {
            if (auto const* placing = std::get_if<rules::begin_placing>(&c)) rules::want_more(more, state, *placing);
        }
        if (!more.empty()) return more;
        answers_.clear();
        answers_.reserve(commands_.size());
        for (auto const& c : commands_) {
            answers_.push_back(std::visit([&](auto const& one) { return rules::decide(state, one, now); }, c));
        }
        auto out = state.take_changes();
        auto const& events = out.puts<event_record>();
        auto const is_news = [](event_record const& e) { return e.version > 1; };
        // A run before may have been committed after all.
        has_news_ = has_news_ || std::any_of(events.begin(), events.end(), is_news);
        tell_revisions(out.puts<order_record>());
        return out;
    }

    /// Whether somebody is to be told of what was decided; that an order is pending is history only.
    bool has_news() const { return has_news_; }

    std::vector<result<rules::outcome>>& answers() { return answers_; }

private:
    /// The store raises the revision of what it writes. An order that a later command of the batch changed again is not
    /// what is written, and keeps the one that was loaded.
    void tell_revisions(std::vector<order_record> const& written) {
        std::vector<order_record const*> by_id;
        by_id.reserve(written.size());
        for (auto const& order : written) by_id.push_back(&order);
        std::ranges::sort(by_id, std::less<>{}, &order_record::id);
        for (auto& answer : answers_) {
            if (!answer || !answer->fresh) continue;
            auto& order = answer->order;
            auto const at = std::ranges::lower_bound(by_id, order.id, std::less<>{}, &order_record::id);
            if (at != by_id.end() && **at == order) ++order.revision;
        }
    }

    std::vector<command> commands_;
    std::vector<result<rules::outcome>> answers_;
    bool has_news_ = false;
};

}  // namespace shop::orders
