#pragma once

#include <memory>

#include <shop/orders/make_service.hpp>

#include "order_reader.hpp"
#include "orders/process/process.hpp"
#include "orders/process/reconciliation.hpp"
#include "orders/process/recovery.hpp"

namespace shop::orders {

/// The order service over a store: it answers questions itself; what changes an order goes through the process manager
/// (`process/process.hpp`).
class store_service final : public running_service {
public:
    explicit store_service(service_parts parts);

    results<acknowledgement> place(requests<place_order> requests) override;
    results<order> get(requests<get_order> requests) override;
    results<page<order>> list(requests<list_orders> requests) override;
    results<page<history_item>> history(requests<get_history> requests) override;
    results<acknowledgement> transition(requests<transition_order> requests) override;
    results<acknowledgement> cancel(requests<cancel_order> requests) override;

    void start() override;
    void stop() override;
    std::size_t open_operations() const override { return process_->open_operations(); }

private:
    asio::awaitable<result<page<order>>> list_one(request<list_orders> const& wanted);
    asio::awaitable<result<page<history_item>>> history_of(request<get_history> const& wanted);

    service_parts parts_;
    std::shared_ptr<order_reader> reader_;
    std::shared_ptr<process> process_;
    std::shared_ptr<recovery> recovery_;
    std::shared_ptr<reconciliation> reconciliation_;
};

}  // namespace shop::orders
