#pragma once

#include <unordered_map>

#include <shop/inventory/store.hpp>
#include <shop/orders/store.hpp>

#include "pages.hpp"
#include "stock_audit.hpp"

namespace shop::auditing {

/// I4 and I7 to I10: orders and what the inventory decided about them agree, histories are paths of the status machine,
/// totals add up, one order per key.
///
/// First `read_history`, then the others in any order, then `note_movement` and `conclude`.
class order_audit {
public:
    order_audit(orders::store& orders, inventory::store& inventory, stock_audit& stock, findings& into,
                audit_report& report)
        : orders_(orders), inventory_(inventory), stock_(stock), findings_(into), report_(report) {}

    /// The event log by itself: versions without gaps, steps that the machine has.
    asio::awaitable<result<void>> read_history();
    /// Each order against its history, its total, and the decision about it.
    asio::awaitable<result<void>> read_orders();
    /// Each decision: what it still promises, and that there is an order.
    asio::awaitable<result<void>> read_decisions();
    asio::awaitable<result<void>> read_keys();
    /// What moved since `read_history`; who reads the log, against its end.
    asio::awaitable<result<void>> note_movement();
    void conclude();

    /// The version of an order by its row; 0 when there is none. After `read_orders`.
    std::uint64_t version_of(order_id which) const;

private:
    struct path {
        std::uint64_t version = 0;        // of the last event
        std::uint64_t order_version = 0;  // of the row; 0 when there is none
        orders::status status = orders::status::pending;
        bool broken = false;  // told once
        bool keyed = false;   // a key placed it
    };
    void take(orders::event_record const& event);
    void check_history(orders::order_record const& order);

    orders::store& orders_;
    inventory::store& inventory_;
    stock_audit& stock_;
    findings& findings_;
    audit_report& report_;
    std::unordered_map<order_id, path> paths_;
    std::optional<std::uint64_t> log_end_;
};

}  // namespace shop::auditing
