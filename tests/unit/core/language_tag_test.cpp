#include <shop/core/language_tag.hpp>

#include <string>

#include <gtest/gtest.h>

namespace shop {
namespace {

TEST(language_tag, accepts_the_examples_of_rfc_5646) {
    for (auto const* tag : {"de",
                            "fr",
                            "ja",
                            "i-enochian",
                            "zh-Hant",
                            "zh-Hans",
                            "sr-Cyrl",
                            "sr-Latn",
                            "zh-cmn-Hans-CN",
                            "cmn-Hans-CN",
                            "zh-yue-HK",
                            "yue-HK",
                            "zh-Hans-CN",
                            "sr-Latn-RS",
                            "sl-rozaj",
                            "sl-rozaj-biske",
                            "sl-nedis",
                            "de-CH-1901",
                            "sl-IT-nedis",
                            "hy-Latn-IT-arevela",
                            "de-DE",
                            "en-US",
                            "es-419",
                            "de-CH-x-phonebk",
                            "az-Arab-x-AZE-derbend",
                            "x-whatever",
                            "qaa-Qaaa-QM-x-southern",
                            "de-Qaaa",
                            "sr-Latn-QM",
                            "sr-Qaaa-RS",
                            "en-US-u-islamcal",
                            "zh-CN-a-myext-x-private",
                            "en-a-myext-b-another",
                            "en-GB-oed",
                            "sgn-BE-FR",
                            "art-lojban",
                            "zh-min-nan",
                            "DE-at"}) {
        EXPECT_TRUE(is_language_tag(tag)) << tag;
    }
}

TEST(language_tag, refuses_what_is_not_well_formed) {
    for (auto const* tag : {"",
                            "d",
                            "de_DE",
                            "de_AT.UTF-8",
                            "C",
                            "de-",
                            "-de",
                            "de--AT",
                            "de-AT ",
                            "german language",
                            "de-419-DE",
                            "a-DE",
                            "en-",
                            "en-x",
                            "x",
                            "x-",
                            "de-a",
                            "de-x-",
                            "de-a-x-b",
                            "toolonglanguage",
                            "de-toolongsub",
                            "de-x-123456789",
                            "d\xc3\xa9",
                            "*",
                            "en;q=0.8",
                            "de,en",
                            "i-shop"}) {
        EXPECT_FALSE(is_language_tag(tag)) << tag;
    }
}

TEST(language_tag, is_35_characters_long_at_most) {
    auto const tag = std::string("de-AT-x-") + "12345678-12345678-12345678";
    ASSERT_EQ(tag.size(), 34u);
    EXPECT_TRUE(is_language_tag(tag));
    EXPECT_FALSE(is_language_tag(tag + "-1"));
}

}  // namespace
}  // namespace shop
