#include <gtest/gtest.h>

#include <shop/http/uri.hpp>

namespace shop::http {
namespace {

using strings = std::vector<std::string>;
using pairs = std::vector<std::pair<std::string, std::string>>;

TEST(path_segments, decodes_each_segment) {
    EXPECT_EQ(path_segments("/v1/products/MUG-1").value(), (strings{"v1", "products", "MUG-1"}));
    EXPECT_EQ(path_segments("/v1/a%20b%C3%A9?q=/x/").value(), (strings{"v1", "a b\xc3\xa9"}));
    EXPECT_EQ(path_segments("/").value(), strings{});
    EXPECT_EQ(path_segments("/a:b@c,d=e+f").value(), strings{"a:b@c,d=e+f"});
}

TEST(path_segments, row25_and_row26_refuses_what_can_be_read_in_two_ways) {
    for (auto path : {"",        "a",           "//",     "/a/",    "/a//b",         "/.",
                      "/a/../b", "/a/%2e%2e/b", "/%2E",   "/a;v=1", "/a%3bv",        "/%00",
                      "/%0d%0a", "/a%2fb",      "/a%2Fb", "/a%5cb", "/a\\b",         "/%c0%af",
                      "/%zz",    "/%4",         "/%",     "/%ff",   "/%ed%a0%80",    "/%7f",
                      "/%c2%80", "/a b",        "/a|b",   "/a\"b",  "/%f4%90%80%80", "/%e0%80%80",
                      "/%c3"}) {
        auto const read = path_segments(path);
        ASSERT_FALSE(read) << path;
        EXPECT_EQ(read.error().code(), error_code::malformed_request);
    }
}

TEST(query_parameters, keeps_order_and_decodes) {
    EXPECT_EQ(query_parameters("").value(), pairs{});
    EXPECT_EQ(query_parameters("q=a+b%2Fc&limit=20&sku=A,B&flag&cursor=eA==").value(),
              (pairs{{"q", "a b/c"}, {"limit", "20"}, {"sku", "A,B"}, {"flag", ""}, {"cursor", "eA=="}}));
}

TEST(query_parameters, refuses_duplicates_also_when_encoded) {
    auto const read = query_parameters("limit=1&l%69mit=2");
    ASSERT_FALSE(read);
    ASSERT_EQ(read.error().details().errors.size(), 1u);
    EXPECT_EQ(read.error().details().errors[0].pointer, "limit");
}

TEST(query_parameters, refuses_broken_ones) {
    for (auto query :
         {"&", "a=1&", "a=1&&b=2", "=1", "a=%", "a=%g0", "a=%00", "a=%0a", "a=%ff", "a=<", "a=\"", "a%3"}) {
        EXPECT_FALSE(query_parameters(query)) << query;
    }
}

}  // namespace
}  // namespace shop::http
