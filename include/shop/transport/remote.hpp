#pragma once

#include <memory>

#include <shop/async/service_context.hpp>
#include <shop/inventory/service.hpp>
#include <shop/notifications/service.hpp>
#include <shop/orders/service.hpp>
#include <shop/products/service.hpp>
#include <shop/transport/channel.hpp>
#include <shop/transport/observer.hpp>

/// The four services over a channel: who holds such a port cannot tell that the service runs elsewhere, but by the time
/// it takes and by the errors `unavailable`, `deadline_exceeded` and `outcome_unknown`, which any service may answer.
///
/// Each request is answered before its deadline, a tenth of the time before it, also when the service says nothing; a
/// request without one gets `limits::deadline_default`. What has not left by then is not sent.
/// `watch` is told of the items of each call when they are answered.
/// @par Thread safety
/// As the services: to be used from the executor of the context.
namespace shop::transport {

/// @param over leads to an endpoint that offers the service
std::shared_ptr<products::service> remote_products(service_context context, std::shared_ptr<channel> over,
                                                   observer watch = {});
/// @param over leads to an endpoint that offers the service
std::shared_ptr<inventory::service> remote_inventory(service_context context, std::shared_ptr<channel> over,
                                                     observer watch = {});
/// @param over leads to an endpoint that offers the service
std::shared_ptr<orders::service> remote_orders(service_context context, std::shared_ptr<channel> over,
                                               observer watch = {});
/// @param over leads to an endpoint that offers the service
std::shared_ptr<notifications::service> remote_notifications(service_context context, std::shared_ptr<channel> over,
                                                             observer watch = {});

}  // namespace shop::transport
