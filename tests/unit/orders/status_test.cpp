#include "fixture.hpp"

namespace shop::orders::tests {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// The status machine of the documentation, written down a second time: from, and what it may become.
std::map<status, std::vector<status>> const documented{
    {status::pending, {status::confirmed, status::rejected}},
    {status::confirmed, {status::partially_shipped, status::shipped, status::cancelled}},
    {status::rejected, {}},
    {status::partially_shipped, {status::partially_shipped, status::shipped, status::closed}},
    {status::shipped, {status::delivered, status::returned}},
    {status::delivered, {status::returned}},
    {status::cancelled, {}},
    {status::closed, {}},
    {status::returned, {}},
};

TEST(status_machine, allows_each_documented_step_and_no_other) {
    for (auto const& [from, allowed] : documented) {
        EXPECT_EQ(rules::steps_from(from), allowed) << to_word(from);
        for (auto const& [to, ignored] : documented) {
            bool const expected = std::find(allowed.begin(), allowed.end(), to) != allowed.end();
            EXPECT_EQ(rules::legal(from, to), expected) << to_word(from) << " to " << to_word(to);
        }
    }
}

TEST(status_machine, a_refused_step_says_where_the_order_is_and_what_it_may_become) {
    auto const refused = rules::refuse_step(status::shipped, status::cancelled);
    EXPECT_EQ(refused.code(), error_code::invalid_transition);
    EXPECT_EQ(refused.details().from, "shipped");
    EXPECT_EQ(refused.details().to, "cancelled");
    EXPECT_THAT(refused.details().allowed, ElementsAre("delivered", "returned"));
    EXPECT_EQ(refused.message(), "an order that is shipped cannot become cancelled");
}

TEST(status_machine, nothing_follows_an_end) {
    EXPECT_THAT(rules::refuse_step(status::rejected, status::shipped).details().allowed, IsEmpty());
}

}  // namespace shop::orders::tests
