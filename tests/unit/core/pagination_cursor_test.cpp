#include <gmock/gmock.h>

#include <shop/core/idempotency_key.hpp>
#include <shop/core/limits.hpp>
#include <shop/core/pagination_cursor.hpp>

namespace shop::tests {

using ::testing::MatchesRegex;

TEST(cursor, brings_its_place_back) {
    using namespace std::string_view_literals;
    for (auto const place : {""sv, "A"sv, "AB"sv, "ABC"sv, "MUG-1"sv, "with \0 zero"sv, "\xff\xfe\x00\x80"sv}) {
        auto const cursor = make_cursor("products.list", place);
        EXPECT_THAT(cursor, MatchesRegex("[A-Za-z0-9_-]+"));
        auto const read = read_cursor("products.list", cursor);
        ASSERT_TRUE(read);
        EXPECT_EQ(*read, place);
    }
}

TEST(cursor, is_refused_by_another_list) {
    EXPECT_FALSE(read_cursor("inventory.list", make_cursor("products.list", "MUG-1")));
}

TEST(cursor, is_refused_when_any_letter_of_it_is_changed_cut_or_added) {
    auto const cursor = make_cursor("products.list", "MUG-1");
    for (std::size_t i = 0; i < cursor.size(); ++i) {
        for (char const other : {'A', 'z', '-', '=', ' ', '\0'}) {
            auto forged = cursor;
            if (forged[i] == other) continue;
            forged[i] = other;
            EXPECT_FALSE(read_cursor("products.list", forged)) << forged;
        }
        EXPECT_FALSE(read_cursor("products.list", cursor.substr(0, i)));
    }
    EXPECT_FALSE(read_cursor("products.list", cursor + "A"));
    EXPECT_FALSE(read_cursor("products.list", cursor + "="));
    EXPECT_FALSE(read_cursor("products.list", std::string(100'000, 'A')));
}

TEST(cursor, that_is_forged_is_malformed_at_its_parameter) {
    auto const refused = read_cursor("products.list", "nonsense");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), error_code::malformed_request);
    EXPECT_EQ(refused.error().details().errors.at(0).pointer, "cursor");
}

TEST(page_limit, is_20_unless_asked_for_and_100_at_most) {
    EXPECT_EQ(*page_limit(std::nullopt), 20u);
    EXPECT_EQ(*page_limit(1), 1u);
    EXPECT_EQ(*page_limit(100), 100u);
    for (std::int64_t const bad : {std::int64_t{0}, std::int64_t{-1}, std::int64_t{101}, std::int64_t{1'000'000}}) {
        auto const refused = page_limit(bad);
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().code(), error_code::invalid_value);
        EXPECT_EQ(refused.error().details().errors.at(0).pointer, "limit");
    }
}

TEST(page_limit, is_all_of_the_skus_that_are_asked_for) {
    std::vector<sku> const skus(100, sku("MUG"));
    EXPECT_EQ(*page_limit(std::nullopt, skus), 100u);
    EXPECT_EQ(*page_limit(7, skus), 7u);
    EXPECT_EQ(*page_limit(std::nullopt, std::vector<sku>()), 20u);
    auto const refused = page_limit(std::nullopt, std::vector<sku>(101, sku("MUG")));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().details().errors.at(0).pointer, "sku");
}

TEST(idempotency_key, is_1_to_255_printable_ascii_characters) {
    EXPECT_TRUE(check_idempotency_key("a"));
    EXPECT_TRUE(check_idempotency_key("cart 7 ~!"));
    EXPECT_TRUE(check_idempotency_key(std::string(255, 'k')));
    EXPECT_EQ(check_idempotency_key("").error().code(), error_code::idempotency_key_missing);
    for (std::string const& bad : {std::string(256, 'k'), std::string("a\tb"), std::string("a\x7f"),
                                   std::string("\xc3\xa9"), std::string("a\0b", 3)}) {
        EXPECT_EQ(check_idempotency_key(bad).error().code(), error_code::idempotency_key_malformed);
    }
}

}  // namespace shop::tests
