#pragma once

#include <functional>
#include <memory>

#include <shop/core/service_context.hpp>
#include <shop/inventory/service.hpp>
#include <shop/inventory/store.hpp>

namespace shop::inventory {

/// The inventory on a store.
/// @param ledger_grew is called, on the executor of the context, after each commit that added lines to the ledger: for
/// whoever relays them. May be empty.
std::shared_ptr<service> make_service(std::shared_ptr<store> store, service_context const& context,
                                      std::function<void()> ledger_grew);

}  // namespace shop::inventory
