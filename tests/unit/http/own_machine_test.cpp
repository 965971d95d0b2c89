#include <shop/http/own_machine.hpp>

#include <gtest/gtest.h>

namespace shop::http {
namespace {

TEST(own_machine, has_names_that_no_resolver_can_give_away) {
    for (auto const* host : {"localhost", "LocalHost:8080", "localhost.", "shop.localhost:1", "127.0.0.1",
                             "127.8.8.8:80", "[::1]", "[::1]:8080", "[::ffff:127.0.0.1]"}) {
        EXPECT_TRUE(is_loopback_host(host)) << host;
    }
    for (auto const* host :
         {"", ":80", "evil.example", "localhost.evil.example", "notlocalhost", "127.0.0.1.evil.example", "192.168.1.1",
          "0.0.0.0", "[::]", "[2001:db8::1]", "127.1", "2130706433", "localhost..", ".localhost.x"}) {
        EXPECT_FALSE(is_loopback_host(host)) << host;
    }
}

TEST(own_machine, has_pages_of_its_own) {
    for (auto const* origin : {"http://localhost:3000", "https://127.0.0.1", "http://[::1]:80"})
        EXPECT_TRUE(is_loopback_origin(origin)) << origin;
    for (auto const* origin : {"null", "", "http://evil.example", "file://", "chrome-extension://localhost",
                               "localhost", "http://localhost@evil.example"}) {
        EXPECT_FALSE(is_loopback_origin(origin)) << origin;
    }
}

TEST(own_machine, is_named_by_host_and_origin) {
    auto const named = [](std::string_view host, std::string_view origin) {
        header const fields[]{{"host", host}, {"origin", origin}};
        request head;
        head.headers = {host.empty() ? fields + 1 : fields, (host.empty() ? 0u : 1u) + (origin.empty() ? 0u : 1u)};
        return names_this_machine(head);
    };
    EXPECT_TRUE(named("localhost:8080", ""));
    EXPECT_TRUE(named("localhost:8080", "http://localhost:3000"));
    EXPECT_TRUE(named("", ""));
    EXPECT_FALSE(named("evil.example", ""));
    EXPECT_FALSE(named("localhost", "https://evil.example"));
    EXPECT_FALSE(named("", "https://evil.example"));
}

}  // namespace
}  // namespace shop::http
