#include <shop/orders/operations.hpp>
#include <shop/transport/remote.hpp>

#include "remote_service.hpp"

namespace shop::orders {
namespace {

class remote final : public service, transport::remote_service {
public:
    using remote_service::remote_service;

    results<acknowledgement> place(requests<place_order> requests) override {
        return ask(all_operations, std::move(requests));
    }
    results<order> get(requests<get_order> requests) override { return ask(all_operations, std::move(requests)); }
    results<page<order>> list(requests<list_orders> requests) override {
        return ask(all_operations, std::move(requests));
    }
    results<page<history_item>> history(requests<get_history> requests) override {
        return ask(all_operations, std::move(requests));
    }
    results<order_events> events(requests<follow_order> requests) override {
        return ask(all_operations, std::move(requests));
    }
    results<order_events> all_events(requests<follow_orders> requests) override {
        return ask(all_operations, std::move(requests));
    }
    results<acknowledgement> transition(requests<transition_order> requests) override {
        return ask(all_operations, std::move(requests));
    }
    results<acknowledgement> cancel(requests<cancel_order> requests) override {
        return ask(all_operations, std::move(requests));
    }
};

}  // namespace
}  // namespace shop::orders

namespace shop::transport {

std::shared_ptr<orders::service> remote_orders(service_context context, std::shared_ptr<channel> over, observer watch) {
    return std::make_shared<orders::remote>(std::move(context), std::move(over), std::move(watch));
}

}  // namespace shop::transport
