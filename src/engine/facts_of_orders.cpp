#include "facts_of_orders.hpp"

namespace shop {
namespace {

notifications::order_summary summary_of(orders::order const& order) {
    notifications::order_summary told;
    told.customer = {order.customer.email, order.customer.name, order.customer.locale};
    told.placed_at = order.placed_at;
    told.lines.reserve(order.lines.size());
    for (auto const& line : order.lines) {
        told.lines.push_back({line.sku, line.name, line.quantity.count(), line.unit_price, line.line_total});
    }
    told.total = order.total;
    if (!order.shipments.empty()) told.tracking = order.shipments.back().tracking;
    // What somebody noted as the reason may be internal; what a customer may read of it stands in the event.
    if (order.status == orders::status::rejected) told.reason = order.reason;
    return told;
}

}  // namespace

results<notifications::order_summary> facts_of_orders::find(std::vector<order_id> orders) {
    std::vector<result<notifications::order_summary>> found(orders.size(), error(error_code::unavailable));
    if (!orders_) co_return found;
    std::vector<request<orders::get_order>> asked;
    asked.reserve(orders.size());
    for (auto const& id : orders) asked.emplace_back(orders::get_order(id));
    auto const answers = co_await orders_->get(std::move(asked));
    for (std::size_t i = 0; i < found.size(); ++i) {
        if (answers[i]) {
            found[i] = summary_of(*answers[i]);
        } else {
            found[i] = answers[i].error();
        }
    }
    co_return found;
}

}  // namespace shop
