#pragma once

#include <shop/json/document.hpp>
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
    delivery_status status = delivery_status::pending;  ///< `dead` ones are not tried again
    document<std::vector<delivery_attempt>> attempts;   ///< in the order they were made
    timestamp created_at;
    std::optional<timestamp> next_attempt_at;  ///< while pending
    std::optional<shop::sku> sku;              ///< of an event about stock

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
                          added("sku", &t::sku)};
    }
    friend bool operator==(delivery_record const&, delivery_record const&) = default;
};

using lease_record = shop::lease_record<delivery_record>;

using store_schema = shop::schema<delivery_record, lease_record>;

/// Which deliveries to list.
struct delivery_query {
    std::optional<shop::order_id> order_id;
    std::optional<delivery_status> status;
    std::optional<std::string> customer_id;         ///< what this customer was told of orders; nothing of stock
    std::optional<key_of<delivery_record>> before;  ///< keyset: keys less than this
    std::size_t limit = 0;
};

/// The storage port of the notifications.
class store : public record_store<store_schema> {
public:
    /// Newest first; of one order, the last event first.
    virtual asio::awaitable<result<std::vector<delivery_record>>> list(delivery_query query) = 0;
    /// Pending deliveries whose next attempt is due: the longest due first, those of one moment by key.
    virtual asio::awaitable<result<std::vector<delivery_record>>> due(timestamp now, std::size_t limit) = 0;
};

}  // namespace shop::notifications
