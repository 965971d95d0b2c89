#pragma once

#include <memory>

#include <shop/events/relay.hpp>
#include <shop/inventory/store.hpp>
#include <shop/notifications/service.hpp>
#include <shop/orders/store.hpp>
#include <shop/products/make_service.hpp>

namespace shop {

using order_relay = events::relay<orders::store_schema, orders::event_record>;
using stock_event_relay = events::relay<inventory::store_schema, inventory::stock_event_record>;
using stock_relay = events::relay<inventory::store_schema, inventory::movement_record>;

/// Tells the notifications of every change of an order's status, from version 2 on.
std::shared_ptr<order_relay> make_order_relay(service_context context, std::shared_ptr<orders::store> store,
                                              std::shared_ptr<shop::lease> lease,
                                              std::shared_ptr<notifications::service> subscriber);

/// Tells the notifications of every sku that ran low, ran out, or can be had again.
std::shared_ptr<stock_event_relay> make_stock_event_relay(service_context context,
                                                          std::shared_ptr<inventory::store> store,
                                                          std::shared_ptr<shop::lease> lease,
                                                          std::shared_ptr<notifications::service> subscriber);

/// What an inventory in the same process says, for a catalogue that is not told.
products::availability_source availability_in(std::shared_ptr<inventory::store> store);

/// Tells the catalogue what is available of every sku whose stock changed. A burst about one sku is told once.
std::shared_ptr<stock_relay> make_stock_relay(service_context context, std::shared_ptr<inventory::store> store,
                                              std::shared_ptr<shop::lease> lease,
                                              std::shared_ptr<products::service> subscriber);

}  // namespace shop
