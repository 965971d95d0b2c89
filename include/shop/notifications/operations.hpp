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
    operation<service, redeliver_notification, delivery>{
        "notifications.redeliver", http_method::post, "/v1/notifications/{id}/redeliver", operation_kind::unary,
        safety::idempotent, success::answered, "notifications:write", &service::redeliver, sensitivity::personal},
    operation<service, redeliver_notifications, redelivered>{
        "notifications.redeliver_all", http_method::post, "/v1/notifications/redeliver", operation_kind::unary,
        safety::idempotent, success::answered, "notifications:write", &service::redeliver_all, sensitivity::personal},
    operation<service, get_preferences, preferences>{
        "notifications.get_preferences", http_method::get, "/v1/customers/{id}/preferences", operation_kind::unary,
        safety::safe, success::answered, "notifications:read", &service::get_preferences, sensitivity::personal},
    operation<service, set_preferences, preferences>{
        "notifications.set_preferences", http_method::put, "/v1/customers/{id}/preferences", operation_kind::unary,
        safety::idempotent, success::answered, "notifications:write", &service::set_preferences, sensitivity::personal},
    operation<service, list_suppressions, page<suppression>>{
        "notifications.suppressions", http_method::get, "/v1/suppressions", operation_kind::list, safety::safe,
        success::answered, "notifications:read", &service::suppressions, sensitivity::personal},
    operation<service, suppress_address, suppression>{"notifications.suppress", http_method::post, "/v1/suppressions",
                                                      operation_kind::unary, safety::idempotent, success::answered,
                                                      "notifications:write", &service::suppress, sensitivity::personal},
    operation<service, unsuppress_address, suppression>{
        "notifications.unsuppress", http_method::delete_, "/v1/suppressions/{address}", operation_kind::unary,
        safety::idempotent, success::answered, "notifications:write", &service::unsuppress, sensitivity::personal},
};

static_assert(all_personal(operations));

/// With those between services.
inline constexpr auto all_operations = std::tuple_cat(
    operations,
    std::tuple{
        internal_operation("notifications.notify", safety::idempotent, "notifications:notify", &service::notify),
    });

}  // namespace shop::notifications
