#include "edge.hpp"

namespace rest {
namespace {

std::string const mug = R"({"sku":"MUG-1","name":"Mug","price":{"amount":1999,"currency":"EUR"}})";

TEST_F(edge, demands_the_version_seen_before_it_changes_something) {
    auto const answer = send("PUT", "/v1/products/MUG-1", {}, mug);
    EXPECT_EQ(answer.status, 428u);
    EXPECT_EQ(problem_in(answer).code, "version_required");
    EXPECT_NE(problem_in(answer).detail.find("If-Match"), std::string::npos);
    EXPECT_TRUE(products.replaces.batches.empty());
}

TEST_F(edge, configures_stock_that_nobody_has_seen_yet) {
    using shop::inventory::configure_stock;
    auto const asked = [&](std::vector<std::pair<std::string, std::string>> fields) {
        send("PATCH", "/v1/inventory/MUG-1", std::move(fields), R"({"low_stock_threshold":3})");
        return inventory.configures.batches.back().front().command;
    };
    for (auto const& c : {asked({}), asked({{"If-None-Match", "*"}}), asked({{"If-Match", "\"4\""}})}) {
        EXPECT_TRUE(c.guarded) << "whether a version is required is for the inventory to say";
    }
    EXPECT_FALSE(asked({}).if_none_match);
    EXPECT_TRUE(asked({{"If-None-Match", "*"}}).if_none_match);
    EXPECT_EQ(asked({{"If-Match", "\"4\""}}).if_match, 4u);
    auto const before = inventory.configures.batches.size();
    auto const answer = send("PATCH", "/v1/inventory/MUG-1", {{"If-None-Match", "\"4\""}}, "{}");
    EXPECT_EQ(answer.status, 400u);
    EXPECT_EQ(problem_in(answer).errors.at(0).pointer, "If-None-Match");
    for (auto const* body : {R"({"guarded":false})", R"({"if_none_match":true})"}) {
        EXPECT_EQ(send("PATCH", "/v1/inventory/MUG-1", {}, body).status, 400u) << body;
    }
    EXPECT_EQ(inventory.configures.batches.size(), before);
}

TEST_F(edge, tells_the_current_version_when_the_one_seen_is_stale) {
    products.replaces.answer = [](auto const&) {
        shop::error_details details;
        details.current_version = 9;
        return shop::error(shop::error_code::version_mismatch, std::move(details));
    };
    auto const answer = send("PUT", "/v1/products/MUG-1", {{"If-Match", "\"8.1\""}}, mug);
    EXPECT_EQ(answer.status, 412u);
    EXPECT_EQ(problem_in(answer).current_version, 9u);
}

TEST_F(edge, reads_the_version_out_of_a_tag_that_a_compressing_proxy_has_changed) {
    for (auto const* tag : {"\"1.17\"", "W/\"1.17\"", "\"1.17-gzip\"", "\"1.17-br\"", "\"1.17-zstd\"", "\"1.17;gzip\"",
                            "W/\"1.17-gzip\"", "W/\"1.17;gzip\"", "\"1.17-gzip-gzip\"", "\"1\"", "W/\"1\"", "\"1-br\"",
                            "\"1-gzip\", W/\"1.17\"", " ,\"1\" , "}) {
        products.replaces.batches.clear();
        EXPECT_EQ(send("PUT", "/v1/products/MUG-1", {{"If-Match", tag}}, mug).status, 200u) << tag;
        EXPECT_EQ(products.replaces.asked().command.if_match, 1u) << tag;
    }
    send("PATCH", "/v1/inventory/MUG-1", {{"If-Match", "W/\"12-zstd\""}}, "{}");
    EXPECT_EQ(inventory.configures.asked().command.if_match, 12u);
}

TEST_F(edge, refuses_conditions_that_are_no_tag_of_ours) {
    for (auto const* tag : {"*",
                            "1",
                            "\"\"",
                            "\"a\"",
                            "\"-1\"",
                            "\"1.\"",
                            "\"1.x\"",
                            "\"1",
                            "",
                            ",",
                            "\"01\"",
                            "\"1.07\"",
                            "\"99999999999999999999\"",
                            "w/\"1\"",
                            "W/1",
                            "W/ \"1\"",
                            "\"1-gz\"",
                            "\"1-GZIP\"",
                            "\"1-gzip.17\"",
                            "\"-gzip\"",
                            "\"1\"-gzip",
                            "\"1\" \"1\"",
                            "\"1\", x",
                            "\"1\", *",
                            "\"1-1\""}) {
        auto const answer = send("PUT", "/v1/products/MUG-1", {{"If-Match", tag}}, mug);
        EXPECT_EQ(answer.status, 400u) << tag;
        EXPECT_EQ(problem_in(answer).errors.at(0).pointer, "If-Match") << tag;
    }
    EXPECT_TRUE(products.replaces.batches.empty());
}

TEST_F(edge, refuses_a_condition_that_names_several_versions) {
    auto const answer = send("PUT", "/v1/products/MUG-1", {{"If-Match", "\"1\", \"2\""}}, mug);
    EXPECT_EQ(answer.status, 400u);
    EXPECT_EQ(problem_in(answer).errors.at(0).detail,
              "names several versions: send the one ETag of what you read last");
    EXPECT_TRUE(products.replaces.batches.empty());
}

TEST_F(edge, archives_at_a_version_if_told_one) {
    send("DELETE", "/v1/products/MUG-1", {{"If-Match", "\"3.17\""}});
    EXPECT_EQ(products.archives.asked().command.if_match, 3u);
}

TEST_F(edge, refuses_conditions_that_nobody_would_check) {
    auto const path = "/v1/orders/" + std::string(order_text) + "/cancel";
    EXPECT_EQ(problem_in(post(path, "", {{"If-Match", "\"1\""}})).errors.at(0).pointer, "If-Match");
    EXPECT_EQ(problem_in(send("PUT", "/v1/products/MUG-1", {{"If-None-Match", "*"}}, mug)).errors.at(0).pointer,
              "If-None-Match");
    EXPECT_TRUE(orders.cancels.batches.empty());
}

TEST_F(edge, does_not_repeat_what_the_client_has) {
    products.gets.answer = [](auto const&) { return sample_product(); };
    for (auto const* list :
         {"\"3.17\"", "W/\"3.17\"", "*", "\"1\", \"3.17\"", " \"x\" ,W/\"3.17\" ", "\"3.17-gzip\"", "\"3.17-br\"",
          "\"3.17-zstd\"", "\"3.17;gzip\"", "W/\"3.17-gzip\"", "\"3.16-gzip\",\"3.17-gzip\""}) {
        auto const answer = get("/v1/products/MUG-1", {{"If-None-Match", list}});
        EXPECT_EQ(answer.status, 304u) << list;
        EXPECT_EQ(answer.find("ETag"), "\"3.17\"");
        EXPECT_EQ(answer.cache, shop::http::cache_policy::revalidate);
        EXPECT_TRUE(answer.body.empty());
    }
    for (auto const* list : {"\"3\"", "\"3.18\"", "3.17", "", ",", "\"3.17", "\"1\" \"3.17\"", "\"3-gzip\"",
                             "\"3.18-gzip\"", "\"3.17-gz\"", "\"03.17\"", "\"*\""}) {
        EXPECT_EQ(get("/v1/products/MUG-1", {{"If-None-Match", list}}).status, 200u) << list;
    }
    EXPECT_EQ(get("/v1/products/MUG-1", {{"If-None-Match", "\"1\""}, {"If-None-Match", "\"3.17\""}}).status, 304u);
}

TEST_F(edge, a_list_is_always_answered) {
    EXPECT_EQ(get("/v1/products", {{"If-None-Match", "*"}}).status, 200u);
}

}  // namespace
}  // namespace rest
