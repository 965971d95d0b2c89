#include <gtest/gtest.h>

#include <shop/http/network.hpp>

namespace shop::http {
namespace {

bool contains(char const* text, char const* address) {
    return network::parse(text).value().contains(asio::ip::make_address(address));
}

TEST(network, holds_the_addresses_of_its_prefix) {
    EXPECT_TRUE(contains("10.0.0.0/8", "10.255.0.1"));
    EXPECT_FALSE(contains("10.0.0.0/8", "11.0.0.0"));
    EXPECT_TRUE(contains("192.0.2.128/25", "192.0.2.200"));
    EXPECT_FALSE(contains("192.0.2.128/25", "192.0.2.127"));
    EXPECT_TRUE(contains("192.0.2.7", "192.0.2.7"));
    EXPECT_FALSE(contains("192.0.2.7/32", "192.0.2.6"));
    EXPECT_TRUE(contains("0.0.0.0/0", "203.0.113.9"));
    EXPECT_FALSE(contains("0.0.0.0/0", "2001:db8::1"));
    EXPECT_TRUE(contains("2001:db8::/33", "2001:db8:7fff::1"));
    EXPECT_FALSE(contains("2001:db8::/33", "2001:db8:8000::1"));
    EXPECT_TRUE(contains("::1", "::1"));
    EXPECT_TRUE(contains("::/0", "2001:db8::1"));
}

TEST(network, takes_ipv4_in_ipv6_for_ipv4) {
    EXPECT_TRUE(contains("10.0.0.0/8", "::ffff:10.1.2.3"));
    EXPECT_TRUE(contains("::ffff:10.1.2.3", "10.1.2.3"));
}

TEST(network, refuses_what_is_none) {
    for (auto const* text :
         {"", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/08", "10.0.0.0/-1", "10.0.0.0/8x", "10.0.0/8", "10/8",
          "2001:db8::/129", "localhost", "10.0.0.1/8", "10.0.0.0/8/8", " 10.0.0.0/8", "fe80::1%eth0", "[::1]"}) {
        auto const read = network::parse(text);
        ASSERT_FALSE(read) << text;
        EXPECT_EQ(read.error().code(), error_code::invalid_value);
    }
}

}  // namespace
}  // namespace shop::http
