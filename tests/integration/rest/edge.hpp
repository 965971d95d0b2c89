#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <boost/asio/io_context.hpp>

#include <shop/core/uuid.hpp>
#include <shop/http/rest.hpp>
#include <shop/json/json.hpp>

#include "stubs.hpp"

namespace rest {

using shop::http::response;
using namespace std::chrono_literals;

/// What a problem body says.
struct told {
    std::string type;
    std::string title;
    std::int64_t status = 0;
    std::string detail;
    std::string instance;
    std::string code;
    bool retryable = false;
    std::vector<shop::field_error> errors;
    std::vector<shop::shortage> shortages;
    std::optional<std::uint64_t> current_version;

    static constexpr auto fields() {
        using t = told;
        return std::tuple{
            shop::required("type", &t::type),           shop::required("title", &t::title),
            shop::required("status", &t::status),       shop::required("detail", &t::detail),
            shop::optional("instance", &t::instance),   shop::required("code", &t::code),
            shop::required("retryable", &t::retryable), shop::optional("errors", &t::errors),
            shop::optional("shortages", &t::shortages), shop::optional("current_version", &t::current_version)};
    }
};

/// The problem in an answer; fails the test if there is none.
told problem_in(response const& answer);

/// Time that stands still.
class still_clock : public shop::scheduler {
public:
    shop::steady_time now() const override { return shop::steady_time{} + 1h; }
    shop::timestamp stamp() const override { return shop::timestamp{}; }
    asio::awaitable<void> sleep_until(shop::steady_time) override { co_return; }
};

using header_list = std::vector<std::pair<std::string, std::string>>;

/// The API over stubs, called without a socket.
class edge : public testing::Test {
protected:
    /// Sends one request through `admit` and `handle`. A body comes with its length, and as JSON unless `fields` says
    /// otherwise.
    response send(std::string_view method, std::string_view target, header_list fields = {},
                  std::string_view body = {});
    response get(std::string_view target, header_list fields = {}) { return send("GET", target, std::move(fields)); }
    /// With an idempotency key.
    response post(std::string_view target, std::string_view body, header_list fields = {});

    /// An API of its own for a test with other options.
    void use(shop::http::rest_options options);
    /// One where everybody is this one, unless `door` says otherwise.
    void use_as(std::shared_ptr<shop::principal const> by);

    stub_products products;
    stub_inventory inventory;
    stub_orders orders;
    stub_notifications notifications;
    still_clock clock;
    std::string base_path;                ///< of the requests sent
    std::vector<std::string> exceptions;  ///< operations that threw
    class : public shop::http::access_control {
    public:
        std::optional<shop::http::access_decision> judge(shop::http::request const&) override {
            if (later) return std::nullopt;
            return says;
        }
        asio::awaitable<shop::http::access_decision> judge_later(shop::http::request const&) override {
            co_return says;
        }

        shop::http::access_decision says;
        bool later = false;
    } door;
    asio::io_context background;  ///< of the streams
    std::optional<shop::http::live_updates> live;
    std::optional<shop::http::rest_api> api;

    edge() { use({}); }
};

inline constexpr std::string_view order_text = "0197f0a0-0000-7000-8000-000000000001";

/// A confirmed order of two mugs.
shop::orders::order sample_order();
shop::products::product sample_product();

}  // namespace rest
