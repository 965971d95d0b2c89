#include <shop/notifications/rules.hpp>

#include <algorithm>

#include <shop/core/fingerprint.hpp>

namespace shop::notifications::rules {
namespace {

/// A version 8 UUID (RFC 9562: vendor specific) made of what names the event and the way it goes.
delivery_id derive_id(order_event const& event, std::string_view channel) {
    auto const name = to_string(event.epoch) + to_string(event.order_id) + "/" + std::to_string(event.version);
    delivery_id derived;
    derived.value.bytes = fingerprint_of(channel, name);
    derived.value.bytes[6] = static_cast<std::uint8_t>((derived.value.bytes[6] & 0x0f) | 0x80);
    derived.value.bytes[8] = static_cast<std::uint8_t>((derived.value.bytes[8] & 0x3f) | 0x80);
    return derived;
}

/// 1 s, 2 s, 4 s ... up to an hour, of which a random half is waited on top of the other.
std::chrono::milliseconds retry_after(std::size_t attempts, std::uint64_t jitter) {
    auto const full = std::min<std::int64_t>(1000ll << std::min<std::size_t>(attempts - 1, 12), 3'600'000);
    return std::chrono::milliseconds(full / 2 + static_cast<std::int64_t>(jitter % static_cast<std::uint64_t>(full / 2)));
}

}  // namespace

delivery_record new_delivery(order_event const& event, std::string_view channel) {
    delivery_record delivery;
    delivery.order_id = event.order_id;
    delivery.order_version = event.version;
    delivery.channel = channel;
    delivery.recipient = event.customer_id;
    delivery.id = derive_id(event, channel);
    delivery.event_type = "shop.order." + event.status + ".v1";
    return delivery;
}

message to_message(delivery_record const& delivery) {
    message m;
    m.id = delivery.id;
    m.event_type = delivery.event_type;
    m.order_id = delivery.order_id;
    m.order_version = delivery.order_version;
    m.recipient = delivery.recipient;
    auto const status = delivery.event_type.substr(11, delivery.event_type.size() - 14);  // between shop.order. and .v1
    m.text = "Your order " + to_string(delivery.order_id) + " is " + status + ".";
    return m;
}

void want(keys& wanted, record_attempt const& command) {
    auto const& d = command.delivery;
    wanted.add<delivery_record>({d.order_id, d.order_version, d.channel, d.recipient});
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
        after.next_attempt_at = now.now + retry_after(attempts.size(), command.jitter);
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
    seen.order_id = record.order_id;
    seen.order_version = record.order_version;
    seen.channel = record.channel;
    seen.recipient = record.recipient;
    seen.status = record.status;
    seen.attempts = record.attempts.get();
    seen.created_at = record.created_at;
    return seen;
}

}  // namespace shop::notifications::rules
