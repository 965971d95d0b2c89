#pragma once

#include <memory>

#include <shop/inventory/make_service.hpp>
#include <shop/products/service.hpp>

namespace shop {

/// What becomes of a movement of stock whose sku no product has.
enum class unknown_skus { refuse, accept };
constexpr std::array<std::string_view, 2> words_of(unknown_skus) {
    return {"refuse", "accept"};
}

/// Knows the skus that products have, of whatever status. The refusal of one that differs from them in letter case only
/// names the one that exists.
inventory::sku_check skus_of(std::shared_ptr<products::service> products);

}  // namespace shop
