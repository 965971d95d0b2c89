#include "access/rate_limiter.hpp"

#include <gtest/gtest.h>

namespace shop_server {
namespace {

using namespace std::chrono_literals;

constexpr hash_seed seed{1, 2, 3};
constexpr shop::steady_time start{24h};

TEST(rate_limiter, allows_a_burst_and_then_the_rate) {
    rate_limiter limits({.per_second = 2, .burst = 3}, seed);
    for (std::uint32_t left : {2u, 1u, 0u}) {
        auto const taken = limits.take(1, start);
        EXPECT_TRUE(taken.allowed);
        EXPECT_EQ(taken.remaining, left);
        EXPECT_EQ(taken.limit, 3u);
        EXPECT_EQ(taken.retry_after_s, 0u);
    }
    auto const refused = limits.take(1, start);
    EXPECT_FALSE(refused.allowed);
    EXPECT_EQ(refused.remaining, 0u);
    EXPECT_EQ(refused.retry_after_s, 1u) << "half a second, rounded up";
    EXPECT_EQ(refused.reset_s, 2u) << "one and a half, rounded up";
    EXPECT_FALSE(limits.take(1, start + 499ms).allowed);
    EXPECT_TRUE(limits.take(1, start + 500ms).allowed);
    EXPECT_FALSE(limits.take(1, start + 500ms).allowed);
    EXPECT_EQ(limits.take(1, start + 1h).remaining, 2u) << "never more than the burst";
}

TEST(rate_limiter, allows_no_more_than_the_rate_over_time) {
    rate_limiter limits({.per_second = 10, .burst = 5}, seed);
    int allowed = 0;
    for (auto at = start; at < start + 60s; at += 7ms) allowed += limits.take(1, at).allowed;
    EXPECT_GE(allowed, 5 + 595);
    EXPECT_LE(allowed, 5 + 600);
}

TEST(rate_limiter, says_truly_when_the_next_one_is_allowed) {
    rate_limiter limits({.per_second = 0.1, .burst = 2}, seed);
    limits.take(1, start);
    limits.take(1, start + 1s);
    auto const refused = limits.take(1, start + 2s);
    EXPECT_EQ(refused.retry_after_s, 8u);
    EXPECT_FALSE(limits.take(1, start + 9s).allowed);
    EXPECT_TRUE(limits.take(1, start + 2s + 8s).allowed);
}

TEST(rate_limiter, at_another_rate_gives_nothing_back) {
    rate_limiter limits({.per_second = 1, .burst = 4}, seed);
    for (int i = 0; i < 3; ++i) limits.take(1, start);
    limits.set_rate({.per_second = 1, .burst = 4}, start);
    EXPECT_EQ(limits.take(1, start).remaining, 0u);
    EXPECT_FALSE(limits.take(1, start).allowed);
    limits.set_rate({.per_second = 10, .burst = 6}, start);  // 4 of 6 are taken
    EXPECT_EQ(limits.take(1, start).remaining, 1u);
    EXPECT_EQ(limits.take(2, start).remaining, 5u) << "who took nothing has all";
    limits.set_rate({.per_second = 2, .burst = 2}, start);  // 5 of 2 are
    EXPECT_EQ(limits.take(1, start).retry_after_s, 1u) << "no more is owed than a burst";
    EXPECT_TRUE(limits.take(1, start + 500ms).allowed);
}

TEST(rate_limiter, keeps_callers_apart) {
    rate_limiter limits({.per_second = 1, .burst = 1}, seed);
    auto const ann = limits.account_key("ann"), bob = limits.account_key("bob");
    EXPECT_TRUE(limits.take(ann, start).allowed);
    EXPECT_FALSE(limits.take(ann, start).allowed);
    EXPECT_TRUE(limits.take(bob, start).allowed);
}

TEST(rate_limiter, counts_ipv6_by_network_and_mapped_addresses_as_ipv4) {
    rate_limiter const limits({.per_second = 1, .burst = 1}, seed);
    EXPECT_EQ(limits.address_key("2001:db8:1:2::1"), limits.address_key("2001:db8:1:2:ffff::9"));
    EXPECT_NE(limits.address_key("2001:db8:1:2::1"), limits.address_key("2001:db8:1:3::1"));
    EXPECT_EQ(limits.address_key("::ffff:192.0.2.1"), limits.address_key("192.0.2.1"));
    EXPECT_NE(limits.address_key("::ffff:192.0.2.1"), limits.address_key("::ffff:192.0.2.2"));
    EXPECT_NE(limits.address_key("192.0.2.1"), limits.address_key("192.0.2.2"));
    EXPECT_NE(limits.address_key("192.0.2.1"), limits.account_key("192.0.2.1"));
    EXPECT_NE(limits.address_key("no address"), limits.address_key("none, too"));
}

TEST(rate_limiter, places_names_by_its_seed) {
    rate_limiter const one({.per_second = 1, .burst = 1}, seed), other({.per_second = 1, .burst = 1}, {9});
    EXPECT_NE(one.account_key("ann"), other.account_key("ann"));
    EXPECT_NE(one.address_key("192.0.2.1"), other.address_key("192.0.2.1"));
}

TEST(rate_limiter, forgets_the_fullest_bucket_first) {
    rate_limiter limits({.per_second = 1, .burst = 10}, seed, 8);  // one set
    for (std::uint64_t key = 1; key <= 8; ++key) {
        for (std::uint64_t n = 0; n <= key; ++n) limits.take(key, start);
    }
    EXPECT_EQ(limits.take(100, start).remaining, 9u);
    EXPECT_EQ(limits.take(8, start).remaining, 0u) << "the emptiest is kept";
    EXPECT_EQ(limits.take(1, start).remaining, 9u) << "the fullest was forgotten";
}

TEST(rate_limiter, holds_back_one_caller_among_a_flood_of_others) {
    rate_limiter limits({.per_second = 1, .burst = 5}, seed, 64);
    auto const loud = limits.account_key("loud");
    int allowed = 0;
    for (int i = 0; i < 10'000; ++i) {
        allowed += limits.take(loud, start).allowed;
        limits.take(limits.account_key("other-" + std::to_string(i)), start);
    }
    EXPECT_LE(allowed, 10);
}

TEST(rate_limiter, writes_its_header_fields) {
    rate_limiter limits({.per_second = 5, .burst = 100}, seed);
    EXPECT_EQ(limits.policy_field(), "\"default\";q=100;w=20");
    auto const taken = limits.take(1, start);
    EXPECT_EQ(rate_limiter::field(taken), "\"default\";r=99;t=1");
}

TEST(rate_limiter, works_whatever_the_clock_says) {
    for (auto const at : {shop::steady_time{}, shop::steady_time{-100h}, shop::steady_time{24h * 365 * 100}}) {
        rate_limiter limits({.per_second = 0.001, .burst = 1'000'000}, seed, 1);
        auto const taken = limits.take(0, at);
        EXPECT_TRUE(taken.allowed);
        EXPECT_EQ(taken.remaining, 999'999u);
    }
    EXPECT_THROW(rate_limiter({.per_second = 0, .burst = 1}, seed), std::logic_error);
    EXPECT_THROW(rate_limiter({.per_second = 1, .burst = 0}, seed), std::logic_error);
}

}  // namespace
}  // namespace shop_server
