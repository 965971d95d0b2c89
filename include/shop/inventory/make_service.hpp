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

/// The inventory on a store.
/// @param on_append is called, on the executor of the context, after each commit that added to the ledger: for whoever
/// relays it. May be empty.
/// @param is_known is asked about skus that are booked and of which no piece is here yet. Empty: any sku may be booked.
std::shared_ptr<service> make_service(std::shared_ptr<store> store, service_context const& context,
                                      std::function<void(appended_logs)> on_append, sku_check is_known);

}  // namespace shop::inventory
