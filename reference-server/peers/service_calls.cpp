#include "peers/service_calls.hpp"

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

#include <shop/inventory/operations.hpp>
#include <shop/notifications/operations.hpp>
#include <shop/orders/operations.hpp>
#include <shop/products/operations.hpp>

namespace shop_server {

namespace {

using call = std::pair<role, std::string_view>;

constexpr std::array calls_of_services{
    call{role::inventory, "products.offers"},             // is the sku known?
    call{role::inventory, "products.list"},               // is one known that looks like it?
    call{role::inventory, "products.note_availability"},  // what can be had
    call{role::inventory, "notifications.notify"},        // what ran low
    call{role::order, "products.offers"},                 // what it costs
    call{role::order, "inventory.allocate"},
    call{role::order, "inventory.release"},
    call{role::order, "inventory.ship"},
    call{role::order, "inventory.decisions"},
    call{role::order, "notifications.notify"},
    call{role::notification, "orders.get"},  // whom to tell, and of what
};

template <class Table>
bool is_resource(Table const& table, std::string_view operation) {
    return std::apply([&](auto const&... rows) { return ((rows.name == operation && !rows.path.empty()) || ...); },
                      table);
}

}  // namespace

bool may_call(role caller, std::string_view operation) {
    if (caller == role::gateway) {
        return is_resource(shop::products::operations, operation) ||
               is_resource(shop::inventory::operations, operation) ||
               is_resource(shop::orders::operations, operation) ||
               is_resource(shop::notifications::operations, operation);
    }
    return std::ranges::find(calls_of_services, call{caller, operation}) != calls_of_services.end();
}

}  // namespace shop_server
