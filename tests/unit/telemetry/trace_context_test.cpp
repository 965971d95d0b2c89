#include "telemetry/trace_context.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <set>

namespace {

using shop_server::random_bits;
using shop_server::trace_context;

constexpr std::string_view given = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

/// Draws these, one after another.
random_bits drawing(std::deque<std::uint64_t> numbers) {
    return [numbers]() mutable {
        auto const next = numbers.at(0);
        numbers.pop_front();
        return next;
    };
}

TEST(trace_context, reads_what_w3c_describes) {
    auto const read = trace_context::parse(given);
    ASSERT_TRUE(read);
    EXPECT_EQ(to_string(read->trace), "0af7651916cd43dd8448eb211c80319c");
    EXPECT_EQ(to_string(read->span), "b7ad6b7169203331");
    EXPECT_TRUE(read->sampled);
    EXPECT_EQ(to_string(*read), given);
}

TEST(trace_context, keeps_of_the_flags_whether_it_is_sampled) {
    auto const with = [](std::string const& flags) {
        return trace_context::parse(std::string(given.substr(0, 53)) + flags);
    };
    EXPECT_FALSE(with("00")->sampled);
    EXPECT_FALSE(with("fe")->sampled);
    EXPECT_TRUE(with("ff")->sampled);
    EXPECT_EQ(to_string(*with("03")), given);
}

TEST(trace_context, refuses_everything_else) {
    std::string const good(given);
    std::vector<std::string> bad{"", "00", good + "-", good + " ", good.substr(1), " " + good};
    auto const changed = [&](std::size_t at, std::string_view to) {
        auto text = good;
        return text.replace(at, to.size(), to);
    };
    for (std::size_t const at : {2U, 35U, 52U}) bad.push_back(changed(at, "_"));
    for (auto const version : {"01", "ff", "0x"}) bad.push_back(changed(0, version));
    for (std::size_t const at : {3U, 34U, 36U, 51U, 53U, 54U}) {
        for (auto const digit : {"A", "g", " ", "/", ":", "`", "\xe9"}) bad.push_back(changed(at, digit));
    }
    bad.push_back(changed(3, std::string(32, '0')));
    bad.push_back(changed(36, std::string(16, '0')));
    bad.push_back(changed(10, std::string_view("\0", 1)));
    for (auto const& text : bad) {
        EXPECT_FALSE(trace_context::parse(text)) << text;
        EXPECT_EQ(shop_server::trace_of(text), "") << text;
    }
    EXPECT_EQ(shop_server::trace_of(given), "0af7651916cd43dd8448eb211c80319c");
    EXPECT_TRUE(trace_context::parse(changed(3, std::string(31, '0'))));
}

TEST(trace_context, ids_come_from_the_injected_source_and_are_never_zero) {
    auto const random = drawing({0, 0, 0, 7, 0, 9});
    auto const root = trace_context::root(random, 1);
    EXPECT_EQ(to_string(root), "00-00000000000000000000000000000007-0000000000000009-01");
}

TEST(trace_context, a_child_has_a_span_of_its_own_in_the_same_trace) {
    for (bool const sampled : {false, true}) {
        auto parent = *trace_context::parse(given);
        parent.sampled = sampled;
        auto const child = parent.child(drawing({0, 0xfedcba9876543210}));
        EXPECT_EQ(child.trace, parent.trace);
        EXPECT_EQ(to_string(child.span), "fedcba9876543210");
        EXPECT_EQ(child.sampled, sampled);
    }
}

TEST(trace_context, the_root_decides_by_the_ratio) {
    auto const lowest = drawing({1, 0, 1, 1, 0, 1});
    EXPECT_FALSE(trace_context::root(lowest, 0).sampled);
    EXPECT_TRUE(trace_context::root(lowest, 1e-9).sampled);
    EXPECT_TRUE(trace_context::root(drawing({1, ~0ULL, 1}), 1).sampled);
    EXPECT_FALSE(trace_context::root(drawing({1, ~0ULL, 1}), 0.999999).sampled);
    EXPECT_TRUE(trace_context::root(drawing({1, 1ULL << 62, 1}), 0.26).sampled);
    EXPECT_FALSE(trace_context::root(drawing({1, 1ULL << 62, 1}), 0.25).sampled);
}

TEST(trace_context, the_systems_randomness_gives_different_ids) {
    auto const one = shop_server::system_random_bits();
    auto const other = shop_server::system_random_bits();
    std::set<std::string> ids;
    for (int i = 0; i < 1'000; ++i) {
        ids.insert(to_string(trace_context::root(one, 1)));
        ids.insert(to_string(trace_context::root(other, 1)));
    }
    EXPECT_EQ(ids.size(), 2'000U);
}

}  // namespace
