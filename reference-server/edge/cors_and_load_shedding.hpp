#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <shop/http/handler.hpp>

#include "access/access_control.hpp"

namespace shop_server {

namespace asio = boost::asio;

struct edge_options {
    std::vector<std::string> allowed_origins;  ///< whose pages may read answers (CORS); `*` for all
    std::size_t requests_max =
        0;  ///< under way at once, from their heads on; more are refused before their body is read
};

/// What stands before the public API: the rate of each address, the answers that browsers ask for (CORS, Fetch
/// Standard), and the refusal of more than can be done. Where callers need not say who they are, it is there for
/// requests that name this machine only, and for pages of allowed origins: what a page of another site has a browser
/// here send is refused.
/// @par Thread safety
/// As `handler`.
class cors_and_load_shedding final : public shop::http::handler {
public:
    /// @param api outlives this, as does the door
    cors_and_load_shedding(shop::http::handler& api, access_control& door, edge_options options)
        : api_(api), door_(door), options_(std::move(options)) {}

    void set_options(edge_options options) { options_ = std::move(options); }
    std::size_t under_way() const { return under_way_; }

    shop::http::admission admit(shop::http::request const& head) override;
    asio::awaitable<shop::http::admission> admit_later(shop::http::request const& head) override {
        return api_.admit_later(head);
    }
    asio::awaitable<shop::http::response> handle(shop::http::request const& request) override {
        return api_.handle(request);
    }
    void answered(shop::http::request const& request, shop::http::response const& answer) override {
        api_.answered(request, answer);
    }

private:
    bool allows(std::string_view origin) const;
    bool is_for_us(shop::http::request const& head) const;
    std::optional<shop::http::response> refuse(shop::http::request const& head);

    shop::http::handler& api_;
    access_control& door_;
    edge_options options_;
    std::size_t under_way_ = 0;
};

}  // namespace shop_server
