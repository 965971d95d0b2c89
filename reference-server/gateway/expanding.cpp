#include "gateway/expanding.hpp"

#include <chrono>
#include <utility>
#include <vector>

#include <shop/core/json.hpp>
#include <shop/http/detail/head.hpp>

namespace shop_server {

using namespace std::chrono_literals;
using shop::http::request;
using shop::http::response;

namespace {

constexpr std::string_view wish = "expand=availability";
constexpr auto catalogue_answer_max = 500ms;

bool is_order(std::string_view path) {
    constexpr std::string_view orders = "/v1/orders/";
    return path.starts_with(orders) && path.find('/', orders.size()) == path.npos;
}

std::vector<shop::sku> skus_of(std::string_view order) {
    std::vector<shop::sku> out;
    auto const parsed = shop::json::parse(order);
    if (!parsed) return out;
    auto const lines = parsed->root().find("lines");
    if (!lines) return out;
    for (auto const line : *lines) {
        auto const name = line.find("sku");
        if (!name) continue;
        if (auto which = shop::sku::parse(name->as_string())) out.push_back(std::move(*which));
    }
    return out;
}

}  // namespace

asio::awaitable<response> expanding::handle(request const& request) {
    if (request.query != wish || request.method != "GET" || !is_order(request.path)) {
        co_return co_await api_.handle(request);
    }
    // Without conditions and tag: the version of the order says nothing of the availability beside it.
    std::vector<shop::http::header> headers;
    for (auto const& field : request.headers) {
        if (!shop::http::detail::same_name(field.name, "If-None-Match")) headers.push_back(field);
    }
    auto plain = request;
    plain.query = {};
    plain.headers = headers;
    auto answer = co_await api_.handle(plain);
    if (answer.status != 200) co_return answer;
    response out(200, std::move(answer.body));
    out.cache = answer.cache;
    co_await add_availability(out);
    co_return out;
}

asio::awaitable<void> expanding::add_availability(response& to) {
    std::vector<shop::request<shop::products::get_product>> wanted;
    shop::call call;
    call.deadline = clock_.now() + catalogue_answer_max;
    for (auto& which : skus_of(to.body)) wanted.emplace_back(call, shop::products::get_product(std::move(which)));
    if (wanted.empty() || to.body.empty() || to.body.back() != '}') co_return;
    auto const asked = wanted;
    auto const found = co_await products_->get(std::move(wanted));
    to.body.back() = ',';
    to.body += "\"availability\":[";
    for (std::size_t i = 0; i < asked.size(); ++i) {
        if (i > 0) to.body += ',';
        to.body += "{\"sku\":";
        shop::json::append(to.body, asked[i].command.sku);
        if (i < found.size() && found[i]) {
            to.body += ",\"availability\":";
            shop::json::append(to.body, found[i]->availability);
        } else {
            to.body += ",\"missing\":";
            shop::json::append_string(to.body, i < found.size() ? found[i].error().word() : "internal");
        }
        to.body += '}';
    }
    to.body += "]}";
}

}  // namespace shop_server
