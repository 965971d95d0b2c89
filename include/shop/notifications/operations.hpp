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
    operation<service, create_endpoint, webhook_endpoint>{
        "webhooks.create", http_method::post, "/v1/webhook-endpoints", operation_kind::unary, safety::keyed,
        success::created, "webhooks:write", &service::create_endpoint, sensitivity::personal},
    operation<service, get_endpoint, webhook_endpoint>{"webhooks.get", http_method::get, "/v1/webhook-endpoints/{id}",
                                                       operation_kind::unary, safety::safe, success::answered,
                                                       "webhooks:read", &service::get_endpoint, sensitivity::personal},
    operation<service, list_endpoints, page<webhook_endpoint>>{
        "webhooks.list", http_method::get, "/v1/webhook-endpoints", operation_kind::list, safety::safe,
        success::answered, "webhooks:read", &service::list_endpoints, sensitivity::personal},
    operation<service, change_endpoint, webhook_endpoint>{
        "webhooks.change", http_method::patch, "/v1/webhook-endpoints/{id}", operation_kind::unary, safety::idempotent,
        success::answered, "webhooks:write", &service::change_endpoint, sensitivity::personal},
    operation<service, remove_endpoint, noted>{"webhooks.remove", http_method::delete_, "/v1/webhook-endpoints/{id}",
                                               operation_kind::unary, safety::idempotent, success::removed,
                                               "webhooks:write", &service::remove_endpoint, sensitivity::personal},
    operation<service, rotate_secret, webhook_endpoint>{
        "webhooks.rotate_secret", http_method::post, "/v1/webhook-endpoints/{id}/rotate-secret", operation_kind::unary,
        safety::keyed, success::answered, "webhooks:write", &service::rotate_secret, sensitivity::personal},
    operation<service, list_endpoint_deliveries, page<delivery>>{
        "webhooks.deliveries", http_method::get, "/v1/webhook-endpoints/{id}/deliveries", operation_kind::list,
        safety::safe, success::answered, "webhooks:read", &service::endpoint_deliveries, sensitivity::personal},
    operation<service, redeliver_to_endpoint, redelivered>{
        "webhooks.redeliver", http_method::post, "/v1/webhook-endpoints/{id}/redeliver", operation_kind::unary,
        safety::idempotent, success::answered, "webhooks:write", &service::redeliver_to_endpoint,
        sensitivity::personal},
    operation<service, test_endpoint, tested_endpoint>{
        "webhooks.test", http_method::post, "/v1/webhook-endpoints/{id}/test", operation_kind::unary,
        safety::idempotent, success::answered, "webhooks:write", &service::test_endpoint, sensitivity::personal},
};

static_assert(all_personal(operations));

/// With those between services.
inline constexpr auto all_operations = std::tuple_cat(
    operations,
    std::tuple{
        internal_operation("notifications.notify", safety::idempotent, "notifications:notify", &service::notify),
    });

}  // namespace shop::notifications
