#pragma once

#include <optional>
#include <string>
#include <vector>

#include <shop/async/results.hpp>
#include <shop/core/money.hpp>
#include <shop/core/sku.hpp>
#include <shop/core/time.hpp>
#include <shop/core/uuid.hpp>
#include <shop/notifications/channel.hpp>

namespace shop::notifications {

/// A line of an order, as its customer is told of it.
struct ordered_line {
    shop::sku sku;
    std::string name;           ///< of the product, when the order was placed
    std::int64_t quantity = 0;  ///< pieces
    money unit_price;           ///< as it was when the order was placed
    money line_total;           ///< `unit_price` times `quantity`
};

/// What is told of an order beside its event: as it is when the message is sent.
struct order_summary {
    contact customer;  ///< how they are reached
    timestamp placed_at;
    std::vector<ordered_line> lines;  ///< in the order in which they were placed
    money total;
    std::optional<std::string> tracking;  ///< of the last shipment
    std::optional<std::string> reason;    ///< why it was rejected or cancelled, if the customer may know
};

/// Where contact data and contents of orders come from: they stand in no event and in no delivery, and are read when a
/// message is sent.
/// @par Thread safety
/// Shared objects: need not be safe; called from the executor of the service.
class order_facts {
public:
    virtual ~order_facts() = default;
    /// @par Errors
    /// `not_found` for an order that is gone, with which its messages are given up; any other is tried again.
    virtual results<order_summary> find(std::vector<order_id> orders) = 0;
};

}  // namespace shop::notifications
