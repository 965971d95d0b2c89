#pragma once

#include <functional>
#include <memory>

#include <shop/core/service_context.hpp>
#include <shop/inventory/service.hpp>
#include <shop/orders/service.hpp>
#include <shop/orders/store.hpp>
#include <shop/products/service.hpp>

namespace shop::orders {

/// What the order service stands on. It sees of products and inventory only their service ports.
struct service_parts {
    std::shared_ptr<orders::store> store;
    std::shared_ptr<products::service> products;
    std::shared_ptr<inventory::service> inventory;
    service_context context;
    /// Called after a commit that appended to the event log.
    std::function<void()> log_grew;
    /// Among the processes that share the store, whose turn it is to recover.
    std::shared_ptr<lease> turn = unshared();
};

/// A service that also finishes what a crash cut off.
class running_service : public service {
public:
    /// Starts recovery: at once for all open operations of an exclusive store, otherwise for those seen open for
    /// `limits::recovery_grace`.
    virtual void start() = 0;
    /// Ends recovery; calls under way go on.
    virtual void stop() = 0;
};

std::shared_ptr<running_service> make_service(service_parts parts);

}  // namespace shop::orders
