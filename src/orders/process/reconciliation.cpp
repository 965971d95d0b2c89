#include "reconciliation.hpp"

#include <algorithm>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

namespace shop::orders {
namespace {

/// The decision about an order, in a page by order id.
inventory::decided_order const* find(std::vector<inventory::decided_order> const& in, order_id id) {
    auto const at = std::ranges::lower_bound(in, id, {}, &inventory::decided_order::order_id);
    return at != in.end() && at->order_id == id ? &*at : nullptr;
}

}  // namespace

void reconciliation::start() {
    asio::co_spawn(parts_.context.executor, run(shared_from_this()), asio::detached);
}

asio::awaitable<void> reconciliation::run(std::shared_ptr<reconciliation> self) {
    while (!self->between_pages_.stopped()) {
        co_await self->between_pages_.sleep(limits::reconciliation_pace);
        if (self->between_pages_.stopped() || !self->parts_.lease->held()) continue;
        bool more = false;
        try {
            more = co_await self->compare_page();
        } catch (failure const& damaged) {
            self->parts_.context.log->write(severity::error, "orders cannot be compared with the inventory",
                                            {{"reason", std::string(damaged.reason().word())}});
        }
        if (!more) self->after_.reset();
    }
}

/// @return whether this round goes on.
asio::awaitable<bool> reconciliation::compare_page() {
    std::optional<key_of<order_record>> behind;
    if (after_) behind = key_of<order_record>{*after_};
    auto const orders = co_await parts_.store->scan<order_record>(behind, limits::page_items_max);
    if (!orders) co_return true;  // the same page again: it was not compared
    auto const decided = co_await decisions_after(after_);
    if (!decided) co_return true;

    // Both pages say something up to the end of the one that ends first; and what is young may be on its way.
    bool const more_orders = orders->size() == limits::page_items_max;
    bool const more_decisions = decided->size() == limits::page_items_max;
    order_id last{uuid::first_of(parts_.context.clock->stamp() - limits::reconciliation_age_min)};
    bool const young =
        (!more_orders || last <= orders->back().id) && (!more_decisions || last <= decided->back().order_id);
    if (more_orders) last = std::min(last, orders->back().id);
    if (more_decisions) last = std::min(last, decided->back().order_id);

    std::vector<order_id> suspects;
    for (auto const& order : *orders) {
        if (order.id > last) break;
        if (!order.open && rules::compare(order, find(*decided, order.id))) suspects.push_back(order.id);
    }
    for (auto const& one : *decided) {
        if (one.order_id > last) break;
        auto const known = std::ranges::binary_search(*orders, one.order_id, {}, &order_record::id);
        if (!known) suspects.push_back(one.order_id);
    }
    if (!suspects.empty()) co_await check_suspects(std::move(suspects));
    after_ = last;
    co_return !young;
}

asio::awaitable<result<std::vector<inventory::decided_order>>> reconciliation::decisions_after(
    std::optional<order_id> after) {
    std::vector<request<inventory::list_decisions>> one;
    one.emplace_back(inventory::list_decisions(after));
    auto answers = co_await parts_.inventory->decisions(std::move(one));
    co_return std::move(answers.front());
}

/// An order that stood still while its decision was read must match it. One that moved is looked at again the next
/// round.
asio::awaitable<void> reconciliation::check_suspects(std::vector<order_id> suspects) {
    for (auto const id : suspects) {
        auto const before = co_await read(id);
        if (!before) co_return;
        auto just_before = id;
        auto& bytes = just_before.value.bytes;
        for (auto at = bytes.rbegin(); at != bytes.rend() && (*at)-- == 0; ++at) {
        }
        auto const decided = co_await decisions_after(just_before);
        if (!decided) co_return;
        auto const after = co_await read(id);
        if (!after) co_return;
        auto const* decision = find(*decided, id);
        if (!*after) {
            if (decision && decision->decision == inventory::decision::allocated) {
                report(id, {rules::disagreement_kind::allocation_without_order,
                            "the inventory allocated to an order that is not there"});
            }
            continue;
        }
        bool const stood_still = *before && (*before)->revision == (*after)->revision && !(*after)->open;
        if (!stood_still) continue;
        if (auto const what = rules::compare(**after, decision)) report(id, *what);
    }
}

asio::awaitable<result<std::optional<order_record>>> reconciliation::read(order_id id) {
    key_set<store_schema> keys;
    keys.add<order_record>({id});
    auto const rows = co_await parts_.store->load(std::move(keys));
    if (!rows) co_return rows.error();
    std::optional<order_record> found;
    if (auto const* order = (*rows)->find<order_record>({id})) found = *order;
    co_return found;
}

void reconciliation::report(order_id id, rules::disagreement const& what) {
    if (parts_.disagreements) ++*parts_.disagreements;
    parts_.context.log->write(
        severity::error, "order and inventory do not agree",
        {{"order_id", to_string(id)}, {"kind", std::string(to_word(what.kind))}, {"detail", what.detail}});
}

}  // namespace shop::orders
