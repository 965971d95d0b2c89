#include <shop/core/text.hpp>

#include <string>

#include <gtest/gtest.h>

namespace shop {
namespace {

using namespace std::string_view_literals;

TEST(plain_text, takes_any_language_and_emoji) {
    for (auto text :
         {""sv, "Mug"sv, "K\xc3\xa4sespätzle"sv, "\xe8\x8c\xb6"sv, "\xd7\xaa\xd7\x94"sv, "\xf0\x9f\x8d\xb5"sv}) {
        EXPECT_TRUE(is_plain_text(text)) << text;
    }
}

TEST(plain_text, refuses_control_characters) {
    for (auto text : {"a\0b"sv, "\x1b[31m"sv, "\x7f"sv, "\xc2\x85"sv, "\xc2\x80"sv, "\xc2\x9f"sv, "\b"sv}) {
        EXPECT_FALSE(is_plain_text(text));
        EXPECT_FALSE(is_plain_text(text, line_breaks::allow));
    }
    EXPECT_TRUE(is_plain_text("\xc2\xa0"));
}

TEST(plain_text, has_line_breaks_only_on_request) {
    for (auto text : {"a\nb"sv, "a\r\nb"sv, "a\tb"sv, "\xe2\x80\xa8"sv, "\xe2\x80\xa9"sv}) {
        EXPECT_FALSE(is_plain_text(text));
        EXPECT_TRUE(is_plain_text(text, line_breaks::allow));
    }
}

TEST(plain_text, refuses_marks_that_turn_the_direction_of_writing) {
    for (auto text : {"\xd8\x9c"sv, "\xe2\x80\x8e"sv, "\xe2\x80\x8f"sv, "\xe2\x80\xaa"sv, "\xe2\x80\xae"sv,
                      "\xe2\x81\xa6"sv, "\xe2\x81\xa9"sv, "\xef\xbb\xbf"sv}) {
        EXPECT_FALSE(is_plain_text(std::string("gpj.") + std::string(text)));
    }
    EXPECT_TRUE(is_plain_text("\xe2\x80\x8d"));  // the joiner that families of emoji are made with
}

TEST(plain_text, refuses_what_is_not_utf_8) {
    for (auto text : {"\x80"sv, "\xc3"sv, "\xc0\xaf"sv, "\xe0\x80\x80"sv, "\xed\xa0\x80"sv, "\xf4\x90\x80\x80"sv,
                      "\xff"sv, "\xe2\x28\xa1"sv, "\xf0\x9f\x8d"sv}) {
        EXPECT_FALSE(is_plain_text(text));
    }
}

TEST(blank_text, is_what_nobody_sees) {
    for (auto text : {""sv, " "sv, " \t "sv, "\xc2\xa0"sv, "\xe2\x80\x8b"sv, "\xe3\x80\x80 "sv, "\xe2\xa0\x80"sv,
                      "\xe3\x85\xa4"sv}) {
        EXPECT_TRUE(is_blank(text)) << text;
    }
    for (auto text : {"."sv, " a "sv, "\xc2\xa0\xe8\x8c\xb6"sv, "\xff"sv}) EXPECT_FALSE(is_blank(text)) << text;
}

}  // namespace
}  // namespace shop
