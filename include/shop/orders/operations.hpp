#pragma once

#include <tuple>

#include <shop/async/operation.hpp>
#include <shop/orders/service.hpp>

namespace shop::orders {

/// The orders' part of the operation table.
inline constexpr auto operations = std::tuple{
    operation<service, place_order, acknowledgement>{"orders.place", http_method::post, "/v1/orders",
                                                     operation_kind::unary, safety::keyed, success::created,
                                                     "orders:write", &service::place, sensitivity::personal},
    operation<service, get_order, order>{"orders.get", http_method::get, "/v1/orders/{id}", operation_kind::unary,
                                         safety::safe, success::answered, "orders:read", &service::get,
                                         sensitivity::personal},
    operation<service, list_orders, page<order>>{"orders.list", http_method::get, "/v1/orders", operation_kind::list,
                                                 safety::safe, success::answered, "orders:read", &service::list,
                                                 sensitivity::personal},
    operation<service, get_history, page<history_item>>{"orders.history", http_method::get, "/v1/orders/{id}/history",
                                                        operation_kind::list, safety::safe, success::answered,
                                                        "orders:read", &service::history, sensitivity::personal},
    operation<service, follow_order, order_events>{"orders.events", http_method::get, "/v1/orders/{id}/events",
                                                   operation_kind::stream, safety::safe, success::answered,
                                                   "orders:read", &service::events, sensitivity::personal},
    operation<service, follow_orders, order_events>{"orders.all_events", http_method::get, "/v1/orders/events",
                                                    operation_kind::stream, safety::safe, success::answered,
                                                    "orders:any", &service::all_events, sensitivity::personal},
    operation<service, transition_order, acknowledgement>{
        "orders.transition", http_method::post, "/v1/orders/{id}/transitions", operation_kind::unary, safety::keyed,
        success::answered, "orders:fulfil", &service::transition, sensitivity::personal},
    operation<service, cancel_order, acknowledgement>{"orders.cancel", http_method::post, "/v1/orders/{id}/cancel",
                                                      operation_kind::unary, safety::keyed, success::answered,
                                                      "orders:write", &service::cancel, sensitivity::personal},
};

static_assert(all_personal(operations));

/// With those between services: there are none.
inline constexpr auto const& all_operations = operations;

}  // namespace shop::orders
