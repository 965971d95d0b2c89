#pragma once

#include <list>
#include <memory>
#include <unordered_map>

#include <shop/async/service_context.hpp>
#include <shop/products/service.hpp>

namespace shop_server {

namespace asio = boost::asio;

struct product_cache_options {
    std::chrono::milliseconds fresh_for{1'000};
    std::size_t products_max = 10'000;
};

/// Products that were read a moment ago, read again without asking the product service. What is changed through this
/// port is read anew; what is changed elsewhere is seen `fresh_for` later at the latest. Availability is a hint anyway,
/// and whoever writes names the version that they read.
/// @par Thread safety
/// As the service.
std::shared_ptr<shop::products::service> cached_products(shop::service_context context,
                                                         std::shared_ptr<shop::products::service> from,
                                                         product_cache_options options = {});

}  // namespace shop_server
