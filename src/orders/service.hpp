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
    results<order_events> events(requests<follow_order> requests) override;
    results<order_events> all_events(requests<follow_orders> requests) override;
    results<acknowledgement> transition(requests<transition_order> requests) override;
    results<acknowledgement> cancel(requests<cancel_order> requests) override;

    void start() override;
    void stop() override;
    std::size_t open_operations() const override { return process_->open_operations(); }

private:
    asio::awaitable<result<page<order>>> list_one(request<list_orders> const& wanted);
    asio::awaitable<result<page<history_item>>> history_of(request<get_history> const& wanted);

    asio::awaitable<result<order_events>> events_of(request<follow_order> const& wanted);
    asio::awaitable<result<order_events>> events_after(request<follow_orders> const& wanted);
    asio::awaitable<result<std::uint64_t>> find_end();

    service_parts parts_;
    std::uint64_t known_position_ = 0;  ///< of some step: the end of the log is there or behind it
    std::shared_ptr<order_reader> reader_;
    std::shared_ptr<process> process_;
    std::shared_ptr<recovery> recovery_;
    std::shared_ptr<reconciliation> reconciliation_;
};

}  // namespace shop::orders
