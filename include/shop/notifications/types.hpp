#pragma once

#include <optional>
#include <string>
#include <vector>

#include <shop/core/describe.hpp>
#include <shop/core/sku.hpp>
#include <shop/core/time.hpp>
#include <shop/core/uuid.hpp>

namespace shop::notifications {

enum class delivery_status { pending, delivered, dead };
constexpr std::array<std::string_view, 3> words_of(delivery_status) {
    return {"pending", "delivered", "dead"};
}

/// One try to hand a message over.
struct delivery_attempt {
    timestamp at;
    std::optional<std::string> failure;  ///< nothing when it went through

    static constexpr auto fields() {
        return std::tuple{required("at", &delivery_attempt::at), optional("failure", &delivery_attempt::failure)};
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
    delivery_status status = delivery_status::pending;  ///< `dead` ones are not tried again
    std::vector<delivery_attempt> attempts;             ///< in the order they were made
    timestamp created_at;

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
                          required("created_at", &t::created_at)};
    }
    friend bool operator==(delivery const&, delivery const&) = default;
};

}  // namespace shop::notifications
