#pragma once

#include <functional>
#include <memory>
#include <vector>

#include <shop/async/results.hpp>
#include <shop/async/service_context.hpp>
#include <shop/inventory/service.hpp>
#include <shop/inventory/store.hpp>

namespace shop::inventory {

/// The logs that a commit added to.
struct appended_logs {
    bool ledger = false;  ///< some movement
    bool events = false;  ///< something that people are told of
};

/// Says of each sku, in their order, whether there is such a thing: success, or `unknown_sku`. Any other error: it
/// cannot be told now.
using sku_check = std::function<results<void>(requests<shop::sku>)>;

/// What the inventory stands on.
struct service_parts {
    std::shared_ptr<inventory::store> store;  ///< not null
    service_context context;                  ///< outlives the service
    /// Called, on the executor of the context, after each commit that added to a log: for whoever relays it.
    std::function<void(appended_logs)> on_outbox_append = {};
    /// Asked about skus that are booked and of which no piece is here yet. Empty: any sku may be booked.
    sku_check is_known = {};
};

/// The inventory on a store.
std::shared_ptr<service> make_service(service_parts parts);

}  // namespace shop::inventory
