#include "order_audit.hpp"

#include <algorithm>
#include <ranges>

#include <shop/inventory/rules.hpp>
#include <shop/orders/rules.hpp>

#include "agreement.hpp"

namespace shop::auditing {

using inventory::decision_record;
using orders::event_record;
using orders::key_record;
using orders::order_record;
using orders::status;

asio::awaitable<result<void>> order_audit::read_history() {
    pages<event_record> log(orders_, findings_);
    for (;;) {
        auto more = co_await log.next();
        if (!more) co_return more.error();
        if (!*more) break;
        for (auto const& event : log.rows()) take(event);
    }
    report_.events = log.count();
    if (log.last()) log_end_ = std::get<0>(*log.last());
    co_return result<void>{};
}

void order_audit::take(event_record const& event) {
    auto& at = paths_[event.order_id];
    if (at.broken) return;
    if (event.version != at.version + 1) {
        at.broken = true;
        findings_.about_order(violation_kind::history_gap, event.order_id,
                              "version " + std::to_string(event.version) + " follows " + std::to_string(at.version));
        return;
    }
    if (at.version == 0 ? event.status != status::pending : !orders::find_step(at.status, event.status)) {
        at.broken = true;
        findings_.about_order(violation_kind::history_illegal_step, event.order_id,
                              "version " + std::to_string(event.version) + " is " + std::string(to_word(event.status)) +
                                  (at.version == 0 ? "" : " after " + std::string(to_word(at.status))));
        return;
    }
    at.version = event.version;
    at.status = event.status;
}

asio::awaitable<result<void>> order_audit::read_orders() {
    pages<order_record> orders(orders_, findings_);
    for (;;) {
        auto more = co_await orders.next();
        if (!more) co_return more.error();
        if (!*more) break;
        key_set<inventory::store_schema> wanted;
        for (auto const& order : orders.rows()) wanted.add<decision_record>({order.id});
        auto decisions = co_await look_up(inventory_, std::move(wanted), findings_);
        if (!decisions) co_return decisions.error();
        for (auto const& order : orders.rows()) {
            check_history(order);
            if (order.open) ++report_.open_operations;
            try {
                if (!adds_up(order.content.get())) {
                    findings_.about_order(violation_kind::total_mismatch, order.id,
                                          "the lines add up to something else");
                }
                if (order.open || !*decisions) continue;
                auto const* decision = (*decisions)->find<decision_record>({order.id});
                auto const decided = decision ? std::optional(inventory::rules::decided(*decision)) : std::nullopt;
                if (auto bad = orders::rules::compare(order, decided ? &*decided : nullptr)) {
                    findings_.about_order(*from_word<violation_kind>(to_word(bad->kind)), order.id,
                                          std::move(bad->detail));
                }
            } catch (failure const& damaged) {
                findings_.corrupt_store(damaged.reason());
            }
        }
    }
    report_.orders = orders.count();
    co_return result<void>{};
}

void order_audit::check_history(order_record const& order) {
    auto& at = paths_[order.id];
    at.order_version = order.version;
    if (at.broken) return;
    if (at.version != order.version) {
        at.broken = true;
        findings_.about_order(
            at.version < order.version ? violation_kind::history_missing : violation_kind::history_surplus, order.id,
            "it is at version " + std::to_string(order.version) + ", its history at " + std::to_string(at.version));
    } else if (at.status != order.status) {
        findings_.about_order(violation_kind::status_mismatch, order.id,
                              "it is " + std::string(to_word(order.status)) + ", its history ends with " +
                                  std::string(to_word(at.status)));
    }
}

asio::awaitable<result<void>> order_audit::read_decisions() {
    pages<decision_record> decisions(inventory_, findings_);
    for (;;) {
        auto more = co_await decisions.next();
        if (!more) co_return more.error();
        if (!*more) break;
        key_set<orders::store_schema> wanted;
        for (auto const& d : decisions.rows()) {
            if (d.decision == inventory::decision::allocated) wanted.add<order_record>({d.order_id});
        }
        auto found = co_await look_up(orders_, std::move(wanted), findings_);
        if (!found) co_return found.error();
        for (auto const& d : decisions.rows()) {
            try {
                for (auto const& line : still_promised(d)) stock_.promise(line, line.quantity);
            } catch (failure const& damaged) {
                findings_.corrupt_store(damaged.reason());
            }
            if (d.decision != inventory::decision::allocated || !*found) continue;
            if (!(*found)->find<order_record>({d.order_id})) {
                findings_.about_order(violation_kind::allocation_without_order, d.order_id, "no such order");
            }
        }
    }
    report_.decisions = decisions.count();
    co_return result<void>{};
}

asio::awaitable<result<void>> order_audit::read_keys() {
    pages<key_record> keys(orders_, findings_);
    for (;;) {
        auto more = co_await keys.next();
        if (!more) co_return more.error();
        if (!*more) break;
        key_set<orders::store_schema> wanted;
        auto const is_of_order = [](key_record const& k) { return !k.order_id.is_nil(); };
        for (auto const& k : keys.rows() | std::views::filter(is_of_order)) wanted.add<order_record>({k.order_id});
        auto found = co_await look_up(orders_, std::move(wanted), findings_);
        if (!found) co_return found.error();
        for (auto const& k : keys.rows() | std::views::filter(is_of_order)) {
            if (*found && !(*found)->find<order_record>({k.order_id})) {
                findings_.about_order(violation_kind::key_without_order, k.order_id,
                                      "a key answers for it, no such order");
            } else if (!k.operation && std::exchange(paths_[k.order_id].keyed, true)) {
                findings_.about_order(violation_kind::duplicate_key_order, k.order_id, "two keys say they placed it");
            }
        }
    }
    report_.keys = keys.count();
    co_return result<void>{};
}

asio::awaitable<result<void>> order_audit::note_movement() {
    auto each = [this](event_record const& event) { findings_.moved(event.order_id); };
    co_return co_await read_log_end<event_record, orders::cursor_record>(orders_, findings_, log_end_, each);
}

void order_audit::conclude() {
    for (auto const& [which, at] : paths_) {
        if (at.order_version == 0 && at.version > 0) {
            findings_.about_order(violation_kind::history_without_order, which, "no such order");
        }
    }
}

std::uint64_t order_audit::version_of(order_id which) const {
    auto at = paths_.find(which);
    return at == paths_.end() ? 0 : at->second.order_version;
}

}  // namespace shop::auditing
