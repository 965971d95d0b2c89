#pragma once

#include <memory>

#include <shop/async/service_context.hpp>
#include <shop/products/service.hpp>
#include <shop/products/store.hpp>

namespace shop::products {

/// The catalogue on a store.
std::shared_ptr<service> make_service(std::shared_ptr<store> store, service_context const& context);

}  // namespace shop::products
