#include <shop/notifications/operations.hpp>
#include <shop/transport/remote.hpp>

#include "remote_service.hpp"

namespace shop::notifications {
namespace {

class remote final : public service, transport::remote_service {
public:
    using remote_service::remote_service;

    results<noted> notify(requests<events::event> requests) override {
        return ask(all_operations, std::move(requests));
    }
    results<page<delivery>> list(requests<list_notifications> requests) override {
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
