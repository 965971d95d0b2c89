#include <shop/notifications/rules.hpp>

#include <algorithm>

#include <shop/async/backoff.hpp>
#include <shop/core/availability.hpp>
#include <shop/core/field_errors.hpp>
#include <shop/core/fingerprint.hpp>

namespace shop::notifications::rules {
namespace {

/// Made of a name.
uuid derive_id(std::string_view kind, std::string_view name) {
    return uuid_of(fingerprint_of(kind, name));
}

/// One that stands among version 7 UUIDs where one drawn at that time would.
uuid derive_id_at(timestamp at, std::string_view kind, std::string_view name) {
    auto derived = derive_id(kind, name);
    auto const first = uuid::first_of(at);
    std::copy_n(first.bytes.begin(), 6, derived.bytes.begin());
    return derived;
}

/// What names an event among all.
std::string name_of(events::event const& event) {
    return to_string(event.source) + event.subject + "/" + std::to_string(event.sequence);
}

bool is_about_order(events::event const& event) {
    return event.type.starts_with(events::about_order);
}
bool is_about_stock(events::event const& event) {
    return event.type.starts_with(events::about_stock);
}

bool is_about_endpoint(events::event const& event) {
    return event.type.starts_with(events::about_endpoint);
}

/// The status in an event's type: between its last two dots.
std::string_view status_in(std::string_view event_type) {
    event_type = event_type.substr(0, event_type.rfind('.'));
    return event_type.substr(event_type.rfind('.') + 1);
}

std::string text_about_stock(shop::sku const& which, std::string_view status) {
    auto const name = std::string(which.text());
    if (status == to_word(availability_status::low_stock)) return name + " is low in stock.";
    if (status == to_word(availability_status::out_of_stock)) return name + " is out of stock.";
    return name + " is in stock again.";
}

/// Failures since the delivery was asked for the last time.
std::size_t failures_of(delivery_record const& delivery, std::vector<delivery_attempt> const& attempts) {
    auto const counts = [&](delivery_attempt const& a) {
        return a.failure && (!delivery.redelivered_at || a.at >= *delivery.redelivered_at);
    };
    return static_cast<std::size_t>(std::count_if(attempts.begin(), attempts.end(), counts));
}

/// When what failed so often is tried again; nothing: never.
std::optional<std::chrono::milliseconds> pause_after(std::size_t failures, record_outcome const& command) {
    auto const& pauses = command.schedule->pauses;
    if (command.is_final || failures > pauses.size()) return std::nullopt;
    backoff const pause{pauses[failures - 1], pauses[failures - 1], command.schedule->jitter};
    auto wait = std::chrono::floor<std::chrono::milliseconds>(pause.after(1, command.jitter));
    if (auto const asked = command.failure->details().retry_after_s) {
        auto const longest = std::chrono::milliseconds(limits::retry_after_max);
        wait = std::max(wait, std::min(longest, std::chrono::milliseconds(std::chrono::seconds(*asked))));
    }
    return wait;
}

std::string_view shortened(std::string_view utf8, std::size_t bytes_max) {
    if (utf8.size() <= bytes_max) return utf8;
    auto end = bytes_max;
    while (end > 0 && (static_cast<unsigned char>(utf8[end]) & 0xc0) == 0x80) --end;
    return utf8.substr(0, end);
}

delivery_attempt attempt_at(timestamp at, std::optional<error> const& failure) {
    delivery_attempt tried;
    tried.at = at;
    if (!failure) return tried;
    tried.failure = std::string(failure->word());
    auto const& detail = failure->details().detail;
    if (!detail.empty()) tried.detail = std::string(shortened(detail, limits::delivery_detail_bytes_max));
    return tried;
}

/// What is recorded of a try that was made.
void record_try(delivery_record& after, record_outcome const& command, timestamp now) {
    auto attempts = after.attempts.get();
    attempts.push_back(attempt_at(now, command.failure));
    if (attempts.size() > limits::delivery_attempts_kept) attempts.erase(attempts.begin());
    after.next_attempt_at.reset();
    after.status = delivery_status::delivered;
    if (command.failure) {
        auto const pause = pause_after(failures_of(after, attempts), command);
        after.status = pause ? delivery_status::pending : delivery_status::dead;
        if (pause) after.next_attempt_at = now + *pause;
    }
    after.attempts = document<std::vector<delivery_attempt>>(std::move(attempts));
}

}  // namespace

bool is_known(events::event const& event) {
    return is_about_order(event) || is_about_stock(event) || is_about_endpoint(event);
}

result<void> check(events::event const& event) {
    field_errors wrong;
    if (is_about_order(event)) {
        wrong.must(order_id::parse(event.subject).has_value(), "/subject", "must be the id of an order");
    } else if (is_about_stock(event)) {
        wrong.must(sku::parse(event.subject).has_value(), "/subject", "must be a sku");
    } else {
        wrong.must(endpoint_id::parse(event.subject).has_value(), "/subject", "must be the id of a webhook endpoint");
    }
    return std::move(wrong).done();
}

recipient usual_recipient(events::event const& event) {
    if (is_about_order(event)) return {event.data.customer_id.value_or(std::string())};
    return {std::string(the_shop)};
}

delivery_record new_delivery(events::event const& event, std::string_view channel, std::string_view to) {
    delivery_record delivery;
    delivery.sequence = event.sequence;
    delivery.channel = channel;
    delivery.recipient = to;
    delivery.id = delivery_id{derive_id(channel, name_of(event) + "/" + delivery.recipient)};
    delivery.event_type = event.type;
    if (is_about_order(event)) {
        delivery.subject = order_id::parse(event.subject)->value;
    } else {
        delivery.subject = derive_id_at(event.time, "stock", name_of(event));
        if (is_about_stock(event)) delivery.sku = sku::parse(event.subject);
    }
    return delivery;
}

events::event event_of(delivery_record const& delivery) {
    if (delivery.event) return delivery.event->get();
    events::event told;
    told.type = delivery.event_type;
    told.sequence = delivery.sequence;
    told.time = delivery.created_at;
    told.data.status = status_in(delivery.event_type);
    if (delivery.sku) {
        told.subject = delivery.sku->text();
    } else {
        told.subject = to_string(delivery.subject);
        told.data.customer_id = delivery.recipient;
    }
    return told;
}

message to_message(delivery_record const& delivery) {
    return to_message(delivery, event_of(delivery));
}

message to_message(delivery_record const& delivery, events::event event) {
    message m;
    m.id = delivery.id;
    m.event = std::move(event);
    m.version = delivery.sequence;
    m.channel = delivery.channel;
    m.recipient = delivery.recipient;
    if (delivery.sku) {
        m.sku = delivery.sku;
    } else if (delivery.event_type.starts_with(events::about_order)) {
        m.order_id = order_id{delivery.subject};
    }
    return m;
}

std::string summary(message const& m) {
    auto const status = status_in(m.event.type);
    if (m.sku) return text_about_stock(*m.sku, status);
    if (is_about_endpoint(m.event)) {
        return "The webhook endpoint " + m.event.subject + " was disabled: " + m.event.data.note.value_or("failing") +
               ".";
    }
    return "Your order " + m.event.subject + " is " + std::string(status) + ".";
}

void want(keys& wanted, take_in const& command) {
    wanted.add<delivery_record>(key_of_record(command.delivery));
}
void want(keys& wanted, record_outcome const& command) {
    wanted.add<delivery_record>(key_of_record(command.delivery));
}
void want(keys& wanted, redeliver const& command) {
    wanted.add<delivery_record>(command.key);
}

void expect(expected& rows, take_in const& command) {
    rows.add_absent<delivery_record>(key_of_record(command.delivery));
}
void expect(expected& rows, record_outcome const& command) {
    if (command.delivery.revision == 0) {
        rows.add_absent<delivery_record>(key_of_record(command.delivery));
    } else {
        rows.add(command.delivery);
    }
}

void decide(rows& state, take_in const& command, attempt const& now) {
    if (state.find<delivery_record>(key_of_record(command.delivery))) return;
    auto fresh = command.delivery;
    fresh.created_at = now.now;
    fresh.next_attempt_at = now.now;
    state.insert(std::move(fresh));
}

void decide(rows& state, record_outcome const& command, attempt const& now) {
    auto const& before = command.delivery;
    auto const key = key_of_record(before);
    auto const* stored = state.find<delivery_record>(key);
    if (stored && (before.revision == 0 || stored->revision != before.revision)) return;
    auto after = before;
    if (!stored) after.created_at = now.now;
    if (command.instead) {
        after.status = *command.instead;
        after.next_attempt_at = command.until;
    } else {
        record_try(after, command, now.now);
    }
    if (stored) {
        state.edit<delivery_record>(key) = std::move(after);
    } else {
        state.insert(std::move(after));
    }
}

result<delivery> decide(rows& state, redeliver const& command, attempt const& now) {
    if (!state.find<delivery_record>(command.key)) return error(error_code::not_found);
    auto& again = state.edit<delivery_record>(command.key);
    if (again.status != delivery_status::pending) {
        again.status = delivery_status::pending;
        again.redelivered_at = now.now;
    }
    again.next_attempt_at = now.now;
    return view(again);
}

delivery view(delivery_record const& record) {
    delivery seen;
    seen.id = record.id;
    seen.event_type = record.event_type;
    if (record.sku) {
        seen.sku = record.sku;
        seen.stock_version = record.sequence;
    } else if (record.event_type.starts_with(events::about_order)) {
        seen.order_id = order_id{record.subject};
        seen.order_version = record.sequence;
    }
    seen.channel = record.channel;
    seen.recipient = record.recipient;
    seen.status = record.status;
    seen.attempts = record.attempts.get();
    seen.created_at = record.created_at;
    if (record.status == delivery_status::pending) seen.next_attempt_at = record.next_attempt_at;
    return seen;
}

}  // namespace shop::notifications::rules
