#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>

#include <shop/core/describe.hpp>
#include <shop/core/time.hpp>
#include <shop/core/uuid.hpp>

namespace shop::events {

/// What an event tells of its subject. It carries ids, not contact data; members are only ever added, and which are
/// there depends on the type.
struct event_data {
    std::string status;  ///< that the subject has now: a word of `orders::status`, `availability_status`
    std::optional<std::string> customer_id;  ///< of an order
    std::optional<std::string> note;         ///< to the customer, of an order's step
    std::optional<std::string> tracking;     ///< of a shipment
    std::optional<std::int64_t> available;   ///< pieces that can be promised, of a sku

    static constexpr auto fields() {
        using t = event_data;
        return std::tuple{required("status", &t::status), optional("customer_id", &t::customer_id),
                          optional("note", &t::note), optional("tracking", &t::tracking),
                          optional("available", &t::available)};
    }
    friend bool operator==(event_data const&, event_data const&) = default;
};

/// That something happened to an order or to stock, in the envelope of CloudEvents 1.0: `type`, `source`, `subject`,
/// `time` and `data` are its members, `sequence` is its extension of that name. (source, subject, sequence) names an
/// event for ever: who has seen it knows a repeat by them.
struct event {
    std::string type;            ///< `shop.order.confirmed.v1`: what it is about, the status, the version of the data
    store_epoch source;          ///< the store that says it
    std::string subject;         ///< the order's id, or the sku
    std::uint64_t sequence = 0;  ///< 1-based: the version of the subject that it made
    timestamp time;              ///< when it happened
    event_data data;             ///< of a shape that the type names

    static constexpr auto fields() {
        using t = event;
        return std::tuple{required("type", &t::type),       required("source", &t::source),
                          required("subject", &t::subject), required("sequence", &t::sequence),
                          required("time", &t::time),       required("data", &t::data)};
    }
    friend bool operator==(event const&, event const&) = default;
};

/// What types of events begin with: what the event is about.
inline constexpr std::string_view about_order = "shop.order.", about_stock = "shop.stock.",
                                  about_endpoint = "shop.webhook_endpoint.";

/// `shop.order.confirmed.v1`
inline std::string type_of(std::string_view about, std::string_view status) {
    return std::string(about).append(status).append(".v1");
}

}  // namespace shop::events
