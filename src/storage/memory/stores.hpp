#pragma once

#include <memory>

#include <shop/inventory/store.hpp>
#include <shop/notifications/store.hpp>
#include <shop/orders/store.hpp>
#include <shop/products/store.hpp>
#include <shop/storage/storage.hpp>

/// The four stores in memory, each in its own source file.
namespace shop::memory {

struct domain;

std::shared_ptr<products::store> make_products_store(storage::context const& with, std::shared_ptr<domain> in);
std::shared_ptr<inventory::store> make_inventory_store(storage::context const& with, std::shared_ptr<domain> in);
std::shared_ptr<orders::store> make_orders_store(storage::context const& with, std::shared_ptr<domain> in);
std::shared_ptr<notifications::store> make_notifications_store(storage::context const& with,
                                                               std::shared_ptr<domain> in);

}  // namespace shop::memory
