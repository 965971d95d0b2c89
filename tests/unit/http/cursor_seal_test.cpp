#include <gmock/gmock.h>

#include <shop/http/cursor_seal.hpp>

namespace shop::http::tests {

using ::testing::MatchesRegex;

std::string const secret(32, 's');

TEST(cursor_seal, brings_a_cursor_back_and_tells_nothing_of_it) {
    using namespace std::string_view_literals;
    auto const seal = cursor_seal::from(secret).value();
    for (auto const cursor : {"A"sv, "MUG-1"sv, "with \0 zero"sv, "\xff\xfe\x00\x80"sv}) {
        auto const sealed = seal.seal("for ann", cursor);
        EXPECT_THAT(sealed, MatchesRegex("[A-Za-z0-9_-]+"));
        EXPECT_EQ(seal.open("for ann", sealed).value(), cursor);
        EXPECT_EQ(seal.seal("for ann", cursor), sealed) << "equal pages have equal cursors";
        EXPECT_NE(seal.seal("for bob", cursor), sealed);
    }
}

TEST(cursor_seal, refuses_what_is_for_another_or_of_another_secret) {
    auto const seal = cursor_seal::from(secret).value();
    auto const sealed = seal.seal("for ann", "MUG-1");
    EXPECT_FALSE(seal.open("for bob", sealed));
    EXPECT_FALSE(seal.open("", sealed));
    EXPECT_FALSE(cursor_seal::from(std::string(32, 't'))->open("for ann", sealed));
    EXPECT_FALSE(cursor_seal::drawn().open("for ann", sealed));
    EXPECT_TRUE(cursor_seal::from(secret)->open("for ann", sealed));
}

TEST(cursor_seal, refuses_any_letter_changed_cut_or_added) {
    auto const seal = cursor_seal::from(secret).value();
    auto const sealed = seal.seal("for ann", "MUG-1");
    for (std::size_t i = 0; i < sealed.size(); ++i) {
        for (char const other : {'A', 'z', '-', '=', ' ', '\0'}) {
            auto forged = sealed;
            if (forged[i] == other) continue;
            forged[i] = other;
            EXPECT_FALSE(seal.open("for ann", forged)) << forged;
        }
        EXPECT_FALSE(seal.open("for ann", sealed.substr(0, i)));
    }
    EXPECT_FALSE(seal.open("for ann", sealed + "A"));
    EXPECT_FALSE(seal.open("for ann", std::string(100'000, 'A')));
}

TEST(cursor_seal, needs_a_secret_of_32_characters) {
    auto const refused = cursor_seal::from(std::string(31, 's'));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), error_code::invalid_value);
}

}  // namespace shop::http::tests
