#include <shop/http/detail/body_budget.hpp>

#include <gtest/gtest.h>

namespace shop::http::detail {
namespace {

using shortage = body_budget::shortage;

TEST(body_budget, bounds_all_bodies_together) {
    body_budget budget(100, 0);
    body_budget::share one, two;
    one.join(budget, "ann", "192.0.2.1");
    two.join(budget, "bob", "192.0.2.2");
    EXPECT_EQ(one.hold(60), shortage::none);
    EXPECT_EQ(two.hold(41), shortage::of_all);
    EXPECT_EQ(two.hold(40), shortage::none);
    EXPECT_EQ(one.hold(60), shortage::none) << "no more than before";
    one.give_back();
    EXPECT_EQ(two.hold(100), shortage::none);
    EXPECT_EQ(budget.held(), 100u);
}

TEST(body_budget, bounds_those_of_one_account_and_of_one_address) {
    body_budget budget(0, 100);
    body_budget::share ann, ann_elsewhere, bob_beside_ann, carl;
    ann.join(budget, "ann", "192.0.2.1");
    ann_elsewhere.join(budget, "ann", "192.0.2.2");
    bob_beside_ann.join(budget, "bob", "192.0.2.1");
    carl.join(budget, "carl", "192.0.2.3");
    EXPECT_EQ(ann.hold(90), shortage::none);
    EXPECT_EQ(ann_elsewhere.hold(11), shortage::of_caller);
    EXPECT_EQ(bob_beside_ann.hold(11), shortage::of_caller);
    EXPECT_EQ(bob_beside_ann.hold(10), shortage::none);
    EXPECT_EQ(carl.hold(100), shortage::none);
    EXPECT_EQ(carl.hold(101), shortage::of_caller);
    EXPECT_EQ(budget.held(), 200u);
}

TEST(body_budget, counts_ipv6_by_network) {
    body_budget budget(0, 100);
    body_budget::share one, beside, mapped, plain;
    one.join(budget, {}, "2001:db8::1");
    beside.join(budget, {}, "2001:db8::ffff:1");
    EXPECT_EQ(one.hold(100), shortage::none);
    EXPECT_EQ(beside.hold(1), shortage::of_caller);
    mapped.join(budget, {}, "::ffff:192.0.2.1");
    plain.join(budget, {}, "192.0.2.1");
    EXPECT_EQ(mapped.hold(100), shortage::none);
    EXPECT_EQ(plain.hold(1), shortage::of_caller);
}

TEST(body_budget, forgets_who_holds_nothing) {
    body_budget budget(0, 100);
    {
        body_budget::share one, two;
        one.join(budget, "ann", "192.0.2.1");
        two.join(budget, "ann", "192.0.2.1");
        EXPECT_EQ(one.hold(10), shortage::none);
        one.give_back();
        EXPECT_EQ(budget.known_callers(), 2u);
        EXPECT_EQ(two.hold(100), shortage::none);
        two.join(budget, {}, "192.0.2.1");
        EXPECT_EQ(budget.known_callers(), 1u);
    }
    EXPECT_EQ(budget.known_callers(), 0u);
    EXPECT_EQ(budget.held(), 0u);
}

}  // namespace
}  // namespace shop::http::detail
