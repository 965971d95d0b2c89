#pragma once

#include <tuple>

#include <shop/async/operation.hpp>
#include <shop/inventory/service.hpp>

namespace shop::inventory {

/// The inventory's part of the operation table.
inline constexpr auto operations = std::tuple{
    operation<service, get_stock, stock_level>{"inventory.get", http_method::get, "/v1/inventory/{sku}",
                                               operation_kind::unary, safety::safe, success::answered, "inventory:read",
                                               &service::get},
    operation<service, list_stock, page<stock_level>>{"inventory.list", http_method::get, "/v1/inventory",
                                                      operation_kind::list, safety::safe, success::answered,
                                                      "inventory:read", &service::list},
    operation<service, watch_availability, availabilities>{
        "inventory.availability", http_method::get, "/v1/availability/events", operation_kind::stream, safety::safe,
        success::answered, "products:read", &service::availability},
    operation<service, configure_stock, stock_level>{"inventory.configure", http_method::patch, "/v1/inventory/{sku}",
                                                     operation_kind::unary, safety::idempotent, success::answered,
                                                     "inventory:write", &service::configure},
    operation<service, record_movement, recorded>{"inventory.record", http_method::post,
                                                  "/v1/inventory/{sku}/movements", operation_kind::unary, safety::keyed,
                                                  success::created, "inventory:write", &service::record},
    operation<service, list_movements, page<movement>>{
        "inventory.movements", http_method::get, "/v1/inventory/{sku}/movements", operation_kind::list, safety::safe,
        success::answered, "inventory:read", &service::movements},
};

/// With those between services.
inline constexpr auto all_operations = std::tuple_cat(
    operations,
    std::tuple{
        internal_operation("inventory.allocate", safety::idempotent, "inventory:allocate", &service::allocate),
        internal_operation("inventory.release", safety::idempotent, "inventory:allocate", &service::release),
        internal_operation("inventory.ship", safety::idempotent, "inventory:allocate", &service::ship),
        internal_operation("inventory.decisions", safety::safe, "inventory:allocate", &service::decisions),
    });

}  // namespace shop::inventory
