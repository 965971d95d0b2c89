#include "stock_audit.hpp"

#include <algorithm>

#include <shop/inventory/rules.hpp>

namespace shop::auditing {

using inventory::key_record;
using inventory::movement_kind;
using inventory::movement_record;
using inventory::reference_record;
using inventory::stock_record;

namespace {

/// Whether the changes are of the sort their kind makes.
bool suits_kind(movement_record const& m) {
    auto const on_hand = m.on_hand_delta, allocated = m.allocated_delta;
    switch (m.kind) {
        case movement_kind::received:
            return on_hand > 0 && allocated == 0;
        case movement_kind::adjusted:
        case movement_kind::transferred:
            return allocated == 0;
        case movement_kind::allocated:
            return on_hand == 0 && allocated > 0;
        case movement_kind::released:
            return on_hand == 0 && allocated <= 0;
        case movement_kind::shipped:
            return on_hand == allocated && allocated <= 0;
        case movement_kind::returned:
            return on_hand >= 0 && allocated == 0;
        case movement_kind::configured:
            return on_hand == 0 && allocated == 0;
    }
    return false;
}

/// Whether the reference of a recorded movement is kept at its place: of a transfer, where it came from.
bool is_guarded(movement_record const& m) {
    return m.reference && !(m.kind == movement_kind::transferred && m.on_hand_delta > 0);
}

std::string counts_text(std::int64_t on_hand, std::int64_t allocated) {
    return std::to_string(on_hand) + " on hand and " + std::to_string(allocated) + " allocated";
}

}  // namespace

asio::awaitable<result<void>> stock_audit::read_ledger() {
    pages<movement_record> ledger(store_, findings_);
    for (;;) {
        auto more = co_await ledger.next();
        if (!more) co_return more.error();
        if (!*more) break;
        for (auto const& line : ledger.rows()) take(line);
        if (auto checked = co_await check_references(ledger.rows()); !checked) co_return checked.error();
    }
    report_.movements = ledger.count();
    if (ledger.last()) ledger_end_ = std::get<0>(*ledger.last());
    co_return result<void>{};
}

void stock_audit::take(movement_record const& m) {
    auto& at = places_[{m.sku, m.location}];
    at.in_ledger = true;
    if (m.kind == movement_kind::transferred) transferred_[m.sku] += m.on_hand_delta;
    if (broken_.contains(m.sku)) return;
    if (m.sequence != at.sequence + 1) {
        break_ledger(violation_kind::ledger_gap, m.sku,
                     "at " + std::string(m.location.text()) + " line " + std::to_string(m.sequence) + " follows " +
                         std::to_string(at.sequence));
        return;
    }
    at.sequence = m.sequence;
    at.on_hand += m.on_hand_delta;
    at.allocated += m.allocated_delta;
    if (at.on_hand != m.on_hand || at.allocated != m.allocated || !suits_kind(m)) {
        break_ledger(violation_kind::ledger_mismatch, m.sku,
                     "at " + std::string(m.location.text()) + " line " + std::to_string(m.sequence) + " (" +
                         std::string(to_word(m.kind)) + ") does not follow from the one before");
    }
}

asio::awaitable<result<void>> stock_audit::check_references(std::vector<movement_record> const& lines) {
    key_set<inventory::store_schema> wanted;
    for (auto const& m : lines) {
        if (is_guarded(m)) wanted.add<reference_record>({m.sku, m.location, *m.reference});
    }
    if (wanted.empty()) co_return result<void>{};
    auto found = co_await look_up(store_, std::move(wanted), findings_);
    if (!found) co_return found.error();
    if (!*found) co_return result<void>{};
    for (auto const& m : lines) {
        if (!is_guarded(m) || (*found)->find<reference_record>({m.sku, m.location, *m.reference})) continue;
        findings_.about_sku(violation_kind::reference_missing, m.sku,
                            "at " + std::string(m.location.text()) + " line " + std::to_string(m.sequence) +
                                " could be recorded a second time");
    }
    co_return result<void>{};
}

asio::awaitable<result<void>> stock_audit::read_references() {
    pages<reference_record> references(store_, findings_);
    for (;;) {
        auto more = co_await references.next();
        if (!more) co_return more.error();
        if (!*more) break;
        for (auto const& r : references.rows()) check(r);
        if (auto checked = co_await check_keys(references.rows()); !checked) co_return checked.error();
    }
    co_return result<void>{};
}

asio::awaitable<result<void>> stock_audit::check_keys(std::vector<reference_record> const& references) {
    key_set<inventory::store_schema> wanted;
    for (auto const& r : references) {
        for (auto& text : inventory::rules::keys_of(r)) wanted.add<key_record>({*r.account, std::move(text)});
    }
    if (wanted.empty()) co_return result<void>{};
    auto found = co_await look_up(store_, std::move(wanted), findings_);
    if (!found) co_return found.error();
    if (!*found) co_return result<void>{};
    for (auto const& r : references) {
        auto const texts = inventory::rules::keys_of(r);
        auto const stands = [&](std::string const& text) {
            return (*found)->find<key_record>({*r.account, text}) != nullptr;
        };
        if (texts.empty() || std::ranges::any_of(texts, stands)) continue;
        findings_.about_sku(violation_kind::key_missing, r.sku,
                            "a movement at " + std::string(r.location.text()) +
                                " has lost its idempotency key, which could be used for another request");
    }
    co_return result<void>{};
}

void stock_audit::check(reference_record const& reference) {
    try {
        auto const at = places_.find({reference.sku, reference.recorded->location});
        bool const known = at != places_.end() && reference.recorded->sequence <= at->second.sequence;
        if (known || broken_.contains(reference.sku)) return;
        findings_.about_sku(violation_kind::reference_without_movement, reference.sku,
                            "a reference at " + std::string(reference.location.text()) +
                                " answers for a line that is not in the ledger");
    } catch (failure const& damaged) {
        findings_.corrupt_store(damaged.reason());
    }
}

asio::awaitable<result<void>> stock_audit::read_stock() {
    pages<stock_record> stock(store_, findings_);
    std::vector<stock_record> locations;  // of one sku; they may stand on two pages
    for (;;) {
        auto more = co_await stock.next();
        if (!more) co_return more.error();
        if (!*more) break;
        for (auto const& row : stock.rows()) {
            if (!locations.empty() && locations.front().sku != row.sku) {
                take(locations);
                locations.clear();
            }
            locations.push_back(row);
        }
    }
    if (!locations.empty()) take(locations);
    report_.stock = stock.count();
    co_return result<void>{};
}

void stock_audit::take(std::vector<stock_record> const& locations) {
    stock_record sum;
    for (auto const& row : locations) {
        auto& at = places_[{row.sku, row.location}];
        at.in_stock = true;
        if (!broken_.contains(row.sku) && row.sequence != at.sequence) {
            break_ledger(violation_kind::ledger_gap, row.sku,
                         "at " + std::string(row.location.text()) + " the counts are those of line " +
                             std::to_string(row.sequence) + ", the ledger ends with " + std::to_string(at.sequence));
        } else if (!broken_.contains(row.sku) && (row.on_hand != at.on_hand || row.allocated != at.allocated)) {
            break_ledger(violation_kind::ledger_mismatch, row.sku,
                         "at " + std::string(row.location.text()) + " stand " +
                             counts_text(row.on_hand, row.allocated) + ", the ledger says " +
                             counts_text(at.on_hand, at.allocated));
        }
        if (row.on_hand < 0 || row.allocated < 0 || row.held < 0) {
            findings_.about_sku(violation_kind::negative_count, row.sku, "at " + std::string(row.location.text()));
        }
        sum.on_hand += row.on_hand;
        sum.allocated += row.allocated;
        sum.held += row.held;
        sum.backorder_limit += row.backorder_limit;
        sum.untracked = sum.untracked || row.untracked;
    }
    auto const& which = locations.front().sku;
    // No hold rows exist yet: what is held is held for nobody.
    if (sum.held > 0) {
        findings_.about_sku(violation_kind::held_mismatch, which, std::to_string(sum.held) + " held, no hold stands");
    }
    if (!sum.untracked && sum.allocated + sum.held > sum.on_hand + sum.backorder_limit) {
        findings_.about_sku(violation_kind::oversold, which,
                            std::to_string(sum.allocated + sum.held) + " promised, " + std::to_string(sum.on_hand) +
                                " there, " + std::to_string(sum.backorder_limit) + " may be short");
    }
}

void stock_audit::promise(inventory::allocated_line const& line, std::int64_t pieces) {
    if (!line.untracked) places_[{line.sku, line.location}].promised += pieces;
}

asio::awaitable<result<void>> stock_audit::note_movement() {
    auto each = [this](movement_record const& m) {
        findings_.moved(m.sku);
        if (m.order_id) findings_.moved(*m.order_id);
    };
    auto read = co_await read_log_end<movement_record, inventory::cursor_record>(store_, findings_, ledger_end_, each);
    if (!read) co_return read;
    auto none = [](inventory::stock_event_record const&) {};
    co_return co_await read_log_end<inventory::stock_event_record, inventory::event_cursor_record>(store_, findings_,
                                                                                                   {}, none);
}

void stock_audit::conclude() {
    for (auto const& [where, at] : places_) {
        if (broken_.contains(where.sku)) continue;
        if (at.in_ledger && !at.in_stock) {
            break_ledger(violation_kind::ledger_mismatch, where.sku,
                         "the ledger knows " + std::string(where.location.text()) + ", no counts stand there");
        } else if (at.promised != at.allocated) {
            findings_.about_sku(violation_kind::allocated_mismatch, where.sku,
                                "at " + std::string(where.location.text()) + " " + std::to_string(at.allocated) +
                                    " are allocated, orders are promised " + std::to_string(at.promised));
        }
    }
    for (auto const& [which, pieces] : transferred_) {
        if (pieces == 0 || broken_.contains(which)) continue;
        break_ledger(violation_kind::ledger_mismatch, which,
                     "transfers between its locations add up to " + std::to_string(pieces));
    }
}

void stock_audit::break_ledger(violation_kind kind, sku const& which, std::string detail) {
    broken_.insert(which);
    findings_.about_sku(kind, which, std::move(detail));
}

}  // namespace shop::auditing
