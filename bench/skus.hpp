#pragma once

#include <string>

#include <shop/core/sku.hpp>

namespace shop::bench {

/// The skus of all suites: as long as each other, in this order.
inline sku sku_of(std::size_t i) {
    return sku("SKU-" + std::to_string(100'000 + i));
}

}  // namespace shop::bench
