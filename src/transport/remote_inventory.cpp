#include <shop/inventory/operations.hpp>
#include <shop/transport/remote.hpp>

#include "remote_service.hpp"

namespace shop::inventory {
namespace {

class remote final : public service, transport::remote_service {
public:
    using remote_service::remote_service;

    results<stock_level> get(requests<get_stock> requests) override { return ask(all_operations, std::move(requests)); }
    results<page<stock_level>> list(requests<list_stock> requests) override {
        return ask(all_operations, std::move(requests));
    }
    results<availabilities> availability(requests<watch_availability> requests) override {
        return ask(all_operations, std::move(requests));
    }
    results<stock_level> configure(requests<configure_stock> requests) override {
        return ask(all_operations, std::move(requests));
    }
    results<recorded> record(requests<record_movement> requests) override {
        return ask(all_operations, std::move(requests));
    }
    results<page<movement>> movements(requests<list_movements> requests) override {
        return ask(all_operations, std::move(requests));
    }
    results<allocation> allocate(requests<allocate_order> requests) override {
        return ask(all_operations, std::move(requests));
    }
    results<order_stock> release(requests<release_order> requests) override {
        return ask(all_operations, std::move(requests));
    }
    results<order_stock> ship(requests<ship_order> requests) override {
        return ask(all_operations, std::move(requests));
    }
    results<std::vector<decided_order>> decisions(requests<list_decisions> requests) override {
        return ask(all_operations, std::move(requests));
    }
};

}  // namespace
}  // namespace shop::inventory

namespace shop::transport {

std::shared_ptr<inventory::service> remote_inventory(service_context context, std::shared_ptr<channel> over,
                                                     observer watch) {
    return std::make_shared<inventory::remote>(std::move(context), std::move(over), std::move(watch));
}

}  // namespace shop::transport
