#include <shop/core/sku.hpp>

#include <stdexcept>
#include <unordered_map>
#include <vector>

#include <gtest/gtest.h>

namespace shop {
namespace {

TEST(sku, takes_letters_digits_dots_underscores_and_hyphens) {
    for (std::string_view text : {"A", "0", "MUG-1", "a.b_c-D9", "9..--__"}) {
        auto const read = sku::parse(text);
        ASSERT_TRUE(read) << text;
        EXPECT_EQ(read->text(), text);
    }
}

TEST(sku, refuses_what_does_not_begin_with_a_letter_or_digit) {
    for (std::string_view text : {"-A", ".A", "_A", " A", ""}) EXPECT_FALSE(sku::parse(text)) << text;
}

TEST(sku, refuses_other_characters) {
    using namespace std::string_view_literals;
    for (auto text : {"A B"sv, "A/B"sv, "A\0B"sv, "caf\xc3\xa9"sv, "A\n"sv, "A%"sv})
        EXPECT_FALSE(sku::parse(text)) << text;
}

TEST(sku, has_64_characters_at_most) {
    EXPECT_TRUE(sku::parse(std::string(64, 'x')));
    EXPECT_FALSE(sku::parse(std::string(65, 'x')));
}

TEST(sku, tells_case_apart) {
    EXPECT_NE(sku("mug-1"), sku("MUG-1"));
}

TEST(sku, constructor_throws_what_parse_refuses) {
    EXPECT_THROW(sku("no sku"), std::invalid_argument);
    EXPECT_NO_THROW(sku("MUG-1"));
}

/// Codes of every length, with all their beginnings and changes around the word boundaries inside.
std::vector<std::string> many_codes() {
    std::vector<std::string> all;
    for (std::size_t length = 1; length <= 64; ++length) {
        all.push_back(std::string(length, 'm'));
        for (std::size_t at : {std::size_t(0), length / 2, length - 1}) {
            for (char c : {'0', 'Z', 'z'}) {
                all.push_back(std::string(length, 'm'));
                all.back()[at] = c;
            }
        }
    }
    return all;
}

TEST(sku, compares_as_its_text) {
    auto const all = many_codes();
    for (auto const& a : all) {
        for (auto const& b : all) {
            ASSERT_EQ(sku(a) <=> sku(b), std::string_view(a) <=> std::string_view(b)) << a << ' ' << b;
            ASSERT_EQ(sku(a) == sku(b), a == b) << a << ' ' << b;
        }
    }
}

TEST(sku, hashes_differ_where_texts_do) {
    auto const all = many_codes();
    std::unordered_map<std::size_t, std::string> seen;
    for (auto const& text : all) {
        auto const [found, fresh] = seen.emplace(std::hash<sku>{}(sku(text)), text);
        EXPECT_EQ(found->second, text);
    }
}

TEST(location, is_main_unless_told_otherwise) {
    EXPECT_TRUE(location().is_main());
    EXPECT_FALSE(location("berlin").is_main());
    EXPECT_EQ(location("main"), location());
}

TEST(location, has_the_alphabet_of_a_sku) {
    EXPECT_TRUE(location::parse("shelf-3.b"));
    EXPECT_FALSE(location::parse("shelf 3"));
    EXPECT_FALSE(location::parse(""));
    EXPECT_THROW(location("-"), std::invalid_argument);
}

}  // namespace
}  // namespace shop
