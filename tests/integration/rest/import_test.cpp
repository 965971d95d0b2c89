#include "edge.hpp"

namespace rest {
namespace {

std::string product(std::string const& sku, std::string const& more = {}) {
    return R"({"sku":")" + sku + R"(","name":"N","price":{"amount":1,"currency":"EUR"})" + more + "}";
}

shop::result<shop::products::imported> created(shop::request<shop::products::import_product> const& asked) {
    return shop::products::imported{asked.command.merge.sku, shop::products::import_outcome::created, 1};
}

/// A result of an item, whichever it is.
struct item_result {
    std::optional<std::string> sku;
    std::optional<std::string> outcome;
    std::optional<told> error;
    static constexpr auto fields() {
        using t = item_result;
        return std::tuple{shop::optional("sku", &t::sku), shop::optional("outcome", &t::outcome),
                          shop::optional("error", &t::error)};
    }
};

std::vector<item_result> results_in(response const& answer) {
    EXPECT_EQ(answer.status, 200u) << answer.body;
    return shop::json::decode<std::vector<item_result>>(answer.body, shop::json::unknown_members::ignore).value();
}

TEST_F(edge, imports_each_product_by_itself) {
    products.imports.answer = [](auto const& asked) {
        return asked.command.merge.sku == shop::sku("C") ? shop::invalid_at("/name", "is refused") : created(asked);
    };
    auto const body = "[" + product("A") + "," + product("no good") + "," + product("B", R"(,"colour":1)") + ",7," +
                      product("C") + "," + product("D") + "]";
    auto const answer = send("POST", "/v1/products/import", {}, body);
    auto const results = results_in(answer);
    ASSERT_EQ(results.size(), 6u);
    EXPECT_EQ(answer.body.substr(0, 45), R"([{"sku":"A","outcome":"created","version":1},)");

    EXPECT_EQ(results[1].sku, std::nullopt);
    EXPECT_EQ(results[1].error->status, 422);
    EXPECT_EQ(results[1].error->errors.at(0).pointer, "/1/sku");
    EXPECT_EQ(results[2].sku, "B");
    EXPECT_EQ(results[2].error->code, "malformed_request");
    EXPECT_EQ(results[2].error->errors.at(0).pointer, "/2/colour");
    EXPECT_EQ(results[3].error->errors.at(0).pointer, "/3");
    EXPECT_EQ(results[4].sku, "C");
    EXPECT_EQ(results[4].error->errors.at(0).pointer, "/4/name");
    EXPECT_EQ(results[5].outcome, "created");
    ASSERT_EQ(products.imports.batches.size(), 1u);
    EXPECT_EQ(products.imports.batches[0].size(), 3u);
}

TEST_F(edge, says_of_an_imported_product_only_what_the_item_says) {
    products.imports.answer = created;
    results_in(send("POST", "/v1/products/import", {}, R"([{"sku":"A","tags":[]},{"sku":"B","status":"draft"}])"));
    auto const& asked = products.imports.batches.at(0);
    EXPECT_EQ(asked.at(0).command.merge.name, std::nullopt);
    EXPECT_EQ(asked.at(0).command.merge.status, std::nullopt);
    EXPECT_EQ(asked.at(0).command.merge.tags, std::vector<std::string>());
    EXPECT_EQ(asked.at(1).command.merge.status, shop::products::status::draft);
    EXPECT_EQ(asked.at(1).command.merge.tags, std::nullopt);
}

TEST_F(edge, imports_of_two_items_about_one_sku_the_first_also_over_batches) {
    products.imports.answer = created;
    std::string body = "[" + product("A") + "," + product("A");
    for (int i = 0; i < 1'100; ++i) body += "," + product("S" + std::to_string(i));
    auto const results = results_in(send("POST", "/v1/products/import", {}, body + "," + product("A") + "]"));
    EXPECT_EQ(results[0].outcome, "created");
    for (auto const second : {std::size_t{1}, results.size() - 1}) {
        ASSERT_TRUE(results[second].error) << second;
        EXPECT_EQ(results[second].sku, "A");
        EXPECT_EQ(results[second].error->code, "invalid_value");
        EXPECT_EQ(results[second].error->errors.at(0).pointer, "/" + std::to_string(second) + "/sku");
        EXPECT_EQ(results[second].error->errors.at(0).detail, "is what item 0 is about already");
    }
}

TEST_F(edge, imports_in_batches_that_the_service_takes) {
    products.imports.answer = created;
    std::string body = "[";
    for (int i = 0; i < 2'050; ++i) body += (i > 0 ? "," : "") + product("S" + std::to_string(i));
    auto const results = results_in(send("POST", "/v1/products/import", {}, body + "]"));
    ASSERT_EQ(results.size(), 2'050u);
    EXPECT_EQ(results[2'049].sku, "S2049");
    ASSERT_EQ(products.imports.batches.size(), 3u);
    EXPECT_EQ(products.imports.batches[0].size(), shop::limits::batch_items_max);
    EXPECT_EQ(products.imports.batches[2].size(), 2u);
}

TEST_F(edge, imports_nothing_from_an_empty_array) {
    EXPECT_EQ(send("POST", "/v1/products/import", {}, "[]").body, "[]");
    EXPECT_TRUE(products.imports.batches.empty());
}

TEST_F(edge, refuses_an_import_that_is_no_array) {
    for (auto const& body : {std::string("{}"), std::string("[{]"), product("A"), std::string()}) {
        EXPECT_EQ(send("POST", "/v1/products/import", {}, body).status, 400u) << body;
    }
    std::string many = "[";
    for (std::size_t i = 0; i <= shop::limits::import_items_max; ++i) many += i > 0 ? ",0" : "0";
    auto const answer = send("POST", "/v1/products/import", {}, many + "]");
    EXPECT_EQ(answer.status, 400u);
    EXPECT_EQ(problem_in(answer).code, "malformed_request");
    EXPECT_EQ(send("POST", "/v1/products/import?dry=1", {}, "[]").status, 400u);
}

}  // namespace
}  // namespace rest
