#include "fixture.hpp"

namespace shop::orders::tests {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// The status machine of the documentation, written down a second time: from, and what a caller may make of it.
std::map<status, std::vector<status>> const documented{
    {status::pending, {}},  // placing decides
    {status::confirmed, {status::shipped, status::cancelled}},
    {status::rejected, {}},
    {status::shipped, {status::delivered}},
    {status::delivered, {}},
    {status::cancelled, {}},
};

TEST(status_machine, offers_each_documented_step_and_no_other) {
    for (auto const& [from, allowed] : documented) {
        EXPECT_EQ(rules::steps_from(from), allowed) << to_word(from);
        for (auto const& [to, ignored] : documented) {
            bool const expected = std::find(allowed.begin(), allowed.end(), to) != allowed.end();
            auto const* const step = find_step(from, to);
            EXPECT_EQ(step && step->is_offered, expected) << to_word(from) << " to " << to_word(to);
            bool const by_placing = from == status::pending && (to == status::confirmed || to == status::rejected);
            EXPECT_EQ(step != nullptr, expected || by_placing) << to_word(from) << " to " << to_word(to);
        }
    }
    EXPECT_EQ(documented.size(), words_of(status{}).size());
}

TEST(status_machine, every_status_a_caller_is_offered_can_be_reached) {
    for (auto const word : offered_status::words) {
        auto const to = *from_word<status>(word);
        EXPECT_TRUE(std::ranges::any_of(machine, [&](auto const& s) { return s.to == to && s.is_offered; })) << word;
    }
    for (auto const& s : machine) EXPECT_EQ(offered_status(s.to).is_offered(), s.is_offered) << to_word(s.to);
}

TEST(status_machine, a_refused_step_says_where_the_order_is_and_what_it_may_become) {
    auto const refused = rules::refuse_step(status::shipped, status::cancelled);
    EXPECT_EQ(refused.code(), error_code::invalid_transition);
    EXPECT_EQ(refused.details().from, "shipped");
    EXPECT_EQ(refused.details().to, "cancelled");
    EXPECT_THAT(refused.details().allowed, ElementsAre("delivered"));
    EXPECT_EQ(refused.message(), "an order that is shipped cannot become cancelled");
}

TEST(status_machine, nothing_follows_an_end) {
    EXPECT_THAT(rules::refuse_step(status::rejected, status::shipped).details().allowed, IsEmpty());
}

}  // namespace shop::orders::tests
