#include <shop/inventory/operations.hpp>
#include <shop/transport/remote.hpp>

#include "transport/remote_service.hpp"

namespace shop::inventory {
namespace {

class remote final : public service, transport::remote_service {
public:
    using remote_service::remote_service;

    asio::awaitable<std::vector<result<stock_level>>> get(std::vector<request<get_stock>> requests) override {
        return ask(all_operations, std::move(requests));
    }
    asio::awaitable<std::vector<result<page<stock_level>>>> list(std::vector<request<list_stock>> requests) override {
        return ask(all_operations, std::move(requests));
    }
    asio::awaitable<std::vector<result<stock_level>>>
    configure(std::vector<request<configure_stock>> requests) override {
        return ask(all_operations, std::move(requests));
    }
    asio::awaitable<std::vector<result<recorded>>> record(std::vector<request<record_movement>> requests) override {
        return ask(all_operations, std::move(requests));
    }
    asio::awaitable<std::vector<result<page<movement>>>>
    movements(std::vector<request<list_movements>> requests) override {
        return ask(all_operations, std::move(requests));
    }
    asio::awaitable<std::vector<result<allocation>>> allocate(std::vector<request<allocate_order>> requests) override {
        return ask(all_operations, std::move(requests));
    }
    asio::awaitable<std::vector<result<order_stock>>> release(std::vector<request<release_order>> requests) override {
        return ask(all_operations, std::move(requests));
    }
    asio::awaitable<std::vector<result<order_stock>>> ship(std::vector<request<ship_order>> requests) override {
        return ask(all_operations, std::move(requests));
    }
    asio::awaitable<std::vector<result<std::vector<decided_order>>>>
    decisions(std::vector<request<list_decisions>> requests) override {
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
