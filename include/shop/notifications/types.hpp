#pragma once

#include <optional>
#include <string>
#include <vector>

#include <shop/core/describe.hpp>
#include <shop/core/sku.hpp>
#include <shop/core/time.hpp>
#include <shop/core/uuid.hpp>
#include <shop/notifications/preferences.hpp>

namespace shop::notifications {

/// What becomes of a delivery.
enum class delivery_status {
    pending,    ///< to be sent, or to be tried again
    delivered,  ///< handed over
    dead,       ///< given up: it failed for good, or too often
    skipped,    ///< the recipient does not want it
};
constexpr std::array<std::string_view, 4> words_of(delivery_status) {
    return {"pending", "delivered", "dead", "skipped"};
}

/// One try to hand a message over.
struct delivery_attempt {
    timestamp at;
    std::optional<std::string> failure;  ///< a word of `error_table`; nothing when it went through
    std::optional<std::string> detail;   ///< what the channel says of the failure, without secrets and contact data

    static constexpr auto fields() {
        return std::tuple{required("at", &delivery_attempt::at), optional("failure", &delivery_attempt::failure),
                          optional("detail", &delivery_attempt::detail)};
    }
    friend bool operator==(delivery_attempt const&, delivery_attempt const&) = default;
};

/// One message to one recipient over one channel, with all its tries.
struct delivery {
    delivery_id id;                              ///< equal over all tries and repeats of the event
    std::string event_type;                      ///< `shop.order.confirmed.v1`, `shop.stock.out_of_stock.v1`
    std::optional<shop::order_id> order_id;      ///< of what happened to an order
    std::optional<std::uint64_t> order_version;  ///< as of the event
    std::optional<shop::sku> sku;                ///< of what happened to stock
    std::optional<std::uint64_t> stock_version;  ///< as of the event
    std::string channel;                         ///< as `channel::name` says
    std::string recipient;                       ///< the customer's id, never contact data; `shop`: who runs the shop
    delivery_status status = delivery_status::pending;  ///< only `pending` ones are tried again
    std::vector<delivery_attempt> attempts;             ///< in the order they were made
    timestamp created_at;
    std::optional<timestamp> next_attempt_at;  ///< while pending

    static constexpr auto fields() {
        using t = delivery;
        return std::tuple{required("id", &t::id),
                          required("event_type", &t::event_type),
                          optional("order_id", &t::order_id),
                          optional("order_version", &t::order_version),
                          optional("sku", &t::sku),
                          optional("stock_version", &t::stock_version),
                          required("channel", &t::channel),
                          required("recipient", &t::recipient),
                          required("status", &t::status),
                          required("attempts", &t::attempts),
                          required("created_at", &t::created_at),
                          optional("next_attempt_at", &t::next_attempt_at)};
    }
    friend bool operator==(delivery const&, delivery const&) = default;
};

/// What asking for many deliveries again came to.
struct redelivered {
    std::int64_t count = 0;                  ///< deliveries that are due again
    std::optional<std::string> next_cursor;  ///< there may be more: ask again with it

    static constexpr auto fields() {
        return std::tuple{required("count", &redelivered::count), optional("next_cursor", &redelivered::next_cursor)};
    }
    friend bool operator==(redelivered const&, redelivered const&) = default;
};

/// What a customer wants to be told, and when.
struct preferences {
    std::string customer_id;
    std::uint64_t version = 0;       ///< 0 of a customer who never chose
    notifications::choices choices;  ///< what the customer wants
    std::optional<timestamp> updated_at;

    static constexpr auto fields() {
        using t = preferences;
        return std::tuple{required("customer_id", &t::customer_id), required("version", &t::version),
                          required("choices", &t::choices), optional("updated_at", &t::updated_at)};
    }
    friend bool operator==(preferences const&, preferences const&) = default;
};

/// Somebody, or an address, to whom nothing is sent any more.
struct suppression {
    std::string address;                                     ///< an e-mail address in lower case, or a customer's id
    suppression_reason reason = suppression_reason::manual;  ///< why nothing is sent
    std::string note;                                        ///< for people; may be empty
    timestamp created_at;

    static constexpr auto fields() {
        using t = suppression;
        return std::tuple{required("address", &t::address), required("reason", &t::reason), required("note", &t::note),
                          required("created_at", &t::created_at)};
    }
    friend bool operator==(suppression const&, suppression const&) = default;
};

}  // namespace shop::notifications
