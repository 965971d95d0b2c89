#pragma once

#include <array>
#include <string_view>

#include <shop/core/describe.hpp>

namespace shop_server {

/// What a process of shop-server is: the whole shop, one of its services, or the gateway in front of them.
enum class role { all, gateway, product, inventory, order, notification };

constexpr std::array<std::string_view, 6> words_of(role) {
    return {"all", "gateway", "product", "inventory", "order", "notification"};
}

}  // namespace shop_server
