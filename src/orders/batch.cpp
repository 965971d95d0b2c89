#include "batch.hpp"

#include <algorithm>
#include <functional>
#include <vector>

namespace shop::orders {

namespace {

/// The store raises the revision of what it writes. An order that a later command of the batch changed again is not
/// what is written, and keeps the one that was loaded.
void tell_revisions(std::vector<order_record> const& written, std::vector<result<rules::outcome>>& answers) {
    std::vector<order_record const*> by_id;
    by_id.reserve(written.size());
    for (auto const& order : written) by_id.push_back(&order);
    std::ranges::sort(by_id, std::less<>{}, &order_record::id);
    for (auto& answer : answers) {
        if (!answer || !answer->fresh) continue;
        auto& order = answer->order;
        auto const at = std::ranges::lower_bound(by_id, order.id, std::less<>{}, &order_record::id);
        if (at != by_id.end() && **at == order) ++order.revision;
    }
}

}  // namespace

expected_rows<store_schema> batch::expected() const {
    expected_rows<store_schema> all;
    for (auto const& one : commands()) {
        std::visit([&](auto const& c) { rules::expect(all, c); }, one);
    }
    return all;
}

void batch::want(keys& all, command const& one) const {
    std::visit([&](auto const& c) { rules::want(all, c); }, one);
}

void batch::want_more(keys& more, loaded_rows<store_schema> const& loaded, command const& one) const {
    if (auto const* placing = std::get_if<rules::begin_placing>(&one)) rules::want_more(more, loaded, *placing);
}

result<rules::outcome> batch::apply(rows& all, command const& one, attempt const& now) const {
    return std::visit([&](auto const& c) { return rules::decide(all, c, now); }, one);
}

void batch::decided(changes<store_schema> const& out, answers& all) {
    auto const is_news = [](event_record const& e) { return e.version > 1; };
    // A run before may have been committed after all.
    has_news_ = has_news_ || std::ranges::any_of(out.puts<event_record>(), is_news);
    tell_revisions(out.puts<order_record>(), all);
}

}  // namespace shop::orders
