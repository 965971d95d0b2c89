#include <shop/notifications/rules.hpp>

#include <algorithm>

#include <shop/async/backoff.hpp>
#include <shop/core/availability.hpp>
#include <shop/core/field_errors.hpp>
#include <shop/core/fingerprint.hpp>

namespace shop::notifications::rules {
namespace {

/// A version 8 UUID (RFC 9562: vendor specific) made of a name.
uuid derive_id(std::string_view kind, std::string_view name) {
    uuid derived;
    derived.bytes = fingerprint_of(kind, name);
    derived.bytes[6] = static_cast<std::uint8_t>((derived.bytes[6] & 0x0f) | 0x80);
    derived.bytes[8] = static_cast<std::uint8_t>((derived.bytes[8] & 0x3f) | 0x80);
    return derived;
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

/// The status in an event's type.
std::string_view status_in(std::string_view event_type) {
    static_assert(events::about_order.size() == events::about_stock.size());
    event_type.remove_prefix(events::about_order.size());
    return event_type.substr(0, event_type.rfind('.'));
}

std::string text_about_stock(shop::sku const& which, std::string_view status) {
    auto const name = std::string(which.text());
    if (status == to_word(availability_status::low_stock)) return name + " is low in stock.";
    if (status == to_word(availability_status::out_of_stock)) return name + " is out of stock.";
    return name + " is in stock again.";
}

constexpr backoff between_attempts{std::chrono::seconds(1), std::chrono::hours(1), 0.5};

}  // namespace

bool is_known(events::event const& event) {
    return is_about_order(event) || is_about_stock(event);
}

result<void> check(events::event const& event) {
    field_errors wrong;
    if (is_about_order(event)) {
        wrong.must(order_id::parse(event.subject).has_value(), "/subject", "must be the id of an order");
    } else {
        wrong.must(sku::parse(event.subject).has_value(), "/subject", "must be a sku");
    }
    return std::move(wrong).done();
}

recipient usual_recipient(events::event const& event) {
    if (is_about_order(event)) return {event.data.customer_id.value_or(std::string())};
    return {std::string(the_shop)};
}

delivery_record new_delivery(events::event const& event, std::string_view channel) {
    delivery_record delivery;
    delivery.sequence = event.sequence;
    delivery.channel = channel;
    delivery.id = delivery_id{derive_id(channel, name_of(event))};
    delivery.event_type = event.type;
    delivery.recipient = usual_recipient(event).id;
    if (is_about_order(event)) {
        delivery.subject = order_id::parse(event.subject)->value;
    } else {
        delivery.subject = derive_id_at(event.time, "stock", name_of(event));
        delivery.sku = sku::parse(event.subject);
    }
    return delivery;
}

message to_message(delivery_record const& delivery) {
    message m;
    m.id = delivery.id;
    m.event.type = delivery.event_type;
    m.event.sequence = delivery.sequence;
    m.event.data.status = status_in(delivery.event_type);
    m.version = delivery.sequence;
    m.recipient = delivery.recipient;
    if (delivery.sku) {
        m.sku = delivery.sku;
        m.event.subject = delivery.sku->text();
    } else {
        m.order_id = order_id{delivery.subject};
        m.event.subject = to_string(*m.order_id);
        m.event.data.customer_id = delivery.recipient;
    }
    return m;
}

std::string summary(message const& m) {
    auto const status = status_in(m.event.type);
    if (m.sku) return text_about_stock(*m.sku, status);
    return "Your order " + m.event.subject + " is " + std::string(status) + ".";
}

void want(keys& wanted, record_attempt const& command) {
    auto const& d = command.delivery;
    wanted.add<delivery_record>({d.subject, d.sequence, d.channel, d.recipient});
}

void expect(expected& rows, record_attempt const& command) {
    if (command.delivery.revision == 0) {
        rows.add_absent<delivery_record>(key_of_record(command.delivery));
    } else {
        rows.add(command.delivery);
    }
}

void decide(rows& state, record_attempt const& command, attempt const& now) {
    auto const& before = command.delivery;
    auto const key = key_of_record(before);
    auto const* stored = state.find<delivery_record>(key);
    if (stored && (before.revision == 0 || stored->revision != before.revision)) return;
    auto after = before;
    if (!stored) after.created_at = now.now;
    auto attempts = after.attempts.get();
    attempts.push_back({now.now, command.failure});
    after.next_attempt_at.reset();
    if (!command.failure) {
        after.status = delivery_status::delivered;
    } else if (attempts.size() >= attempts_max) {
        after.status = delivery_status::dead;
    } else {
        after.status = delivery_status::pending;
        after.next_attempt_at = now.now + std::chrono::floor<std::chrono::milliseconds>(between_attempts.after(
                                              static_cast<unsigned>(attempts.size()), command.jitter));
    }
    after.attempts = document<std::vector<delivery_attempt>>(std::move(attempts));
    if (stored) {
        state.edit<delivery_record>(key) = std::move(after);
    } else {
        state.insert(std::move(after));
    }
}

delivery view(delivery_record const& record) {
    delivery seen;
    seen.id = record.id;
    seen.event_type = record.event_type;
    if (record.sku) {
        seen.sku = record.sku;
        seen.stock_version = record.sequence;
    } else {
        seen.order_id = order_id{record.subject};
        seen.order_version = record.sequence;
    }
    seen.channel = record.channel;
    seen.recipient = record.recipient;
    seen.status = record.status;
    seen.attempts = record.attempts.get();
    seen.created_at = record.created_at;
    return seen;
}

}  // namespace shop::notifications::rules
