#include "edge/order_expansion.hpp"

#include <chrono>
#include <utility>
#include <vector>

#include <shop/http/detail/head.hpp>
#include <shop/http/problem.hpp>
#include <shop/json/json.hpp>

namespace shop_server {

using namespace std::chrono_literals;
using shop::http::request;
using shop::http::response;

namespace {

constexpr std::string_view wish = "expand=availability";
constexpr std::string_view scope = "products:read";
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

bool is_wish(request const& head) {
    return head.query == wish && head.method == "GET" && is_order(head.path);
}

/// What is read beside the order needs a scope of its own.
void judge_scope(request const& head, shop::http::admission& of) {
    if (of.answer || !of.by || !is_wish(head) || of.by->may(scope)) return;
    shop::error const why(shop::error_code::forbidden, "expand=availability needs the scope " + std::string(scope));
    of.answer = shop::http::problem(why, head);
}

}  // namespace

shop::http::openapi_expansion order_expansion::described() {
    return {"orders.get",
            "expand",
            "availability",
            "Adds what the catalogue says of each sku of the lines, or why it says nothing. Needs the scope "
            "`products:read`, too.",
            "availability",
            R"({
                "description": "only with `expand=availability`: of each sku of the lines what the catalogue says",
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {
                        "sku": {"$ref": "#/components/schemas/sku"},
                        "availability": {"$ref": "#/components/schemas/availability"},
                        "missing": {"type": "string", "description": "why the catalogue says nothing"}
                    },
                    "required": ["sku"]
                }
            })"};
}

shop::http::admission order_expansion::admit(request const& head) {
    auto out = api_.admit(head);
    judge_scope(head, out);
    return out;
}

asio::awaitable<shop::http::admission> order_expansion::admit_later(request const& head) {
    auto out = co_await api_.admit_later(head);
    judge_scope(head, out);
    co_return out;
}

asio::awaitable<response> order_expansion::handle(request const& request) {
    if (!is_wish(request)) co_return co_await api_.handle(request);
    // Without conditions and tag: the version of the order says nothing of the availability beside it.
    std::vector<shop::http::header> headers;
    for (auto const& field : request.headers) {
        if (!shop::http::detail::same_name(field.name, "If-None-Match")) headers.push_back(field);
    }
    auto plain = request;
    plain.query = {};
    plain.headers = headers;
    auto answer = co_await api_.handle(plain);
    if (answer.status != 200 || answer.stream) co_return answer;
    response out(200, std::move(answer.body));
    out.cache = answer.cache;
    co_await add_availability(out, plain.by);
    co_return out;
}

asio::awaitable<void> order_expansion::add_availability(response& to, std::shared_ptr<shop::principal const> by) {
    std::vector<shop::request<shop::products::get_product>> wanted;
    shop::call call(std::move(by));
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
