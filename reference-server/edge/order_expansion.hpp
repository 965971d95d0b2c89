#pragma once

#include <memory>

#include <shop/async/scheduler.hpp>
#include <shop/http/handler.hpp>
#include <shop/http/openapi.hpp>
#include <shop/products/service.hpp>

namespace shop_server {

namespace asio = boost::asio;

/// Answers `GET /v1/orders/{id}?expand=availability` with the order and a member `availability` beside its own: of each
/// sku what the catalogue says, or `{"sku", "missing"}` with the reason where it says nothing. The order is answered
/// whatever becomes of the catalogue. It needs the scope `products:read` beside that of the order.
/// @par Thread safety
/// As `handler`.
class order_expansion final : public shop::http::handler {
public:
    /// @param api outlives this
    order_expansion(shop::http::handler& api, std::shared_ptr<shop::products::service> products, shop::scheduler& clock)
        : api_(api), products_(std::move(products)), clock_(clock) {}

    /// What the description of the API says of it.
    static shop::http::openapi_expansion described();

    shop::http::admission admit(shop::http::request const& head) override;
    asio::awaitable<shop::http::admission> admit_later(shop::http::request const& head) override;
    asio::awaitable<shop::http::response> handle(shop::http::request const& request) override;
    void answered(shop::http::request const& request, shop::http::response const& answer) override {
        api_.answered(request, answer);
    }

private:
    asio::awaitable<void> add_availability(shop::http::response& to, std::shared_ptr<shop::principal const> by);

    shop::http::handler& api_;
    std::shared_ptr<shop::products::service> products_;
    shop::scheduler& clock_;
};

}  // namespace shop_server
