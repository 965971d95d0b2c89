#include <shop/http/limits.hpp>
#include <stdexcept>

#include "edge.hpp"

namespace rest {
namespace {

TEST_F(edge, answers_404_for_paths_that_no_resource_has) {
    for (auto const* path :
         {"/", "/v1", "/v1/product", "/v2/products", "/V1/products", "/v1/orders/a/b/c", "/v1/products/MUG-1/movements",
          "/a/b/c/d/e/f/g/h/i/j", "/v1/products.", "/internal/v1/x"}) {
        auto const answer = get(path);
        EXPECT_EQ(answer.status, 404u) << path;
        EXPECT_EQ(problem_in(answer).code, "not_found") << path;
    }
}

TEST_F(edge, refuses_paths_that_could_be_read_in_two_ways) {
    for (auto const* path :
         {"/v1//products", "/v1/products//", "/v1/./products", "/v1/x/../products", "/v1/products/%2e%2e",
          "/v1/products/a%2fb", "/v1/products/a%5cb", "/v1/products/a%00b", "/v1/products/a%0d%0ab",
          "/v1/products/%c0%af", "/v1/products/%zz", "/v1/products/a;v=1"}) {
        auto const answer = get(path);
        EXPECT_EQ(answer.status, 400u) << path;
        EXPECT_EQ(problem_in(answer).code, "malformed_request") << path;
    }
}

TEST_F(edge, reads_encoded_segments_like_plain_ones) {
    products.gets.answer = [](auto const&) { return sample_product(); };
    EXPECT_EQ(get("/v1/%70roducts/MUG%2D1").status, 200u);
    EXPECT_EQ(products.gets.asked().command.sku, shop::sku("MUG-1"));
}

TEST_F(edge, names_the_methods_of_a_resource_that_does_not_have_the_one_asked_for) {
    auto const allowed = [&](std::string_view method, std::string_view path) {
        auto const answer = send(method, path);
        EXPECT_EQ(answer.status, 405u) << method << ' ' << path;
        EXPECT_EQ(problem_in(answer).code, "method_not_allowed");
        return std::string(answer.find("Allow").value_or("none"));
    };
    EXPECT_EQ(allowed("PUT", "/v1/products"), "GET, HEAD, POST, OPTIONS");
    EXPECT_EQ(allowed("PATCH", "/v1/products/MUG-1"), "GET, HEAD, PUT, DELETE, OPTIONS");
    EXPECT_EQ(allowed("DELETE", "/v1/orders/x/cancel"), "POST, OPTIONS");
    EXPECT_EQ(allowed("PATCH", "/v1/products/import"), "GET, HEAD, POST, PUT, DELETE, OPTIONS");
}

TEST_F(edge, says_what_a_resource_has_to_whom_asks_for_its_options) {
    auto const allowed = [&](std::string_view path) {
        auto const answer = send("OPTIONS", path);
        EXPECT_EQ(answer.status, 204u) << path;
        EXPECT_EQ(answer.body, "");
        return std::string(answer.find("Allow").value_or("none"));
    };
    EXPECT_EQ(allowed("/v1/orders"), "GET, HEAD, POST, OPTIONS");
    EXPECT_EQ(allowed("/v1/products/MUG-1"), "GET, HEAD, PUT, DELETE, OPTIONS");
    EXPECT_EQ(allowed("/v1/orders/x/cancel"), "POST, OPTIONS");
    EXPECT_EQ(send("OPTIONS", "/v1/nowhere").status, 404u);
}

TEST_F(edge, names_the_path_that_was_meant_where_a_slash_is_too_much) {
    for (auto const* method : {"GET", "POST", "PATCH", "OPTIONS"}) {
        auto const told = problem_in(send(method, "/v1/products/MUG-1/"));
        EXPECT_EQ(told.code, "not_found") << method;
        EXPECT_EQ(told.detail, "no resource has this path; without the slash at its end it is /v1/products/MUG-1");
    }
    EXPECT_EQ(problem_in(get("/v1/orders/?limit=1")).detail,
              "no resource has this path; without the slash at its end it is /v1/orders");
    EXPECT_EQ(problem_in(get("/v1/nowhere/")).detail, "no resource has this path");
    base_path = "/shop";
    EXPECT_EQ(problem_in(get("/v1/orders/")).detail,
              "no resource has this path; without the slash at its end it is /shop/v1/orders");
    EXPECT_TRUE(products.gets.batches.empty());
}

TEST_F(edge, a_product_may_be_called_import) {
    EXPECT_EQ(get("/v1/products/import").status, 200u);
    EXPECT_EQ(products.gets.asked().command.sku, shop::sku("import"));
}

TEST_F(edge, bounds_bodies_by_operation) {
    shop::http::request head;
    head.method = "POST";
    head.path = "/v1/products";
    EXPECT_EQ(api->admit(head).body_bytes_max, shop::limits::body_bytes_max);
    head.path = "/v1/products/import";
    EXPECT_EQ(api->admit(head).body_bytes_max, shop::limits::import_body_bytes_max);
}

TEST_F(edge, answers_an_id_that_is_none_like_one_that_is_unknown) {
    orders.gets.answer = [](auto const&) { return shop::error(shop::error_code::not_found, "order 7 of table x"); };
    auto const body_of = [&](std::string const& id) {
        auto const answer = get("/v1/orders/" + id);
        EXPECT_EQ(answer.status, 404u) << id;
        auto body = answer.body;
        auto const at = body.find(id);  // the instance is the path that was asked for
        return at == body.npos ? body : body.erase(at, id.size());
    };
    auto const unknown = body_of(std::string(order_text));
    EXPECT_NE(unknown.find("\"instance\":\"/v1/orders/\""), std::string::npos) << unknown;
    for (auto const& id : {std::string("7"), std::string("0197F0A0-0000-7000-8000-000000000001"),
                           std::string("%D9%A1%D9%A2"), std::string(3'000, 'a')}) {
        EXPECT_EQ(body_of(id), unknown);
    }
    EXPECT_EQ(orders.gets.batches.size(), 1u);
    EXPECT_EQ(get("/v1/products/a%20b").status, 404u);
}

TEST_F(edge, a_service_that_throws_is_answered_500_without_detail) {
    products.gets.answer = [](auto const&) -> shop::result<shop::products::product> {
        throw std::runtime_error("secret.db");
    };
    orders.lists.answer = [](auto const&) -> shop::result<shop::page<shop::orders::order>> { throw 7; };
    inventory.gets.answer = [](auto const&) -> shop::result<shop::inventory::stock_level> { throw std::bad_alloc(); };
    for (auto const* path : {"/v1/products/MUG-1", "/v1/orders", "/v1/inventory/MUG-1"}) {
        auto const answer = get(path);
        EXPECT_EQ(answer.status, 500u);
        EXPECT_EQ(problem_in(answer).code, "internal");
        EXPECT_EQ(answer.body.find("secret"), std::string::npos) << answer.body;
    }
    EXPECT_EQ(exceptions, (std::vector<std::string>{"products.get", "orders.list", "inventory.get"}));
}

TEST_F(edge, gives_a_request_the_time_the_client_asks_for_up_to_its_own) {
    auto const given = [&](header_list fields) {
        orders.lists.batches.clear();
        get("/v1/orders", std::move(fields));
        return orders.lists.asked().call.deadline - clock.now();
    };
    EXPECT_EQ(given({}), 10s);
    EXPECT_EQ(given({{"Shop-Timeout-Ms", "250"}}), 250ms);
    EXPECT_EQ(given({{"shop-timeout-ms", "99999999999"}}), 10s);
    for (auto const* text : {"0", "-1", "1.5", "soon", "1 ", ""}) {
        auto const answer = get("/v1/orders", {{"Shop-Timeout-Ms", text}});
        EXPECT_EQ(answer.status, 400u) << text;
        EXPECT_EQ(problem_in(answer).errors.at(0).pointer, "Shop-Timeout-Ms");
    }
}

}  // namespace
}  // namespace rest
