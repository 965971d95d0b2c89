#include <shop/core/mail_address.hpp>

#include <string>

#include <gtest/gtest.h>

namespace shop {
namespace {

using namespace std::string_literals;

TEST(mail_address, accepts_what_people_have) {
    auto const longest_label = std::string(63, 'd');
    for (auto const& address : {"ann@example.com"s, "ann.lee+shop@mail.example.co.uk"s, "o'neil@example.org"s,
                                "!#$%&'*+-/=?^_`{|}~@example.org"s, "a@b"s, "1@2.3"s, "ann@xn--bcher-kva.example"s,
                                "\xc3\xa5nn@b\xc3\xbc"
                                "cher.example"s,
                                "\xe8\x8c\xb6@\xe8\x8c\xb6.example"s, std::string(64, 'l') + "@example.com",
                                "a@" + longest_label + ".example"}) {
        EXPECT_EQ(refuse_mail_address(address), std::nullopt) << address;
    }
}

TEST(mail_address, refuses_what_no_mail_can_be_sent_to) {
    for (auto const& address : {""s,
                                "ann"s,
                                "@"s,
                                "ann@"s,
                                "@example.com"s,
                                "ann@example..com"s,
                                ".ann@example.com"s,
                                "ann.@example.com"s,
                                "a..b@example.com"s,
                                "ann@.example.com"s,
                                "ann@example.com."s,
                                "ann@-example.com"s,
                                "ann@example-.com"s,
                                "ann@exa_mple.com"s,
                                "a@b@example.com"s,
                                "ann lee@example.com"s,
                                " ann@example.com"s,
                                "ann@example.com "s,
                                "ann@exam\xc2\xa0ple.com"s,
                                "Ann <ann@example.com>"s,
                                "ann@example.com,bob@example.com"s,
                                "\"ann\"@example.com"s,
                                "ann@[127.0.0.1]"s,
                                "ann@example.com\r\nRCPT TO:<eve@example.com>"s,
                                "ann\n@example.com"s,
                                "ann\0@example.com"s,
                                "ann@example.com\x7f"s,
                                "ann\xff@example.com"s,
                                "\xe2\x80\xae"
                                "ann@example.com"s,
                                std::string(65, 'l') + "@example.com",
                                "a@" + std::string(64, 'd') + ".example"}) {
        EXPECT_TRUE(refuse_mail_address(address)) << address;
    }
}

TEST(mail_address, is_254_bytes_long_at_most) {
    auto const label = std::string(61, 'd') + ".";
    auto const address = "a@" + label + label + label + label + "ex.y";
    ASSERT_EQ(address.size(), 254u);
    EXPECT_EQ(refuse_mail_address(address), std::nullopt);
    EXPECT_EQ(refuse_mail_address("a" + address), "must be at most 254 bytes long");
}

}  // namespace
}  // namespace shop
