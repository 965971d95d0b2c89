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
    results<delivery> redeliver(requests<redeliver_notification> requests) override {
        return ask(all_operations, std::move(requests));
    }
    results<redelivered> redeliver_all(requests<redeliver_notifications> requests) override {
        return ask(all_operations, std::move(requests));
    }
    results<preferences> get_preferences(requests<notifications::get_preferences> requests) override {
        return ask(all_operations, std::move(requests));
    }
    results<preferences> set_preferences(requests<notifications::set_preferences> requests) override {
        return ask(all_operations, std::move(requests));
    }
    results<page<suppression>> suppressions(requests<list_suppressions> requests) override {
        return ask(all_operations, std::move(requests));
    }
    results<suppression> suppress(requests<suppress_address> requests) override {
        return ask(all_operations, std::move(requests));
    }
    results<suppression> unsuppress(requests<unsuppress_address> requests) override {
        return ask(all_operations, std::move(requests));
    }
    results<webhook_endpoint> create_endpoint(requests<notifications::create_endpoint> requests) override {
        return ask(all_operations, std::move(requests));
    }
    results<webhook_endpoint> get_endpoint(requests<notifications::get_endpoint> requests) override {
        return ask(all_operations, std::move(requests));
    }
    results<page<webhook_endpoint>> list_endpoints(requests<notifications::list_endpoints> requests) override {
        return ask(all_operations, std::move(requests));
    }
    results<webhook_endpoint> change_endpoint(requests<notifications::change_endpoint> requests) override {
        return ask(all_operations, std::move(requests));
    }
    results<noted> remove_endpoint(requests<notifications::remove_endpoint> requests) override {
        return ask(all_operations, std::move(requests));
    }
    results<webhook_endpoint> rotate_secret(requests<notifications::rotate_secret> requests) override {
        return ask(all_operations, std::move(requests));
    }
    results<page<delivery>> endpoint_deliveries(requests<list_endpoint_deliveries> requests) override {
        return ask(all_operations, std::move(requests));
    }
    results<redelivered> redeliver_to_endpoint(requests<notifications::redeliver_to_endpoint> requests) override {
        return ask(all_operations, std::move(requests));
    }
    results<tested_endpoint> test_endpoint(requests<notifications::test_endpoint> requests) override {
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
