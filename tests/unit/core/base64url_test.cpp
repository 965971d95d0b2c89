#include <shop/core/base64url.hpp>

#include <gtest/gtest.h>

namespace shop {
namespace {

TEST(base64url, reads_what_it_writes) {
    std::string bytes;
    for (int i = 0; i < 260; ++i) {
        EXPECT_EQ(from_base64url(to_base64url(bytes)), bytes);
        bytes += static_cast<char>(i * 7);
    }
    EXPECT_EQ(to_base64url("\xfb\xff\xfe"), "-__-");
    EXPECT_EQ(to_base64url("f"), "Zg");
}

TEST(base64url, refuses_padding_other_letters_and_spare_bits) {
    for (std::string_view const bad :
         {"Zg==", "Zg=", "Z", "ZZZZZ", "+/+/", "Zg\n", " Zg", "Z.g", "Zh", "Zm9", "\xc3\xa4"}) {
        EXPECT_EQ(from_base64url(bad), std::nullopt) << bad;
    }
    EXPECT_EQ(from_base64url("Zm8"), "fo");
    EXPECT_EQ(from_base64url(""), "");
}

}  // namespace
}  // namespace shop
