#pragma once

#include <string>

#include <shop/testing/store_subject.hpp>

/// What every store must do, as GoogleTest tests.
///
/// Call these before `RUN_ALL_TESTS`, once per kind of store:
/// ```
/// int main(int argc, char** argv) {
///     shop::testing::register_store_contracts("mine", shop::testing::volatile_stores(my_stores()));
///     ::testing::InitGoogleTest(&argc, argv);
///     return RUN_ALL_TESTS();
/// }
/// ```
/// The tests are then named `mine_orders_store.shows_a_transaction_whole_or_not_at_all` and so on. They are
/// registered by calls, so that no linker drops them.
namespace shop::testing {

/// @param name begins the names of the tests
void register_products_store_contract(std::string const& name, store_subject const& subject);
/// @param name begins the names of the tests
void register_inventory_store_contract(std::string const& name, store_subject const& subject);
/// @param name begins the names of the tests
void register_orders_store_contract(std::string const& name, store_subject const& subject);
/// @param name begins the names of the tests
void register_notifications_store_contract(std::string const& name, store_subject const& subject);

/// All four.
void register_store_contracts(std::string const& name, store_subject const& subject);

}  // namespace shop::testing
