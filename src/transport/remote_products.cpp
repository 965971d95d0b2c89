#include <shop/products/operations.hpp>
#include <shop/transport/remote.hpp>

#include "remote_service.hpp"

namespace shop::products {
namespace {

class remote final : public service, transport::remote_service {
public:
    using remote_service::remote_service;

    results<product> create(requests<create_product> requests) override {
        return ask(all_operations, std::move(requests));
    }
    results<product> get(requests<get_product> requests) override { return ask(all_operations, std::move(requests)); }
    results<offer> offers(requests<get_offer> requests) override { return ask(all_operations, std::move(requests)); }
    results<page<product>> list(requests<list_products> requests) override {
        return ask(all_operations, std::move(requests));
    }
    results<product> replace(requests<replace_product> requests) override {
        return ask(all_operations, std::move(requests));
    }
    results<product> archive(requests<archive_product> requests) override {
        return ask(all_operations, std::move(requests));
    }
    results<imported> import(requests<import_product> requests) override {
        return ask(all_operations, std::move(requests));
    }
    results<noted> note_availability(requests<products::note_availability> requests) override {
        return ask(all_operations, std::move(requests));
    }
};

}  // namespace
}  // namespace shop::products

namespace shop::transport {

std::shared_ptr<products::service> remote_products(service_context context, std::shared_ptr<channel> over,
                                                   observer watch) {
    return std::make_shared<products::remote>(std::move(context), std::move(over), std::move(watch));
}

}  // namespace shop::transport
