#include <shop/core/call.hpp>

#include <gtest/gtest.h>

namespace shop {
namespace {

TEST(principal, may_what_its_scopes_say) {
    principal const clerk{"clerk", {"orders:read", "products:*"}, {}};
    EXPECT_TRUE(clerk.may("orders:read"));
    EXPECT_FALSE(clerk.may("orders:write"));
    EXPECT_TRUE(clerk.may("products:write"));
    EXPECT_FALSE(clerk.may("productspecial:write"));
    EXPECT_FALSE(clerk.may(""));
}

TEST(principal, without_scopes_may_nothing) {
    principal const nobody{"nobody", {""}, {}};
    EXPECT_FALSE(nobody.may("orders:read"));
}

TEST(principal, a_star_covers_only_whole_words) {
    principal const odd{"odd", {"ord*"}, {}};
    EXPECT_FALSE(odd.may("orders:read"));
}

TEST(principal, a_customer_acts_only_for_themselves) {
    principal ann{"key-1", {"orders:write"}, "ann"};
    EXPECT_TRUE(ann.may_act_for("ann"));
    EXPECT_FALSE(ann.may_act_for("bob"));
    ann.scopes.push_back("orders:any");
    EXPECT_TRUE(ann.may_act_for("bob"));
}

TEST(principal, staff_acts_for_everybody) {
    principal const staff{"till", {"orders:write"}, {}};
    EXPECT_TRUE(staff.may_act_for("ann"));
}

TEST(local_principal, may_everything) {
    EXPECT_EQ(local_principal()->account, "local");
    EXPECT_TRUE(local_principal()->may("orders:any"));
    EXPECT_EQ(call().by, local_principal());
}

}  // namespace
}  // namespace shop
