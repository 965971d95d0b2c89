// Intents and conclusions: what is written to the order store, and nothing else decides it.

#include <algorithm>

#include <shop/core/invariant.hpp>
#include <shop/core/limits.hpp>
#include <shop/orders/rules.hpp>

namespace shop::orders::rules {
namespace {

using key_key = load_key_of<key_record>;

timestamp stamp_after(timestamp previous, attempt const& now) {
    return std::max(previous, now.now);
}

void append_event(rows& state, order_record const& order, open_operation const& by) {
    event_record event;
    event.order_id = order.id;
    event.version = order.version;
    event.status = order.status;
    event.at = order.updated_at;
    event.customer_id = order.customer_id;
    event.actor = by.actor;
    event.note = by.note;
    event.note_visibility = by.note_visibility;
    event.tracking = by.tracking;
    state.insert(std::move(event));
}

key_record new_key(call_key const& key, order_id order, attempt const& now) {
    auto record = new_key_record(key, now.now);
    record.order_id = order;
    return record;
}

/// What a key that is known already answers.
result<outcome> known(rows& state, key_record const& key, fingerprint const& wanted) {
    if (auto same = check_repeat(key, wanted); !same) return same.error();
    auto const* order = state.find<order_record>({key.order_id});
    if (!order) return error(error_code::store_corrupt, "an idempotency key names an order that does not exist");
    return outcome{*order, key, false};
}

/// Moves an order one step, with its line of history.
void move(rows& state, order_record& order, status to, open_operation const& by, attempt const& now) {
    order.status = to;
    order.version += 1;
    order.updated_at = stamp_after(order.updated_at, now);
    if (order.version == 2) order.settled_at = order.updated_at;
    append_event(state, order, by);
}

shipment ship_all(order_record const& order, open_operation const& by) {
    shipment whole;
    whole.id = shipment_id{by.id.value};  // a shipment is its operation
    whole.tracking = by.tracking;
    whole.at = order.updated_at;
    whole.version = order.version;
    for (auto const& l : order.content->lines) whole.lines.push_back({l.sku, l.quantity.count()});
    return whole;
}

/// The effect took place: the step it stands for.
void apply(rows& state, order_record& order, open_operation const& by, attempt const& now) {
    auto const* const step = find_step(order.status, by.type);
    SHOP_INVARIANT(step != nullptr, "an open operation that its order cannot have");
    move(state, order, step->to, by, now);
    if (by.type == operation_type::place) return;
    auto outcome = order.outcome.get();
    if (by.type == operation_type::ship) outcome.shipments.push_back(ship_all(order, by));
    if (facts_of(step->to).has_reason) {
        outcome.reason = by.note;
        outcome.reason_visibility = by.note_visibility;
    }
    order.outcome = document<order_outcome>(std::move(outcome));
}

/// The effect was refused: placing ends in a rejected order, anything else leaves the order as it was.
void refuse(rows& state, order_record& order, open_operation const& by, error const& why, attempt const& now) {
    if (by.type != operation_type::place) return;
    order_outcome outcome;
    outcome.reason = std::string(why.word());
    outcome.shortages = why.shortages();
    order.outcome = document<order_outcome>(std::move(outcome));
    auto step = by;
    step.note = std::string(why.word());
    step.note_visibility = note_visibility::customer;
    move(state, order, status::rejected, step, now);
}

/// The transition's key remembers what became of it.
std::optional<key_record> conclude_key(rows& state, open_operation const& by, order_record const& order,
                                       std::optional<error> const& why) {
    if (!by.account || !by.key) return std::nullopt;  // placing: its answer follows from the order
    auto const* stored = state.find<key_record>(key_key{*by.account, *by.key});
    if (!stored || stored->operation != by.id) return std::nullopt;
    auto& key = state.edit<key_record>(key_key{*by.account, *by.key});
    if (why) {
        key.refusal = to_recorded(*why);
    } else {
        key.outcome_version = order.version;
    }
    return key;
}

/// What a customer writes is theirs to read. Internal is what is not said to be otherwise, and is not written.
std::optional<note_visibility> visibility_of(begin_transition const& command) {
    bool const is_customer = !command.by->may_act_for({});
    if (is_customer || command.note_visibility == note_visibility::customer) return note_visibility::customer;
    return std::nullopt;
}

}  // namespace

void want(keys& wanted, begin_placing const& command) {
    wanted.add<key_record>({command.key.account, command.key.idempotency_key});
    wanted.add<order_record>({command.id});
}

void want(keys& wanted, begin_transition const& command) {
    wanted.add<key_record>({command.key.account, command.key.idempotency_key});
    wanted.add<order_record>({command.id});
}

void want(keys& wanted, conclude const& command) {
    wanted.add<order_record>({command.order.id});
    auto const& operation = *command.order.open;
    if (operation.account && operation.key) wanted.add<key_record>({*operation.account, *operation.key});
}

void expect(expected& rows, begin_placing const& command) {
    if (command.refused) return;  // nothing will be written, unless for a duplicate
    rows.add_absent<key_record>({command.key.account, command.key.idempotency_key});
    rows.add_absent<order_record>({command.id});
}

void expect(expected&, begin_transition const&) {}

void expect(expected& rows, conclude const& command) {
    rows.add(command.order);
}

void want_more(keys& wanted, loaded_rows<store_schema> const& loaded, begin_placing const& command) {
    auto const* key = loaded.find<key_record>({command.key.account, command.key.idempotency_key});
    if (key && !loaded.slot<order_record>({key->order_id})) wanted.add<order_record>({key->order_id});
}

result<outcome> decide(rows& state, begin_placing const& command, attempt const& now) {
    if (auto const* key = state.find<key_record>({command.key.account, command.key.idempotency_key})) {
        return known(state, *key, command.key.fingerprint);
    }
    if (command.refused) return *command.refused;
    order_record order;
    order.id = command.id;
    order.customer_id = command.content->customer.id;
    order.updated_at = stamp_after(command.id.value.born(), now);
    order.settled_at = order.updated_at;
    order.content = command.content;
    order.open.emplace();
    order.open->id = command.operation;
    order.open->type = operation_type::place;
    order.open->actor = command.key.account;
    auto& key = state.insert(new_key(command.key, command.id, now));
    append_event(state, order, *order.open);
    auto const& stored = state.insert(std::move(order));
    return outcome{stored, key, true};
}

result<outcome> decide(rows& state, begin_transition const& command, attempt const& now) {
    if (auto const* key = state.find<key_record>({command.key.account, command.key.idempotency_key})) {
        return known(state, *key, command.key.fingerprint);
    }
    auto const* found = state.find<order_record>({command.id});
    if (!found || !command.by->may_act_for(found->customer_id)) return error(error_code::not_found);
    if (is_open(*found)) return error(error_code::operation_in_progress);

    auto key = new_key(command.key, command.id, now);
    key.operation = command.operation;
    if (found->status == command.to) {  // there already: nothing to do but to remember the answer
        if (command.note || command.tracking) {
            auto const& last = command.last_step;
            if (!last || last->version != found->version) return outcome{*found, {}, false};
            auto same = check_repeat(command.to, {command.tracking, command.note}, {last->tracking, last->note});
            if (!same) return same.error();
        }
        key.outcome_version = found->version;
        auto const& stored = state.insert(std::move(key));
        return outcome{*found, stored, true};
    }
    auto const* const step = find_step(found->status, command.to);
    if (!step || !step->is_offered) return refuse_step(found->status, command.to);

    open_operation operation;
    operation.id = command.operation;
    operation.actor = command.key.account;
    operation.note = command.note;
    if (command.note) operation.note_visibility = visibility_of(command);
    operation.tracking = command.tracking;
    operation.account = command.key.account;
    operation.key = command.key.idempotency_key;
    auto& order = state.edit<order_record>({command.id});
    if (step->effect) {
        operation.type = *step->effect;
        order.open = std::move(operation);
    } else {
        move(state, order, command.to, operation, now);
        key.outcome_version = order.version;
    }
    auto const& stored = state.insert(std::move(key));
    return outcome{order, stored, true};
}

result<outcome> decide(rows& state, conclude const& command, attempt const& now) {
    auto const id = command.order.id;
    auto const* found = state.find<order_record>({id});
    if (!found) return error(error_code::not_found);
    if (!found->open || found->open->id != command.order.open->id) return outcome{*found, {}, false};
    auto& order = state.edit<order_record>({id});
    auto const by = *std::exchange(order.open, std::nullopt);
    if (command.refused) {
        refuse(state, order, by, *command.refused, now);
    } else {
        apply(state, order, by, now);
    }
    auto key = conclude_key(state, by, order, command.refused);
    return outcome{order, std::move(key), true};
}

}  // namespace shop::orders::rules
