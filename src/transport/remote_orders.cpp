#include <shop/orders/operations.hpp>
#include <shop/transport/remote.hpp>

#include "transport/remote_service.hpp"

namespace shop::orders {
namespace {

class remote final : public service, transport::remote_service {
public:
    using remote_service::remote_service;

    asio::awaitable<std::vector<result<acknowledgement>>> place(std::vector<request<place_order>> requests) override {
        return ask(all_operations, std::move(requests));
    }
    asio::awaitable<std::vector<result<order>>> get(std::vector<request<get_order>> requests) override {
        return ask(all_operations, std::move(requests));
    }
    asio::awaitable<std::vector<result<page<order>>>> list(std::vector<request<list_orders>> requests) override {
        return ask(all_operations, std::move(requests));
    }
    asio::awaitable<std::vector<result<page<history_item>>>>
    history(std::vector<request<get_history>> requests) override {
        return ask(all_operations, std::move(requests));
    }
    asio::awaitable<std::vector<result<acknowledgement>>>
    transition(std::vector<request<transition_order>> requests) override {
        return ask(all_operations, std::move(requests));
    }
    asio::awaitable<std::vector<result<acknowledgement>>> cancel(std::vector<request<cancel_order>> requests) override {
        return ask(all_operations, std::move(requests));
    }
};

}  // namespace
}  // namespace shop::orders

namespace shop::transport {

std::shared_ptr<orders::service> remote_orders(service_context context, std::shared_ptr<channel> over,
                                               observer watch) {
    return std::make_shared<orders::remote>(std::move(context), std::move(over), std::move(watch));
}

}  // namespace shop::transport
