#include <shop/core/time.hpp>

#include <gtest/gtest.h>

namespace shop {
namespace {

using namespace std::chrono;

constexpr timestamp spring = sys_days{2026y / March / 1} + 9h + 30min + 5s + 7ms;

TEST(timestamp, is_written_in_utc_with_milliseconds) {
    EXPECT_EQ(to_string(spring), "2026-03-01T09:30:05.007Z");
    EXPECT_EQ(to_string(timestamp{}), "1970-01-01T00:00:00.000Z");
    EXPECT_EQ(to_string(timestamp{-1ms}), "1969-12-31T23:59:59.999Z");
}

TEST(timestamp, beyond_four_digits_of_a_year_is_written_as_the_edge) {
    EXPECT_EQ(to_string(timestamp::max()), "9999-12-31T23:59:59.999Z");
    EXPECT_EQ(to_string(timestamp::min()), "0000-01-01T00:00:00.000Z");
}

TEST(timestamp, is_read_as_it_is_written) {
    for (auto at : {spring, timestamp{}, timestamp{-1ms}, timestamp{sys_days{2024y / February / 29}}}) {
        EXPECT_EQ(parse_timestamp(to_string(at)), at);
    }
}

TEST(timestamp, is_read_with_any_offset) {
    EXPECT_EQ(parse_timestamp("2026-03-01T11:00:05.007+01:30"), spring);
    EXPECT_EQ(parse_timestamp("2026-03-01T01:30:05.007-08:00"), spring);
    EXPECT_EQ(parse_timestamp("2026-03-01t09:30:05.007z"), spring);
    EXPECT_EQ(parse_timestamp("2026-03-01T09:30:05.007-00:00"), spring);
}

TEST(timestamp, is_read_with_none_to_nine_digits_of_a_second) {
    EXPECT_EQ(parse_timestamp("2026-03-01T09:30:05Z"), spring - 7ms);
    EXPECT_EQ(parse_timestamp("2026-03-01T09:30:05.5Z"), spring - 7ms + 500ms);
    EXPECT_EQ(parse_timestamp("2026-03-01T09:30:05.007999999Z"), spring);
    EXPECT_FALSE(parse_timestamp("2026-03-01T09:30:05.0079999999Z"));
    EXPECT_FALSE(parse_timestamp("2026-03-01T09:30:05.Z"));
}

TEST(timestamp, is_read_with_a_leap_second_only_at_the_end_of_a_day) {
    EXPECT_EQ(parse_timestamp("2016-12-31T23:59:60Z"), timestamp{sys_days{2017y / January / 1}});
    EXPECT_EQ(parse_timestamp("2017-01-01T00:59:60+01:00"), timestamp{sys_days{2017y / January / 1}});
    EXPECT_FALSE(parse_timestamp("2016-12-31T12:59:60Z"));
}

TEST(timestamp, refuses_what_is_no_time) {
    for (std::string_view text :
         {"", "2026-03-01", "2026-03-01T09:30:05", "2026-03-01 09:30:05Z", "2026-02-29T00:00:00Z",
          "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-03-00T00:00:00Z", "2026-03-01T24:00:00Z",
          "2026-03-01T09:60:00Z", "2026-03-01T09:30:61Z", "2026-03-01T09:30:05Zx", "2026-03-01T09:30:05+24:00",
          "2026-03-01T09:30:05+01:60", "2026-03-01T09:30:05+0100", "+026-03-01T09:30:05Z", "2026-3-1T09:30:05Z",
          "0000-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01"}) {
        EXPECT_FALSE(parse_timestamp(text)) << text;
    }
}

}  // namespace
}  // namespace shop
