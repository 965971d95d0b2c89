#pragma once

#include <tuple>

#include <shop/async/operation.hpp>
#include <shop/products/service.hpp>

namespace shop::products {

/// The products' part of the operation table.
inline constexpr auto operations = std::tuple{
    operation<service, create_product, product>{"products.create", http_method::post, "/v1/products",
                                                operation_kind::unary, safety::idempotent, success::created,
                                                "products:write", &service::create},
    operation<service, get_product, product>{"products.get", http_method::get, "/v1/products/{sku}",
                                             operation_kind::unary, safety::safe, success::answered, "products:read",
                                             &service::get},
    operation<service, list_products, page<product>>{"products.list", http_method::get, "/v1/products",
                                                     operation_kind::list, safety::safe, success::answered,
                                                     "products:read", &service::list},
    operation<service, replace_product, product>{"products.replace", http_method::put, "/v1/products/{sku}",
                                                 operation_kind::unary, safety::idempotent, success::answered,
                                                 "products:write", &service::replace},
    operation<service, archive_product, product>{"products.archive", http_method::delete_, "/v1/products/{sku}",
                                                 operation_kind::unary, safety::idempotent, success::answered,
                                                 "products:write", &service::archive},
    operation<service, import_product, imported>{"products.import", http_method::post, "/v1/products/import",
                                                 operation_kind::upload, safety::idempotent, success::answered,
                                                 "products:write", &service::import},
};

/// With those between services.
inline constexpr auto all_operations = std::tuple_cat(
    operations, std::tuple{
                    internal_operation("products.offers", safety::safe, "products:read", &service::offers),
                    internal_operation("products.note_availability", safety::idempotent, "products:note",
                                       &service::note_availability),
                });

}  // namespace shop::products
