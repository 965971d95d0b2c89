#pragma once

#include "rest/route.hpp"

/// Where the operations that are streams are opened.
namespace shop::http::detail {

asio::awaitable<response> open_stream(exchange& at, orders::follow_order wanted);
asio::awaitable<response> open_stream(exchange& at, orders::follow_orders wanted);
asio::awaitable<response> open_stream(exchange& at, inventory::watch_availability wanted);

}  // namespace shop::http::detail
