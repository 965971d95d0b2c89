#include <shop/core/uuid.hpp>

#include <algorithm>
#include <thread>
#include <unordered_set>
#include <vector>

#include <gtest/gtest.h>

namespace shop {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view text = "019cae1c-8a3d-7c21-9f00-0123456789ab";

TEST(uuid, is_read_as_it_is_written) {
    auto const read = parse_uuid(text);
    ASSERT_TRUE(read);
    EXPECT_EQ(to_string(*read), text);
    EXPECT_EQ(read->bytes[0], 0x01);
    EXPECT_EQ(read->bytes[15], 0xab);
}

TEST(uuid, refuses_any_other_form) {
    std::string upper(text);
    std::transform(upper.begin(), upper.end(), upper.begin(),
                   [](char c) { return static_cast<char>(std::toupper(c)); });
    std::string const moved_dash = "019cae1c8-a3d-7c21-9f00-0123456789ab";
    for (std::string const& other :
         {upper, std::string(text.substr(1)), std::string(text) + "0", "{" + std::string(text.substr(2)) + "}",
          moved_dash, std::string(36, '-'), std::string(36, '0'), std::string()}) {
        EXPECT_FALSE(parse_uuid(other)) << other;
    }
}

TEST(uuid, of_version_7_knows_its_birth) {
    timestamp const now{1'770'000'000'123ms};
    auto const drawn = random_ids().next(now);
    EXPECT_EQ(drawn.born(), now);
    EXPECT_EQ(drawn.bytes[6] >> 4, 7);
    EXPECT_EQ(drawn.bytes[8] >> 6, 2);
    EXPECT_LE(uuid::first_of(now), drawn);
    EXPECT_LT(drawn, uuid::first_of(now + 1ms));
    EXPECT_EQ(uuid::first_of(now).born(), now);
}

TEST(random_ids, rise_within_a_millisecond) {
    timestamp const now{1'780'000'000'000ms};
    auto before = random_ids().next(now);
    for (int i = 0; i < 10'000; ++i) {
        auto const next = random_ids().next(now);
        ASSERT_LT(before, next);
        before = next;
    }
}

TEST(random_ids, keep_rising_when_the_clock_steps_back_a_little) {
    timestamp const now{1'790'000'000'000ms};
    auto const before = random_ids().next(now);
    EXPECT_LT(before, random_ids().next(now - 5ms));
}

TEST(random_ids, follow_a_clock_that_was_set_back) {
    timestamp const now{1'800'000'000'000ms};
    (void)random_ids().next(now);
    EXPECT_EQ(random_ids().next(now - 1h).born(), now - 1h);
}

TEST(random_ids, are_never_given_twice_not_even_to_threads) {
    timestamp const now{1'810'000'000'000ms};
    std::vector<std::vector<uuid>> drawn(4);
    {
        std::vector<std::jthread> threads;
        for (auto& mine : drawn) {
            threads.emplace_back([&mine, now] {
                for (int i = 0; i < 5'000; ++i) mine.push_back(random_ids().next(now));
            });
        }
    }
    std::unordered_set<uuid> all;
    for (auto const& mine : drawn) all.insert(mine.begin(), mine.end());
    EXPECT_EQ(all.size(), 20'000u);
}

TEST(id, is_nil_until_drawn) {
    EXPECT_TRUE(order_id().is_nil());
    EXPECT_FALSE(random_ids().draw<order_id>(timestamp{}).is_nil());
    EXPECT_EQ(to_string(*order_id::parse(text)), text);
    EXPECT_FALSE(order_id::parse("1"));
}

}  // namespace
}  // namespace shop
