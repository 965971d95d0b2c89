#pragma once

#include <functional>
#include <memory>

#include <shop/core/service_context.hpp>
#include <shop/inventory/service.hpp>
#include <shop/inventory/store.hpp>

namespace shop::inventory {

/// The logs that a commit added to.
struct grown_logs {
    bool ledger = false;
    bool events = false;
};

/// The inventory on a store.
/// @param grew is called, on the executor of the context, after each commit that added to the ledger: for whoever relays
/// it. May be empty.
std::shared_ptr<service> make_service(std::shared_ptr<store> store, service_context const& context,
                                      std::function<void(grown_logs)> grew);

}  // namespace shop::inventory
