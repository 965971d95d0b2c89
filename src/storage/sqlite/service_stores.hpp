#pragma once

#include <memory>

#include <shop/inventory/store.hpp>
#include <shop/notifications/store.hpp>
#include <shop/orders/store.hpp>
#include <shop/products/store.hpp>

#include "database.hpp"

namespace shop::sqlite {

/// The four ports over one database, each in a source file of its own. @pre the database is not started yet.
/// @throws open_failure if the file lacks a table.
std::shared_ptr<products::store> products_store(std::shared_ptr<database> in);
std::shared_ptr<inventory::store> inventory_store(std::shared_ptr<database> in);
std::shared_ptr<orders::store> orders_store(std::shared_ptr<database> in);
std::shared_ptr<notifications::store> notifications_store(std::shared_ptr<database> in);

}  // namespace shop::sqlite
