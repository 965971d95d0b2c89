#include "inventory/batch.hpp"

namespace shop::inventory {

namespace {

template <class Answer>
result<any_answer> any(result<Answer> answer) {
    if (!answer) return answer.error();
    return any_answer(std::move(*answer));
}

result<any_answer> apply_one(rules::rows& all, configure_stock const& c, attempt const& now) {
    return any(rules::configure(all, c, now));
}
result<any_answer> apply_one(rules::rows& all, rules::book_movement const& c, attempt const& now) {
    return any(rules::record(all, c, now));
}
result<any_answer> apply_one(rules::rows& all, allocate_order const& c, attempt const& now) {
    return any(rules::allocate(all, c, now));
}
result<any_answer> apply_one(rules::rows& all, release_order const& c, attempt const& now) {
    return any(rules::release(all, c, now));
}
result<any_answer> apply_one(rules::rows& all, ship_order const& c, attempt const& now) {
    return any(rules::ship(all, c, now));
}

}  // namespace

void batch::want(keys& all, any_command const& command) const {
    std::visit([&](auto const& c) { rules::want(all, c); }, command);
}

void batch::want_more(keys& more, loaded_rows<store_schema> const& loaded, any_command const& command) const {
    if (auto const* c = std::get_if<release_order>(&command)) rules::want_promised(more, loaded, c->order_id);
    if (auto const* c = std::get_if<ship_order>(&command)) rules::want_promised(more, loaded, c->order_id);
}

result<any_answer> batch::apply(rows& all, any_command const& command, attempt const& now) const {
    return std::visit([&](auto const& c) { return apply_one(all, c, now); }, command);
}

bool batch::stands(rows const& all, any_answer const& answer) const {
    auto const* level = std::get_if<stock_level>(&answer);  // all else is found by what it recorded
    return level != nullptr && rules::level_of(level->sku, all.group<stock_record>({level->sku})) == *level;
}

void batch::conclude(rows& all) const {
    rules::append_availability_events(all);
}

void batch::decided(changes<store_schema> const& out, answers&) {
    appended_.ledger = !out.puts<movement_record>().empty();
    appended_.events = !out.puts<stock_event_record>().empty();
}

}  // namespace shop::inventory
