#include <shop/core/error.hpp>

#include <set>

#include <gtest/gtest.h>

#include <shop/core/result.hpp>

namespace shop {
namespace {

TEST(error_table, has_one_row_per_code_in_their_order) {
    for (std::size_t i = 0; i < error_table.size(); ++i) EXPECT_EQ(static_cast<std::size_t>(error_table[i].code), i);
    EXPECT_EQ(error(error_code::internal).word(), "internal");
    EXPECT_EQ(error(error_code::out_of_stock).word(), "out_of_stock");
}

TEST(error_table, words_are_unique_and_every_row_says_what_to_do) {
    std::set<std::string_view> words;
    for (auto const& row : error_table) {
        EXPECT_TRUE(words.insert(row.word).second) << row.word;
        EXPECT_FALSE(row.title.empty()) << row.word;
        EXPECT_FALSE(row.title.ends_with('.')) << row.word;
        EXPECT_TRUE(row.remedy.ends_with('.')) << row.word;
    }
}

TEST(error_table, only_what_may_pass_by_itself_is_retryable) {
    std::set<std::string_view> retryable;
    for (auto const& row : error_table) {
        if (row.retryable) retryable.insert(row.word);
    }
    EXPECT_EQ(retryable,
              (std::set<std::string_view>{"operation_in_progress", "rate_limited", "overloaded", "unavailable",
                                          "store_unavailable", "deadline_exceeded", "outcome_unknown"}));
}

TEST(error, says_its_detail_or_else_the_title_of_its_code) {
    EXPECT_EQ(error(error_code::not_found).message(), "There is no such thing");
    EXPECT_EQ(error(error_code::not_found, "There is no such order.").message(), "There is no such order.");
}

TEST(error, is_internal_when_nobody_said_otherwise) {
    EXPECT_EQ(error().code(), error_code::internal);
    EXPECT_EQ(error().details(), error_details{});
}

TEST(error, as_replay_keeps_everything_else) {
    error_details details;
    details.shortages.push_back({sku("MUG-1"), 3, 1});
    error const first(error_code::out_of_stock, details);
    auto const again = first.as_replay();
    EXPECT_TRUE(again.details().replayed);
    EXPECT_FALSE(first.details().replayed);
    EXPECT_EQ(again.code(), error_code::out_of_stock);
    EXPECT_EQ(again.shortages(), first.shortages());
}

TEST(error, invalid_at_names_the_place) {
    auto const e = invalid_at("/lines/0/quantity", "must be smaller");
    EXPECT_EQ(e.kind(), error_kind::invalid);
    ASSERT_EQ(e.details().errors.size(), 1u);
    EXPECT_EQ(e.details().errors[0], (field_error{"/lines/0/quantity", "must be smaller"}));
}

TEST(result, value_of_a_failure_throws_the_reason) {
    result<int> const refused = invalid_at("/a", "must be b");
    try {
        (void)refused.value();
        FAIL() << "nothing was thrown";
    } catch (failure const& f) {
        EXPECT_EQ(f.reason().code(), error_code::invalid_value);
        EXPECT_STREQ(f.what(), "invalid_value: A value is refused; /a must be b");
    }
}

}  // namespace
}  // namespace shop
