#pragma once

#include <atomic>
#include <functional>
#include <memory>

#include <shop/async/service_context.hpp>
#include <shop/inventory/service.hpp>
#include <shop/orders/service.hpp>
#include <shop/orders/store.hpp>
#include <shop/products/service.hpp>

namespace shop::orders {

/// What the order service stands on. It sees of products and inventory only their service ports.
struct service_parts {
    std::shared_ptr<orders::store> store;           ///< not null
    std::shared_ptr<products::service> products;    ///< not null; may run elsewhere
    std::shared_ptr<inventory::service> inventory;  ///< not null; may run elsewhere
    service_context context;                        ///< outlives the service
    /// Called after a commit that appended to the event log.
    std::function<void()> on_outbox_append;
    /// Among the processes that share the store, whose turn it is to recover.
    std::shared_ptr<shop::lease> lease = always_held();
    /// Whether the inventory would be asked now, if it is known: while it would not, new orders are refused.
    std::function<bool()> inventory_available = {};
    /// Counts what reconciliation found to disagree; may be null.
    std::shared_ptr<std::atomic<std::uint64_t>> disagreements = nullptr;
};

/// A service that also finishes what a crash cut off.
class running_service : public service {
public:
    /// Starts recovery: at once for all open operations of an exclusive store, otherwise for those seen open for
    /// `limits::recovery_grace`.
    virtual void start() = 0;
    /// Operations that wait for their outcome, about.
    virtual std::size_t open_operations() const = 0;
    /// Ends recovery; calls under way go on.
    virtual void stop() = 0;
};

std::shared_ptr<running_service> make_service(service_parts parts);

}  // namespace shop::orders
