#include "channels/webhook/target.hpp"

#include <gmock/gmock.h>

namespace {

using namespace shop_server::webhook;
using ::testing::HasSubstr;
namespace ip = boost::asio::ip;

/// Why an address is refused; empty if it is not.
std::string refusal(std::string_view url, targets allowed = targets::public_only) {
    auto const read = target::parse(url, allowed);
    if (read) return {};
    auto const errors = read.error().details().errors;
    EXPECT_EQ(errors.size(), 1u) << url;
    EXPECT_EQ(errors.at(0).pointer, "/url");
    return errors.at(0).detail;
}

TEST(webhook_addresses, of_the_public_internet_are_told_from_all_others) {  // rows 97 and 98
    for (auto const* text : {"1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0",
                             "172.15.255.255", "172.32.0.0", "192.167.0.1", "198.17.0.1", "198.20.0.0",
                             "223.255.255.255", "2606:4700::1111", "2a00::1", "2003::1", "2001:200::1", "3ffe::1"}) {
        EXPECT_TRUE(is_public(ip::make_address(text))) << text;
    }
    for (auto const* text : {"0.0.0.0",
                             "0.1.2.3",
                             "10.0.0.1",
                             "10.255.255.255",
                             "100.64.0.1",
                             "100.127.255.255",
                             "127.0.0.1",
                             "127.255.255.254",
                             "169.254.169.254",
                             "172.16.0.1",
                             "172.31.255.255",
                             "192.0.0.8",
                             "192.0.2.1",
                             "192.88.99.1",
                             "192.168.1.1",
                             "198.18.0.1",
                             "198.19.255.255",
                             "198.51.100.7",
                             "203.0.113.9",
                             "224.0.0.1",
                             "239.255.255.255",
                             "240.0.0.1",
                             "255.255.255.255",
                             "::",
                             "::1",
                             "::127.0.0.1",
                             "::ffff:127.0.0.1",
                             "::ffff:10.0.0.1",
                             "::ffff:8.8.8.8",
                             "64:ff9b::7f00:1",
                             "64:ff9b:1::1",
                             "100::1",
                             "2001::1",
                             "2001:10::1",
                             "2001:20::1",
                             "2001:db8::1",
                             "2002:7f00:1::",
                             "3fff::1",
                             "5f00::1",
                             "fc00::1",
                             "fd12:3456::1",
                             "fe80::1",
                             "febf::1",
                             "fec0::1",
                             "ff02::1",
                             "ff0e::1"}) {
        EXPECT_FALSE(is_public(ip::make_address(text))) << text;
    }
}

TEST(webhook_urls, are_taken_with_a_name_or_a_public_address) {
    for (auto const* url : {"https://example.com", "https://example.com/hooks?shop=1&x=%20a",
                            "https://EXAMPLE.com:8443/", "https://xn--mller-kva.example/", "https://a_b.example.com./x",
                            "https://8.8.8.8/x", "https://8.8.8.8:444", "https://[2606:4700::1111]:8443/x"}) {
        EXPECT_EQ(refusal(url), "") << url;
    }
    auto const read = target::parse("https://Example.com/x", targets::public_only);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->port(), 443);
    EXPECT_FALSE(read->literal());
    auto const v6 = target::parse("https://[2606:4700::1111]:8443/x", targets::public_only);
    EXPECT_EQ(v6->host(), "2606:4700::1111");
    EXPECT_EQ(v6->literal(), ip::make_address("2606:4700::1111"));
    EXPECT_EQ(v6->port(), 8443);
}

TEST(webhook_urls, of_private_and_odd_addresses_are_refused) {  // rows 97 to 99
    for (auto const* url : {"https://127.0.0.1/", "https://10.1.2.3", "https://169.254.169.254/latest/meta-data",
                            "https://[::1]/", "https://[::ffff:10.0.0.1]/", "https://[fd00::1]:444/"}) {
        EXPECT_THAT(refusal(url), HasSubstr("private or special")) << url;
    }
    for (auto const* url :
         {"https://2130706433/", "https://0x7f.1/", "https://127.1/", "https://0177.0.0.1/", "https://0/",
          "https://0x7f000001", "https://134744072/", "https://127.0.0.1.", "https://1.2.3.4.5/",
          "https://example.123/", "https://%31%32%37.0.0.1/", "https://[fe80::1%25eth0]/"}) {
        EXPECT_NE(refusal(url), "") << url;
        EXPECT_NE(refusal(url, targets::any), "") << url;
    }
}

TEST(webhook_urls, of_another_form_are_refused_with_what_to_write) {  // row 102
    EXPECT_THAT(refusal("http://example.com/"), HasSubstr("https://"));
    EXPECT_THAT(refusal("ftp://example.com/", targets::any), HasSubstr("https:// or http://"));
    EXPECT_THAT(refusal("https://user:secret@example.com/"), HasSubstr("no user"));
    EXPECT_THAT(refusal("https://a@b@c/"), HasSubstr("no user"));
    EXPECT_THAT(refusal("https://example.com/#part"), HasSubstr("no fragment"));
    EXPECT_THAT(refusal("https://example.com/" + std::string(2048, 'a')), HasSubstr("2048"));
    for (std::string const url : {"",
                                  "example.com",
                                  "/hooks",
                                  "https:",
                                  "https://",
                                  "https:///x",
                                  "https://exa mple.com/",
                                  "https://example.com\\@evil",
                                  "https://example.com/\r\nX: y",
                                  "https://example.com/\t",
                                  "https://ex\xc3\xa4mple.com/",
                                  "https://example.com:0/",
                                  "https://example.com:65536/",
                                  "https://example.com:12a/",
                                  "https://.example.com/",
                                  "https://exa..mple.com/",
                                  "https://[::1",
                                  "https://::1/",
                                  "file:///etc/passwd",
                                  "gopher://example.com/",
                                  "javascript:alert(1)"}) {
        EXPECT_NE(refusal(url, targets::any), "") << url;
    }
    EXPECT_NE(refusal(std::string("https://example.com/\0x", 22), targets::any), "");
}

TEST(webhook_urls, may_be_private_and_plain_where_the_shop_says_so) {
    for (auto const* url : {"http://127.0.0.1:8080/hooks", "http://localhost:1/", "http://erp.internal/x",
                            "https://10.0.0.7/", "http://[::1]:80/"}) {
        EXPECT_EQ(refusal(url, targets::any), "") << url;
    }
}

}  // namespace
