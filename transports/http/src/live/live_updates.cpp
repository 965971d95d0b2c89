#include <shop/http/live_updates.hpp>

#include "live/availability_hub.hpp"
#include "live/order_hub.hpp"
#include "live/stream_registry.hpp"

namespace shop::http {

live_updates::live_updates(service_context context, live_update_options options,
                           std::shared_ptr<orders::service> orders, std::shared_ptr<inventory::service> inventory)
    : registry_(std::make_shared<detail::stream_registry>(context, options)),
      orders_(std::make_shared<detail::order_hub>(context, registry_, std::move(orders))),
      stock_(std::make_shared<detail::availability_hub>(context, registry_, std::move(inventory))) {}

live_updates::~live_updates() {
    stop();
}

void live_updates::orders_changed() {
    orders_->changed();
}

void live_updates::stock_changed() {
    stock_->changed();
}

void live_updates::reload(live_update_options options) {
    registry_->reload(options);
}

void live_updates::stop() {
    registry_->stop();
    orders_->stop();
    stock_->stop();
}

std::span<std::string_view const> live_updates::operations() {
    return detail::stream_operations;
}

std::size_t live_updates::open(std::size_t operation) const {
    return registry_->of(operation).open;
}

std::uint64_t live_updates::events(std::size_t operation) const {
    return registry_->of(operation).events;
}

std::uint64_t live_updates::ended(std::size_t operation, stream_end why) const {
    return registry_->of(operation).ended.at(static_cast<std::size_t>(why));
}

}  // namespace shop::http
