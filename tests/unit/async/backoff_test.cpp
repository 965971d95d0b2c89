#include <shop/async/backoff.hpp>

#include <gtest/gtest.h>

namespace shop {
namespace {

using namespace std::chrono_literals;

TEST(backoff, doubles_from_the_first_pause_up_to_the_longest) {
    constexpr backoff tested{100ms, 1s};
    EXPECT_EQ(tested.after(1), 100ms);
    EXPECT_EQ(tested.after(2), 200ms);
    EXPECT_EQ(tested.after(4), 800ms);
    EXPECT_EQ(tested.after(5), 1s);
    EXPECT_EQ(tested.after(4'000'000'000), 1s);
    EXPECT_EQ(tested.after(0), 100ms);
}

TEST(backoff, never_waits_longer_than_the_longest_pause) {
    constexpr backoff tested{3s, 1s};
    EXPECT_EQ(tested.after(1), 1s);
    constexpr backoff for_ever{1s, steady_time::duration::max()};
    EXPECT_EQ(for_ever.after(100), steady_time::duration::max());
}

TEST(backoff, takes_its_jitter_off_the_end_of_a_pause) {
    constexpr backoff half{1s, 1min, 0.5};
    EXPECT_EQ(half.after(1, 0), 1s);
    EXPECT_EQ(half.after(1, 499'999'999), 500ms + 1ns);
    EXPECT_EQ(half.after(1, 500'000'000), 1s);
    constexpr backoff full{1s, 1min, 1};
    EXPECT_EQ(full.after(2, 1'999'999'999), 1ns);
}

}  // namespace
}  // namespace shop
