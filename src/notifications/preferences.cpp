// What customers want to be told, and to whom nothing is sent.

#include <algorithm>

#include <shop/core/field_errors.hpp>
#include <shop/core/language_tag.hpp>
#include <shop/core/limits.hpp>
#include <shop/core/mail_address.hpp>
#include <shop/core/text.hpp>
#include <shop/notifications/rules.hpp>

#include "core/ascii.hpp"
#include "notifications/localized.hpp"

namespace shop::notifications::rules {
namespace {

constexpr std::size_t name_bytes_max = 64;  // of a type of event or a channel

/// `22:00`
std::optional<std::chrono::minutes> read_time_of_day(std::string_view text) {
    if (text.size() != 5 || text[2] != ':') return std::nullopt;
    for (auto const at : {0, 1, 3, 4}) {
        if (!ascii::is_digit(text[static_cast<std::size_t>(at)])) return std::nullopt;
    }
    auto const hour = (text[0] - '0') * 10 + (text[1] - '0');
    auto const minute = (text[3] - '0') * 10 + (text[4] - '0');
    if (hour > 23 || minute > 59) return std::nullopt;
    return std::chrono::hours(hour) + std::chrono::minutes(minute);
}

bool is_name(std::optional<std::string> const& text) {
    return !text || (!text->empty() && text->size() <= name_bytes_max && is_plain_text(*text));
}

void check_muted(field_errors& in, std::vector<muted_messages> const& muted) {
    in.must(muted.size() <= limits::muted_max, "/muted", "must have at most " + std::to_string(limits::muted_max));
    for (std::size_t i = 0; i < std::min(muted.size(), limits::muted_max); ++i) {
        auto const at = "/muted/" + std::to_string(i);
        in.must(muted[i].event || muted[i].channel, at,
                "must name an event or a channel; `opted_out` mutes everything");
        in.must(is_name(muted[i].event), at + "/event", "must be a type of event, such as shop.order.shipped.v1");
        in.must(is_name(muted[i].channel), at + "/channel", "must be the name of a channel, such as email");
    }
}

bool is_quiet(quiet_hours const& hours, std::chrono::minutes now) {
    auto const from = *read_time_of_day(hours.from);
    auto const to = *read_time_of_day(hours.to);
    return from < to ? from <= now && now < to : now >= from || now < to;
}

}  // namespace

result<void> check(choices const& chosen) {
    field_errors in;
    check_muted(in, chosen.muted);
    in.must(!chosen.locale || is_language_tag(*chosen.locale), "/locale", "must be a language tag, such as de-AT");
    in.must(!chosen.time_zone || (chosen.time_zone->size() <= name_bytes_max && is_time_zone(*chosen.time_zone)),
            "/time_zone", "must be a time zone of the IANA database, such as Europe/Vienna");
    if (auto const& quiet = chosen.quiet_hours) {
        auto const from = read_time_of_day(quiet->from);
        auto const to = read_time_of_day(quiet->to);
        in.must(from.has_value(), "/quiet_hours/from", "must be a time of day, from 00:00 to 23:59");
        in.must(to.has_value(), "/quiet_hours/to", "must be a time of day, from 00:00 to 23:59");
        in.must(!from || !to || *from != *to, "/quiet_hours/to", "must be another time than `from`");
    }
    return std::move(in).done();
}

preferences view(std::string customer_id, preferences_record const* stored) {
    preferences seen;
    seen.customer_id = std::move(customer_id);
    if (!stored) return seen;
    seen.version = stored->revision;
    seen.choices = stored->choices.get();
    seen.updated_at = stored->updated_at;
    return seen;
}

std::string suppressed_as(std::string_view address) {
    std::string known_as(address);
    if (known_as.find('@') != known_as.npos) {
        std::transform(known_as.begin(), known_as.end(), known_as.begin(), &ascii::lower);
    }
    return known_as;
}

result<void> check(suppress_address const& command) {
    field_errors in;
    auto const& whom = command.address;
    bool const is_mail = whom.find('@') != whom.npos && !refuse_mail_address(whom);
    bool const is_id = whom.size() <= limits::customer_id_bytes_max && is_plain_text(whom) && !is_blank(whom);
    in.must(is_mail || is_id, "/address", "must be an e-mail address or the id of a customer");
    in.must(!command.note || (command.note->size() <= limits::order_note_bytes_max && is_plain_text(*command.note)),
            "/note", "must be plain text of at most " + std::to_string(limits::order_note_bytes_max) + " bytes");
    return std::move(in).done();
}

suppression view(suppression_record const& record) {
    suppression seen;
    seen.address = record.address;
    seen.reason = record.reason;
    seen.note = record.note;
    seen.created_at = record.created_at;
    return seen;
}

judgement judge(choices const& chosen, message const& m, timestamp taken_in, timestamp now,
                std::chrono::minutes digest_at) {
    judgement found;
    auto const mutes = [&](muted_messages const& muted) {
        return (!muted.event || *muted.event == m.event.type) && (!muted.channel || *muted.channel == m.channel);
    };
    if (chosen.opted_out || std::any_of(chosen.muted.begin(), chosen.muted.end(), mutes)) {
        found.what = judgement::kind::skip;
        return found;
    }
    auto const zone = chosen.time_zone.value_or("UTC");
    found.until = now;
    if (chosen.digest == digest_mode::daily) {
        found.until = std::max(now, next_time_of_day(taken_in, digest_at, zone));
    }
    if (chosen.quiet_hours && is_quiet(*chosen.quiet_hours, time_of_day(found.until, zone))) {
        found.until = next_time_of_day(found.until, *read_time_of_day(chosen.quiet_hours->to), zone);
    }
    if (found.until > now) found.what = judgement::kind::later;
    return found;
}

void want(keys& wanted, set_preferences const& command) {
    wanted.add<preferences_record>({command.id});
}
void want(keys& wanted, suppress_address const& command) {
    wanted.add<suppression_record>({suppressed_as(command.address)});
}
void want(keys& wanted, unsuppress_address const& command) {
    wanted.add<suppression_record>({suppressed_as(command.address)});
}

result<preferences> decide(rows& state, set_preferences const& command, attempt const& now) {
    if (auto fine = check(command.choices); !fine) return fine.error();
    auto const* stored = state.find<preferences_record>({command.id});
    auto const version = stored ? stored->revision : 0;
    if (!command.if_match) return error(error_code::version_required);
    if (*command.if_match != version) {
        error_details details;
        details.current_version = version;
        return error(error_code::version_mismatch, std::move(details));
    }
    preferences_record next;
    if (stored) next = *stored;
    next.customer_id = command.id;
    next.choices = document<choices>(command.choices);
    next.updated_at = std::max(now.now, next.updated_at);
    if (stored) {
        state.edit<preferences_record>({command.id}) = next;
    } else {
        state.insert(next);
    }
    next.revision += 1;  // as the store will
    return view(command.id, &next);
}

result<suppression> decide(rows& state, suppress_address const& command, attempt const& now) {
    if (auto fine = check(command); !fine) return fine.error();
    auto const known_as = suppressed_as(command.address);
    if (auto const* stored = state.find<suppression_record>({known_as})) return view(*stored);
    suppression_record fresh;
    fresh.address = known_as;
    fresh.reason = command.reason.value_or(suppression_reason::manual);
    fresh.note = command.note.value_or(std::string());
    fresh.created_at = now.now;
    return view(state.insert(std::move(fresh)));
}

result<suppression> decide(rows& state, unsuppress_address const& command, attempt const&) {
    auto const known_as = suppressed_as(command.address);
    auto const* stored = state.find<suppression_record>({known_as});
    if (!stored) return error(error_code::not_found);
    auto gone = view(*stored);
    state.erase<suppression_record>({known_as});
    return gone;
}

}  // namespace shop::notifications::rules
