#pragma once

#include <shop/events/event.hpp>
#include <shop/json/document.hpp>
#include <shop/notifications/endpoint_record.hpp>
#include <shop/notifications/preferences.hpp>
#include <shop/notifications/types.hpp>
#include <shop/records/lease.hpp>
#include <shop/records/record.hpp>

namespace shop::notifications {

/// The delivery of one event over one channel to one recipient. Its key is the inbox: an event taken in twice finds it.
struct delivery_record {
    static constexpr std::string_view table = "notifications_delivery";
    static constexpr std::string_view lease_table = "notifications_lease";
    static constexpr auto key() {
        return std::tuple{&delivery_record::subject, &delivery_record::sequence, &delivery_record::channel,
                          &delivery_record::recipient};
    }
    static constexpr std::size_t load_key_size = 4;

    uuid subject;                ///< the order, or an id made of the stock's event; rises with time
    std::uint64_t sequence = 0;  ///< of the event: the version of the order, or of the stock
    std::string channel;         ///< as `channel::name` says
    std::string recipient;       ///< the customer's id, or `shop`
    std::uint64_t revision = 0;
    delivery_id id;
    std::string event_type;                             ///< as `delivery::event_type`
    delivery_status status = delivery_status::pending;  ///< `pending` until it is sent or given up
    document<std::vector<delivery_attempt>> attempts;   ///< in the order they were made
    timestamp created_at;
    std::optional<timestamp> next_attempt_at;  ///< while pending
    std::optional<shop::sku> sku;              ///< of an event about stock
    /// As it was told; nothing of what an immediate channel delivered.
    std::optional<document<events::event>> event;
    std::optional<timestamp> redelivered_at;  ///< when somebody asked for it again, the last time

    static constexpr auto fields() {
        using t = delivery_record;
        return std::tuple{required("subject", &t::subject),
                          required("sequence", &t::sequence),
                          required("channel", &t::channel),
                          required("recipient", &t::recipient),
                          required("revision", &t::revision),
                          required("id", &t::id),
                          required("event_type", &t::event_type),
                          required("status", &t::status),
                          required("attempts", &t::attempts),
                          required("created_at", &t::created_at),
                          optional("next_attempt_at", &t::next_attempt_at),
                          added("sku", &t::sku),
                          added("event", &t::event),
                          added("redelivered_at", &t::redelivered_at)};
    }
    friend bool operator==(delivery_record const&, delivery_record const&) = default;
};

using lease_record = shop::lease_record<delivery_record>;

/// What a customer wants to be told, and when.
struct preferences_record {
    static constexpr std::string_view table = "notifications_preferences";
    static constexpr auto key() { return std::tuple{&preferences_record::customer_id}; }
    static constexpr std::size_t load_key_size = 1;

    std::string customer_id;
    std::uint64_t revision = 0;                ///< as callers see it, too: the version of the preferences
    document<notifications::choices> choices;  ///< as the customer made them
    timestamp updated_at;

    static constexpr auto fields() {
        using t = preferences_record;
        return std::tuple{required("customer_id", &t::customer_id), required("revision", &t::revision),
                          required("choices", &t::choices), required("updated_at", &t::updated_at)};
    }
    friend bool operator==(preferences_record const&, preferences_record const&) = default;
};

/// Somebody, or an address, to whom nothing is sent any more.
struct suppression_record {
    static constexpr std::string_view table = "notifications_suppression";
    static constexpr auto key() { return std::tuple{&suppression_record::address}; }
    static constexpr std::size_t load_key_size = 1;

    std::string address;  ///< an e-mail address in lower case, or a customer's id
    std::uint64_t revision = 0;
    suppression_reason reason = suppression_reason::manual;  ///< why nothing is sent
    std::string note;                                        ///< for people
    timestamp created_at;

    static constexpr auto fields() {
        using t = suppression_record;
        return std::tuple{required("address", &t::address), required("revision", &t::revision),
                          required("reason", &t::reason), required("note", &t::note),
                          required("created_at", &t::created_at)};
    }
    friend bool operator==(suppression_record const&, suppression_record const&) = default;
};

using store_schema =
    shop::schema<delivery_record, lease_record, preferences_record, suppression_record, endpoint_record>;

/// Which deliveries to list.
struct delivery_query {
    std::optional<shop::order_id> order_id;
    std::optional<delivery_status> status;
    std::optional<std::string> channel;             ///< of this one; of all without it
    std::optional<std::string> customer_id;         ///< what this customer was told of orders; nothing of stock
    std::optional<std::string> endpoint;            ///< what this webhook endpoint is told
    std::optional<key_of<delivery_record>> before;  ///< keyset: keys less than this
    std::size_t limit = 0;
};

/// What one recipient is told over one channel: deliveries that stand in one line.
struct lane {
    std::string channel;    ///< as `delivery_record::channel`
    std::string recipient;  ///< as `delivery_record::recipient`
    friend auto operator<=>(lane const&, lane const&) = default;
};

/// The storage port of the notifications.
class store : public record_store<store_schema> {
public:
    /// Newest first; of one order, the last event first.
    virtual asio::awaitable<result<std::vector<delivery_record>>> list(delivery_query query) = 0;
    /// Lanes with a pending delivery whose next attempt is due, in their order, from behind `after` on.
    virtual asio::awaitable<result<std::vector<lane>>> due_lanes(timestamp now, std::optional<lane> after,
                                                                 std::size_t limit) = 0;
    /// Pending deliveries of lanes whose next attempt is due and that no earlier pending one of the same subject and
    /// lane stands in front of. Lane by lane as given, of each at most `limit_each`: the longest due first, those of
    /// one moment by key.
    virtual asio::awaitable<result<std::vector<delivery_record>>> due(std::vector<lane> lanes, timestamp now,
                                                                      std::size_t limit_each) = 0;
    /// A delivery by its id, if it has its event or was not delivered: what an immediate channel delivered is not
    /// found.
    virtual asio::awaitable<result<std::optional<delivery_record>>> find(delivery_id id) = 0;
};

}  // namespace shop::notifications
