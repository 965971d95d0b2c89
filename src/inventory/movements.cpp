#include <algorithm>

#include <shop/core/field_errors.hpp>
#include <shop/core/invariant.hpp>
#include <shop/core/limits.hpp>
#include <shop/core/text.hpp>
#include <shop/json/json.hpp>

#include "inventory/counts.hpp"

namespace shop::inventory::rules {

namespace {

template <class T>
void must_have(field_errors& in, char const* pointer, std::optional<T> const& member, char const* kind) {
    in.must(member.has_value(), pointer, std::string("is required for ") + kind);
}
template <class T>
void must_not_have(field_errors& in, char const* pointer, std::optional<T> const& member, char const* kind) {
    in.must(!member, pointer, std::string("must be left out for ") + kind);
}

std::string within(std::int64_t least, std::int64_t most) {
    return "must be " + std::to_string(least) + " to " + std::to_string(most);
}

bool is_count(std::int64_t value) {
    return value >= 0 && value <= limits::stock_count_max;
}

void check_adjusted(field_errors& in, record_movement const& c) {
    constexpr auto kind = "an adjusted movement";
    must_not_have(in, "/quantity", c.quantity, kind);
    must_not_have(in, "/from", c.from, kind);
    must_not_have(in, "/to", c.to, kind);
    must_have(in, "/reason", c.reason, kind);
    if (c.reason) {
        in.must(
            !c.reason->empty() && count_characters(*c.reason) <= limits::reason_characters_max &&
                is_plain_text(*c.reason),
            "/reason",
            "must be 1 to " + std::to_string(limits::reason_characters_max) + " characters without control characters");
    }
    in.must(c.delta.has_value() != c.set.has_value(), "/delta", "or /set is required, one of the two");
    in.must(c.set.has_value() == c.expected.has_value(), "/expected", "is required with /set, and only with it");
    if (c.delta) {
        in.must(*c.delta != 0 && *c.delta >= -limits::stock_count_max && *c.delta <= limits::stock_count_max, "/delta",
                within(-limits::stock_count_max, limits::stock_count_max) + " and not 0");
    }
    if (c.set) in.must(is_count(*c.set), "/set", within(0, limits::stock_count_max));
}

result<void> check(record_movement const& c) {
    field_errors in;
    if (c.kind == movement_kind::adjusted) {
        check_adjusted(in, c);
        return std::move(in).done();
    }
    in.must(c.kind.is_offered(), "/kind", "must be received, adjusted or transferred");
    bool const received = c.kind == movement_kind::received;
    auto const kind = received ? "a received movement" : "a transferred movement";
    must_have(in, "/quantity", c.quantity, kind);
    must_not_have(in, "/delta", c.delta, kind);
    must_not_have(in, "/set", c.set, kind);
    must_not_have(in, "/expected", c.expected, kind);
    must_not_have(in, "/reason", c.reason, kind);
    if (received) {
        must_not_have(in, "/from", c.from, kind);
        must_not_have(in, "/to", c.to, kind);
    } else {
        must_not_have(in, "/location", c.location, kind);
        must_have(in, "/from", c.from, kind);
        must_have(in, "/to", c.to, kind);
        in.must(!c.from || !c.to || *c.from != *c.to, "/to", "must be another place than /from");
    }
    return std::move(in).done();
}

/// Where the reference of a command is kept.
location guarded_place(record_movement const& c) {
    if (c.kind == movement_kind::transferred) return c.from.value_or(location());
    return c.location.value_or(location());
}

std::int64_t on_hand_at(rows const& all, shop::sku const& which, location const& where) {
    auto const* row = find_row(all.group<stock_record>({which}), where);
    return row ? row->on_hand : 0;
}

error too_few(record_movement const& c, std::int64_t wanted, std::int64_t on_hand) {
    error_details details;
    details.shortages.push_back({c.sku, wanted, on_hand});
    return error(error_code::insufficient_stock, std::move(details));
}

movement_record& write(rows& all, stock_record& row, std::int64_t delta, record_movement const& c, attempt const& now) {
    auto& line = change(all, row, {c.kind, delta}, now);
    line.reason = c.reason;
    line.reference = c.reference;
    line.actor = now.by;
    return line;
}

result<movement> receive(rows& all, record_movement const& c, attempt const& now) {
    auto const where = c.location.value_or(location());
    if (on_hand_at(all, c.sku, where) + c.quantity->count() > limits::stock_count_max) {
        return invalid_at("/quantity", "would make the count larger than " + std::to_string(limits::stock_count_max));
    }
    auto row = make_row(all, c.sku, where, "/location");
    if (!row) return row.error();
    return movement_of(write(all, **row, c.quantity->count(), c, now));
}

result<movement> adjust(rows& all, record_movement const& c, attempt const& now) {
    auto const where = c.location.value_or(location());
    auto const on_hand = on_hand_at(all, c.sku, where);
    if (c.expected && *c.expected != on_hand) {
        return error(error_code::stock_changed, "the count there is " + std::to_string(on_hand));
    }
    auto const delta = c.set ? *c.set - on_hand : *c.delta;
    if (on_hand + delta < 0) return too_few(c, -delta, on_hand);
    if (on_hand + delta > limits::stock_count_max) {
        return invalid_at("/delta", "would make the count larger than " + std::to_string(limits::stock_count_max));
    }
    auto const* known = find_row(all.group<stock_record>({c.sku}), where);
    if (delta < 0 && promisable(*known) + delta < 0)
        return committed(*known, "the count", known->on_hand - promisable(*known));
    auto row = make_row(all, c.sku, where, "/location");
    if (!row) return row.error();
    return movement_of(write(all, **row, delta, c, now));
}

/// Only free pieces move: what is promised stays where it was promised.
result<movement> transfer(rows& all, record_movement const& c, attempt const& now) {
    auto const pieces = c.quantity->count();
    auto const* source = find_row(all.group<stock_record>({c.sku}), *c.from);
    if (source == nullptr || source->on_hand < pieces) return too_few(c, pieces, source ? source->on_hand : 0);
    if (source->available() < pieces) return committed(*source, "what stays", source->on_hand - source->available());
    if (on_hand_at(all, c.sku, *c.to) + pieces > limits::stock_count_max) {
        return invalid_at("/quantity", "would make the count larger than " + std::to_string(limits::stock_count_max));
    }
    if (auto made = make_row(all, c.sku, *c.to, "/to"); !made) return made.error();
    write(all, edit_row(all, c.sku, *c.from), -pieces, c, now);
    return movement_of(write(all, edit_row(all, c.sku, *c.to), pieces, c, now));
}

result<movement> move(rows& all, record_movement const& c, attempt const& now) {
    switch (c.kind) {
        case movement_kind::received:
            return receive(all, c, now);
        case movement_kind::adjusted:
            return adjust(all, c, now);
        case movement_kind::transferred:
            return transfer(all, c, now);
        case movement_kind::allocated:
        case movement_kind::released:
        case movement_kind::shipped:
        case movement_kind::returned:
        case movement_kind::configured:
            break;
    }
    return invalid_at("/kind", "must be received, adjusted or transferred");
}

/// In front of the key of an account, where another account used the same key for the same sku and place.
std::string prefix_of(std::string const& account) {
    return account + ": ";
}

/// What a movement may be kept under at its place: its own reference, or its key.
std::vector<std::string> references_of(book_movement const& c) {
    if (c.movement.reference) return {*c.movement.reference};
    return {c.key->idempotency_key, prefix_of(c.key->account) + c.key->idempotency_key};
}

/// A reference that names no account stands for every caller: nobody knows whose key it was.
std::string reference_of(rows const& all, book_movement const& c) {
    auto all_texts = references_of(c);
    if (all_texts.size() == 1) return std::move(all_texts.front());
    auto const* known = all.find<reference_record>({c.movement.sku, guarded_place(c.movement), all_texts.front()});
    bool const is_of_another = known != nullptr && known->account && *known->account != c.key->account;
    return std::move(is_of_another ? all_texts.back() : all_texts.front());
}

/// Whether pieces of a sku lie here or are promised.
bool is_here(rows const& all, shop::sku const& which) {
    return std::ranges::any_of(all.group<stock_record>({which}), [](stock_record const& row) {
        return row.on_hand != 0 || row.allocated != 0 || row.held != 0;
    });
}

}  // namespace

std::vector<std::string> keys_of(reference_record const& reference) {
    if (!reference.account) return {};
    std::vector<std::string> texts{reference.reference};
    auto const prefix = prefix_of(*reference.account);
    if (reference.reference.starts_with(prefix)) texts.push_back(reference.reference.substr(prefix.size()));
    return texts;
}

void want(keys& all, book_movement const& command) {
    auto const& c = command.movement;
    all.add<stock_record>({c.sku});
    for (auto& text : references_of(command)) all.add<reference_record>({c.sku, guarded_place(c), std::move(text)});
    if (command.key) all.add<key_record>({command.key->account, command.key->idempotency_key});
}

result<recorded> record(rows& all, book_movement const& command, attempt const& now) {
    SHOP_INVARIANT(command.movement.reference || command.key, "a movement without a reference or a key");
    auto movement = command.movement;
    if (auto good = check(movement); !good) return good.error();
    auto const place = guarded_place(movement);
    auto const print = fingerprint_of("inventory.record", json::encode(movement));
    movement.reference = reference_of(all, command);
    auto const* known = all.find<reference_record>({movement.sku, place, *movement.reference});
    if (command.key) {
        auto const* key = all.find<key_record>({command.key->account, command.key->idempotency_key});
        if (key != nullptr) {
            if (auto same = check_repeat(*key, command.key->fingerprint); !same) return same.error();
            if (known == nullptr) return error(error_code::store_corrupt, "an idempotency key names no movement");
        }
    }
    if (known != nullptr) {
        // What a key reads like that is kept behind the name of its account, another account may have used as a key.
        bool const is_of_another = command.key && known->account && *known->account != command.key->account;
        if (is_of_another || known->fingerprint != print) return error(error_code::idempotency_key_reused);
        return recorded{known->recorded.get(), true};
    }
    if (!command.known_sku && !is_here(all, movement.sku)) return error(error_code::unknown_sku);
    auto moved = move(all, movement, now);
    if (!moved) return moved.error();
    reference_record kept{
        movement.sku, place, *movement.reference, 0, print, document<inventory::movement>(*moved), {}};
    if (command.key) {
        all.insert(new_key_record(*command.key, now.now));
        if (!command.movement.reference) kept.account = command.key->account;
    }
    all.insert(std::move(kept));
    return recorded{std::move(*moved), false};
}

}  // namespace shop::inventory::rules
