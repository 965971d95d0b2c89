#pragma once

#include <tuple>

#include <shop/async/operation.hpp>
#include <shop/notifications/service.hpp>

namespace shop::notifications {

/// The notifications' part of the operation table.
inline constexpr auto operations = std::tuple{
    operation<service, list_notifications, page<delivery>>{"notifications.list", http_method::get, "/v1/notifications",
                                                           operation_kind::list, safety::safe, success::answered,
                                                           "notifications:read", &service::list, sensitivity::personal},
};

static_assert(all_personal(operations));

/// With those between services.
inline constexpr auto all_operations = std::tuple_cat(
    operations,
    std::tuple{
        internal_operation("notifications.notify", safety::idempotent, "notifications:notify", &service::notify),
    });

}  // namespace shop::notifications
