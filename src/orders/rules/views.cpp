// What callers see of an order, now and as it was.

#include <algorithm>

#include <shop/orders/rules.hpp>

namespace shop::orders::rules {
namespace {

/// Whoever else than the customer acted, to the customer.
constexpr std::string_view the_shop = "shop";

order without_outcome(order_record const& record) {
    auto const& content = record.content.get();
    order seen;
    seen.id = record.id;
    seen.status = record.status;
    seen.customer = content.customer;
    seen.lines = content.lines;
    seen.total = content.total;
    seen.version = record.version;
    seen.placed_at = record.id.value.born();
    seen.updated_at = record.updated_at;
    seen.metadata = content.metadata;
    return seen;
}

}  // namespace

order view(order_record const& record) {
    auto seen = without_outcome(record);
    if (record.version > 2 || facts_of(record.status).has_reason) {
        auto const& outcome = record.outcome.get();
        if (facts_of(record.status).has_reason) seen.reason = outcome.reason;
        seen.shipments = outcome.shipments;
    }
    return seen;
}

void hide_internal(principal const& by, order_record const& record, order& seen) {
    if (seen.status != status::cancelled || by.may_act_for({})) return;
    if (record.outcome->reason_visibility != note_visibility::customer) seen.reason.reset();
}

order view_for(principal const& by, order_record const& record) {
    auto seen = view(record);
    hide_internal(by, record, seen);
    return seen;
}

history_item view_for(principal const& by, event_record const& step) {
    history_item seen{step.version, step.status, step.at, step.actor, step.note, {}, step.tracking};
    if (seen.note) seen.note_visibility = step.note_visibility.value_or(note_visibility::internal);
    if (by.may_act_for({}) || step.actor == by.account) return seen;
    seen.actor = the_shop;
    if (seen.note_visibility == note_visibility::internal) {
        seen.note.reset();
        seen.note_visibility.reset();
    }
    return seen;
}

order_event told_of(event_record const& step) {
    order_event told{step.order_id,    step.version, step.status,   step.at,
                     step.customer_id, {},           step.tracking, step.position};
    if (step.note_visibility == note_visibility::customer) told.note = step.note;
    return told;
}

result<order> placed(order_record const& record) {
    if (record.status == status::rejected) {
        auto const& outcome = record.outcome.get();
        auto const code = outcome.reason == error(error_code::out_of_stock).word() ? error_code::out_of_stock
                                                                                   : error_code::allocation_released;
        error_details details;
        details.shortages = outcome.shortages;
        return error(code, std::move(details));
    }
    auto seen = without_outcome(record);
    seen.status = status::confirmed;
    seen.version = 2;
    seen.updated_at = record.settled_at;
    return seen;
}

order view_at(order_record const& record, std::uint64_t version, std::span<event_record const> history) {
    auto seen = view(record);
    auto const at = std::find_if(history.begin(), history.end(), [&](auto const& e) { return e.version == version; });
    if (version >= record.version || at == history.end()) return seen;
    seen.version = version;
    seen.status = at->status;
    seen.updated_at = at->at;
    if (!facts_of(at->status).has_reason) seen.reason.reset();
    std::erase_if(seen.shipments, [&](shipment const& s) { return s.version > version; });
    return seen;
}

recorded_refusal to_recorded(error const& refused) {
    return {std::string(refused.word()), refused.details()};
}

error recorded_error(recorded_refusal const& refusal) {
    auto const row = std::find_if(error_table.begin(), error_table.end(),
                                  [&](error_row const& r) { return r.word == refusal.code; });
    auto const code = row == error_table.end() ? error_code::internal : row->code;
    return {code, refusal.details};
}

}  // namespace shop::orders::rules
