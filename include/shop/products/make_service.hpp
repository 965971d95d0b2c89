#pragma once

#include <memory>

#include <shop/async/service_context.hpp>
#include <shop/products/service.hpp>
#include <shop/products/store.hpp>

namespace shop::products {

/// What the catalogue stands on.
struct service_parts {
    std::shared_ptr<products::store> store;  ///< not null
    service_context context;                 ///< outlives the service
};

/// The catalogue on a store.
std::shared_ptr<service> make_service(service_parts parts);

}  // namespace shop::products
