#include <shop/notifications/webhook_rules.hpp>

#include <algorithm>

#include <shop/core/field_errors.hpp>
#include <shop/core/limits.hpp>
#include <shop/core/read_only.hpp>
#include <shop/core/text.hpp>

namespace shop::notifications::rules {
namespace {

using state_rows = working_set<store_schema>;

constexpr std::string_view every_event = "*";
constexpr std::int64_t overlap_hours_default = 24;

/// `*`, a type, or the beginning of types with a `*` behind it.
bool is_event_filter(std::string_view text) {
    if (text == every_event) return true;
    if (text.size() > limits::event_type_bytes_max || !text.starts_with("shop.")) return false;
    if (text.ends_with('*')) text.remove_suffix(1);
    auto const fine = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.'; };
    return std::ranges::all_of(text, fine) && text.find("..") == text.npos;
}

void check_description(std::string const& text, field_errors& in) {
    bool const fine = is_plain_text(text) && count_characters(text) <= limits::webhook_description_characters_max;
    in.must(
        fine, "/description",
        "must be plain text of at most " + std::to_string(limits::webhook_description_characters_max) + " characters");
}

void check_events(std::vector<std::string> const& events, field_errors& in) {
    in.must(events.size() <= limits::webhook_event_filters_max, "/events",
            "must be at most " + std::to_string(limits::webhook_event_filters_max));
    for (std::size_t i = 0; i < events.size() && i < limits::webhook_event_filters_max; ++i) {
        in.must(is_event_filter(events[i]), "/events/" + std::to_string(i),
                "must be a type such as shop.order.shipped.v1, the beginning of types such as shop.order.*, or *");
    }
}

std::vector<std::string> normal(std::vector<std::string> events) {
    if (events.empty() || std::ranges::find(events, every_event) != events.end()) return {std::string(every_event)};
    std::ranges::sort(events);
    events.erase(std::unique(events.begin(), events.end()), events.end());
    return events;
}

void raise(endpoint_record& record, attempt const& now) {
    ++record.version;
    record.updated_at = std::max(record.updated_at, now.now);
}

webhook_endpoint with_secret(endpoint_record const& record) {
    auto seen = view(record);
    seen.secret = record.secrets->front().secret;
    return seen;
}

void begin_anew(endpoint_record& record) {
    record.enabled = true;
    record.disabled_reason.reset();
    record.failing_since.reset();
}

void want_endpoint(key_set<store_schema>& wanted, endpoint_id which) {
    wanted.add<endpoint_record>({which});
}

}  // namespace

endpoint_id endpoint_id_of(std::string_view account, std::string_view key) {
    return endpoint_id{uuid_of(fingerprint_of("webhooks.create", std::string(account).append("\n").append(key)))};
}

bool wants(endpoint_record const& endpoint, std::string_view event_type) {
    return std::ranges::any_of(endpoint.events.get(), [&](std::string_view filter) {
        if (!filter.ends_with('*')) return filter == event_type;
        filter.remove_suffix(1);
        return event_type.starts_with(filter);
    });
}

std::vector<std::string> signing_secrets(endpoint_record const& endpoint, timestamp now) {
    std::vector<std::string> out;
    for (auto const& one : endpoint.secrets.get()) {
        if (!one.signs_until || *one.signs_until > now) out.push_back(one.secret);
    }
    return out;
}

endpoint_effect effect_of(endpoint_record const& endpoint, note_outcome const& outcome, timestamp now) {
    if (!endpoint.enabled) return endpoint_effect::nothing;
    if (!outcome.failure) return endpoint.failing_since ? endpoint_effect::changes : endpoint_effect::nothing;
    if (*outcome.failure == webhook_failure::gone) return endpoint_effect::disables;
    if (!endpoint.failing_since) return endpoint_effect::changes;
    return now - *endpoint.failing_since >= outcome.failing_max ? endpoint_effect::disables : endpoint_effect::nothing;
}

disabled_reason reason_of(note_outcome const& outcome) {
    return outcome.failure == webhook_failure::gone ? disabled_reason::gone : disabled_reason::failing;
}

events::event disabled_event(store_epoch source, endpoint_record const& endpoint, disabled_reason why, timestamp now) {
    events::event told;
    told.type = events::type_of(events::about_endpoint, "disabled");
    told.source = source;
    told.subject = to_string(endpoint.id);
    told.sequence = endpoint.version + 1;
    told.time = now;
    told.data.status = "disabled";
    told.data.note = std::string(to_word(why));
    return told;
}

events::event test_event(store_epoch source, endpoint_record const& endpoint, timestamp now) {
    events::event told;
    told.type = events::type_of(events::about_endpoint, "test");
    told.source = source;
    told.subject = to_string(endpoint.id);
    told.sequence = static_cast<std::uint64_t>(now.time_since_epoch().count());  // each test is another
    told.time = now;
    told.data.status = "test";
    return told;
}

webhook_endpoint view(endpoint_record const& record) {
    webhook_endpoint seen;
    seen.id = record.id;
    seen.url = record.url;
    seen.description = record.description;
    seen.events = record.events.get();
    seen.enabled = record.enabled;
    seen.disabled_reason = record.disabled_reason;
    seen.failing_since = record.failing_since;
    seen.version = record.version;
    seen.created_at = record.created_at;
    seen.updated_at = record.updated_at;
    return seen;
}

void want(key_set<store_schema>& wanted, register_endpoint const& command) {
    want_endpoint(wanted, command.id);
}
void want(key_set<store_schema>& wanted, change_endpoint const& command) {
    want_endpoint(wanted, command.id);
}
void want(key_set<store_schema>& wanted, remove_endpoint const& command) {
    want_endpoint(wanted, command.id);
}
void want(key_set<store_schema>& wanted, replace_secret const& command) {
    want_endpoint(wanted, command.command.id);
}
void want(key_set<store_schema>& wanted, note_outcome const& command) {
    want_endpoint(wanted, command.id);
}

result<webhook_endpoint> decide(state_rows& state, register_endpoint const& command, attempt const& now) {
    if (auto const* known = state.find<endpoint_record>({command.id})) {
        if (known->asked != command.asked) return error(error_code::idempotency_key_reused);
        return known->version == 1 ? with_secret(*known) : view(*known);
    }
    field_errors in;
    check_description(command.command.description, in);
    check_events(command.command.events, in);
    if (auto fine = std::move(in).done(); !fine) return fine.error();
    endpoint_record made;
    made.id = command.id;
    made.version = 1;
    made.url = command.command.url;
    made.description = command.command.description;
    made.events = document(normal(command.command.events));
    made.enabled = command.command.enabled;
    if (!made.enabled) made.disabled_reason = disabled_reason::by_hand;
    webhook_secret first;
    first.secret = command.secret;
    made.secrets = document(std::vector{std::move(first)});
    made.asked = command.asked;
    made.created_at = made.updated_at = now.now;
    return with_secret(state.insert(std::move(made)));
}

result<webhook_endpoint> decide(state_rows& state, change_endpoint const& command, attempt const& now) {
    auto const* before = state.find<endpoint_record>({command.id});
    if (before == nullptr) return error(error_code::not_found);
    if (command.if_match && *command.if_match != before->version) {
        error_details details;
        details.current_version = before->version;
        return error(error_code::version_mismatch, std::move(details));
    }
    if (auto same = check_read_only_members(command, view(*before)); !same) return same.error();
    field_errors in;
    if (command.description) check_description(*command.description, in);
    if (command.events) check_events(*command.events, in);
    if (auto fine = std::move(in).done(); !fine) return fine.error();
    auto after = *before;
    if (command.url) after.url = *command.url;
    if (command.description) after.description = *command.description;
    if (command.events) after.events = document(normal(*command.events));
    if (command.enabled && *command.enabled && !before->enabled) begin_anew(after);
    if (command.enabled && !*command.enabled && before->enabled) {
        after.enabled = false;
        after.disabled_reason = disabled_reason::by_hand;
    }
    if (after == *before) return view(*before);
    raise(after, now);
    return view(state.edit<endpoint_record>({command.id}) = std::move(after));
}

result<webhook_endpoint> decide(state_rows& state, remove_endpoint const& command, attempt const&) {
    auto const* known = state.find<endpoint_record>({command.id});
    if (known == nullptr) return webhook_endpoint{};
    auto removed = view(*known);
    state.erase<endpoint_record>({command.id});
    return removed;
}

result<webhook_endpoint> decide(state_rows& state, replace_secret const& command, attempt const& now) {
    auto const* known = state.find<endpoint_record>({command.command.id});
    if (known == nullptr) return error(error_code::not_found);
    auto const overlap = command.command.overlap_hours.value_or(overlap_hours_default);
    if (overlap < 0 || overlap > limits::webhook_overlap_hours_max) {
        return invalid_at("/overlap_hours", "must be 0 to " + std::to_string(limits::webhook_overlap_hours_max));
    }
    if (known->secrets->front().drawn_for == command.drawn_for) return with_secret(*known);
    auto& record = state.edit<endpoint_record>({command.command.id});
    webhook_secret fresh, old = record.secrets->front();
    fresh.secret = command.secret;
    fresh.drawn_for = command.drawn_for;
    old.signs_until = now.now + std::chrono::hours(overlap);
    std::vector<webhook_secret> both{std::move(fresh)};
    if (overlap > 0) both.push_back(std::move(old));
    record.secrets = document(std::move(both));
    raise(record, now);
    return with_secret(record);
}

result<webhook_endpoint> decide(state_rows& state, note_outcome const& command, attempt const& now) {
    auto const* known = state.find<endpoint_record>({command.id});
    if (known == nullptr) return error(error_code::not_found);
    auto const effect = effect_of(*known, command, now.now);
    if (effect == endpoint_effect::nothing) return view(*known);
    auto& record = state.edit<endpoint_record>({command.id});
    if (!command.failure) {
        record.failing_since.reset();
    } else if (!record.failing_since) {
        record.failing_since = now.now;
    }
    if (effect == endpoint_effect::disables) {
        record.enabled = false;
        record.disabled_reason = reason_of(command);
    }
    raise(record, now);
    return view(record);
}

}  // namespace shop::notifications::rules
