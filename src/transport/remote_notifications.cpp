#include <shop/notifications/operations.hpp>
#include <shop/transport/remote.hpp>

#include "transport/remote_service.hpp"

namespace shop::notifications {
namespace {

class remote final : public service, transport::remote_service {
public:
    using remote_service::remote_service;

    asio::awaitable<std::vector<result<noted>>>
    notify(std::vector<request<order_event>> requests) override {
        return ask(all_operations, std::move(requests));
    }
    asio::awaitable<std::vector<result<noted>>>
    notify_stock(std::vector<request<stock_event>> requests) override {
        return ask(all_operations, std::move(requests));
    }
    asio::awaitable<std::vector<result<page<delivery>>>>
    list(std::vector<request<list_notifications>> requests) override {
        return ask(all_operations, std::move(requests));
    }
};

}  // namespace
}  // namespace shop::notifications

namespace shop::transport {

std::shared_ptr<notifications::service> remote_notifications(service_context context, std::shared_ptr<channel> over,
                                                             observer watch) {
    return std::make_shared<notifications::remote>(std::move(context), std::move(over), std::move(watch));
}

}  // namespace shop::transport
