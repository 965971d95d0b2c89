#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include <shop/async/operation.hpp>
#include <shop/core/call.hpp>
#include <shop/http/cursor_seal.hpp>
#include <shop/http/live_updates.hpp>
#include <shop/http/message.hpp>
#include <shop/inventory/service.hpp>
#include <shop/notifications/service.hpp>
#include <shop/orders/service.hpp>
#include <shop/products/service.hpp>

#include "rest/path.hpp"

namespace shop::http {
class access_control;
}

namespace shop::http::detail {

/// The values of the names in braces, in the order of the path; decoded.
using path_values = std::array<std::string_view, path_parameters_max>;

/// One request at the edge, on its way to a service.
struct exchange {
    exchange(http::request const& request, detail::path_values values, cursor_seal const& seal)
        : http(request), path_values(values), cursors(seal) {}

    http::request const& http;
    detail::path_values path_values;
    cursor_seal const& cursors;
    shop::call call;
    http::access_control* access = nullptr;
    live_updates* live = nullptr;  ///< of an operation that is a stream
};

/// A row of an operation table, ready to run: what differs by type stands behind `run`.
struct route {
    std::string_view name;
    std::string_view path;
    http_method method;
    std::string_view scope;
    bool keyed;        ///< needs an idempotency key
    bool conditional;  ///< takes `If-Match`
    bool can_create;   ///< and `If-None-Match: *`
    bool takes_body;
    bool is_stream;
    bool personal;  ///< no cache may store its answers
    std::size_t body_bytes_max;
    void* service;
    asio::awaitable<response> (*run)(void* service, exchange& at);
};

/// The rows of each service, instantiated in a source file of its own.
void add_routes(std::vector<route>& to, products::service& service);
void add_routes(std::vector<route>& to, inventory::service& service);
void add_routes(std::vector<route>& to, orders::service& service);
void add_routes(std::vector<route>& to, notifications::service& service);

}  // namespace shop::http::detail
