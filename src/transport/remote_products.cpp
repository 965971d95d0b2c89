#include <shop/products/operations.hpp>
#include <shop/transport/remote.hpp>

#include "transport/remote_service.hpp"

namespace shop::products {
namespace {

class remote final : public service, transport::remote_service {
public:
    using remote_service::remote_service;

    asio::awaitable<std::vector<result<product>>> create(std::vector<request<create_product>> requests) override {
        return ask(all_operations, std::move(requests));
    }
    asio::awaitable<std::vector<result<product>>> get(std::vector<request<get_product>> requests) override {
        return ask(all_operations, std::move(requests));
    }
    asio::awaitable<std::vector<result<offer>>> offers(std::vector<request<get_offer>> requests) override {
        return ask(all_operations, std::move(requests));
    }
    asio::awaitable<std::vector<result<page<product>>>> list(std::vector<request<list_products>> requests) override {
        return ask(all_operations, std::move(requests));
    }
    asio::awaitable<std::vector<result<product>>> replace(std::vector<request<replace_product>> requests) override {
        return ask(all_operations, std::move(requests));
    }
    asio::awaitable<std::vector<result<product>>> archive(std::vector<request<archive_product>> requests) override {
        return ask(all_operations, std::move(requests));
    }
    asio::awaitable<std::vector<result<imported>>> import(std::vector<request<import_product>> requests) override {
        return ask(all_operations, std::move(requests));
    }
    asio::awaitable<std::vector<result<noted>>>
    note_availability(std::vector<request<products::note_availability>> requests) override {
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
