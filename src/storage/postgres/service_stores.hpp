#pragma once

#include <memory>

#include <shop/inventory/store.hpp>
#include <shop/notifications/store.hpp>
#include <shop/orders/store.hpp>
#include <shop/products/store.hpp>

#include "record_store.hpp"

namespace shop::postgres {

/// The four ports over one database, each in a source file of its own.
std::shared_ptr<products::store> products_store(database in);
std::shared_ptr<inventory::store> inventory_store(database in);
std::shared_ptr<orders::store> orders_store(database in);
std::shared_ptr<notifications::store> notifications_store(database in);

}  // namespace shop::postgres
