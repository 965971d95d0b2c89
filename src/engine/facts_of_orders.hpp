#pragma once

#include <memory>

#include <shop/notifications/order_facts.hpp>
#include <shop/orders/service.hpp>

namespace shop {

/// What notifications ask of orders, here or elsewhere.
/// @par Thread safety
/// Shared objects: unsafe; to be used from the executor of the services.
class facts_of_orders final : public notifications::order_facts {
public:
    /// Who is asked; the services are made one after another. Without it nothing can be told now.
    void set(std::shared_ptr<orders::service> orders) { orders_ = std::move(orders); }

    results<notifications::order_summary> find(std::vector<order_id> orders) override;

private:
    std::shared_ptr<orders::service> orders_;
};

}  // namespace shop
