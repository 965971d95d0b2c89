#pragma once

#include <tuple>

#include <shop/core/operation.hpp>
#include <shop/notifications/service.hpp>

namespace shop::notifications {

/// The notifications' part of the operation table.
inline constexpr auto operations = std::tuple{
    operation<service, list_notifications, page<delivery>>{"notifications.list", http_method::get, "/v1/notifications",
                                                           operation_kind::list, safety::safe, success::answered,
                                                           "notifications:read", &service::list},
};

}  // namespace shop::notifications
