// What recipients wish, and what messages say to them.

#include "deliveries.hpp"

namespace shop::notifications::tests {

class deliveries_to_people : public deliveries {
protected:
    void SetUp() override {
        letters->like.is_for_people = true;
        letters->like.needs_contact = true;
        letters->like.needs_content = true;
        orders->told.customer = {"Ann@Shop.example", "Ann", "de-AT"};
        orders->told.total = eur(199'90);
        orders->told.lines = {{sku("MUG-1"), "Mug & Cup", 2, eur(99'95), eur(199'90)}};
        deliveries::SetUp();
    }
    void choose(choices chosen, std::uint64_t version = 0) {
        auto const done = ask(&service::set_preferences, set_preferences("ann", std::move(chosen), version));
        ASSERT_TRUE(done) << done.error().message();
    }
    bool settle() {
        return run_until([&] { return telling->is_idle(); });
    }
};

TEST_F(deliveries_to_people, say_what_was_ordered_in_their_language) {
    tell(became("confirmed"));
    ASSERT_TRUE(arrive(1));
    auto const& m = letters->got[0].what;
    EXPECT_EQ(m.to, orders->told.customer);
    EXPECT_EQ(m.what.subject, "Ihre Bestellung " + m.event.subject + " ist bestätigt");
    EXPECT_THAT(m.what.text, ::testing::HasSubstr("Guten Tag Ann,"));
    EXPECT_THAT(m.what.text, ::testing::HasSubstr("2 x Mug & Cup (MUG-1): €"));
    EXPECT_THAT(m.what.html, ::testing::HasSubstr("Mug &amp; Cup"));
}

TEST_F(deliveries_to_people, of_an_order_that_is_gone_are_dead) {
    orders->gone.insert(rules::to_message(rules::new_delivery(became("confirmed"), "post", "ann")).order_id.value());
    tell(became("confirmed"));
    ASSERT_TRUE(settle());
    EXPECT_THAT(listed(), ElementsAre("ann/2 dead 1"));
    EXPECT_THAT(letters->tried, IsEmpty());
}

TEST_F(deliveries_to_people, are_skipped_where_they_are_not_wanted) {
    choices chosen;
    chosen.muted = {{"shop.order.shipped.v1", "post"}, {{}, "fax"}};
    choose(chosen);
    tell(became("confirmed"));
    tell(became("shipped", "ann", 3));
    ASSERT_TRUE(arrive(1));
    ASSERT_TRUE(settle());
    EXPECT_THAT(listed(), ElementsAre("ann/3 skipped 0", "ann/2 delivered 1"));
    chosen.opted_out = true;
    choose(chosen, 1);
    tell(became("delivered", "ann", 4));
    ASSERT_TRUE(settle());
    EXPECT_THAT(letters->names(), ElementsAre("ann/2"));
    EXPECT_THAT(listed(), Contains("ann/4 skipped 0"));
}

TEST_F(deliveries_to_people, are_skipped_where_address_or_customer_is_suppressed) {
    suppress_address whom("ann@SHOP.example");
    whom.reason = suppression_reason::bounce;
    auto const done = ask(&service::suppress, whom);
    ASSERT_TRUE(done);
    EXPECT_EQ(done->address, "ann@shop.example");
    tell(became("confirmed"));
    ASSERT_TRUE(settle());
    EXPECT_THAT(listed(), ElementsAre("ann/2 skipped 0"));
    ASSERT_TRUE(ask(&service::unsuppress, unsuppress_address("Ann@shop.example")));
    EXPECT_EQ(ask(&service::unsuppress, unsuppress_address("Ann@shop.example")).error().code(), error_code::not_found);
    ASSERT_TRUE(ask(&service::suppress, suppress_address("bob")));
    tell(became("confirmed", "bob"));
    tell(became("confirmed", "cat"));
    ASSERT_TRUE(arrive(1));
    EXPECT_THAT(letters->names(), ElementsAre("cat/2"));
    auto const all = ask(&service::suppressions, list_suppressions());
    ASSERT_THAT(all->items, SizeIs(1));
    EXPECT_EQ(all->items[0].address, "bob");
}

TEST_F(deliveries_to_people, wait_for_the_end_of_their_quiet_hours) {
    choices chosen;
    auto const minute = std::chrono::floor<std::chrono::minutes>(clock.stamp().time_since_epoch()) % 24h;
    auto const at = [&](std::chrono::minutes later) {
        auto const time = (minute + later) % 24h;
        auto const two = [](std::int64_t n) { return (n < 10 ? "0" : "") + std::to_string(n); };
        return two(time / 1h) + ":" + two(time % 1h / 1min);
    };
    chosen.quiet_hours = quiet_hours{at(0min), at(3min)};
    choose(chosen);
    tell(became("confirmed"));
    ASSERT_TRUE(settle());
    EXPECT_THAT(listed(), ElementsAre("ann/2 pending 0"));
    ASSERT_TRUE(arrive(1));
    EXPECT_GT(letters->got[0].at, 2min);
    EXPECT_LE(letters->got[0].at, 3min + 2s);
}

TEST_F(deliveries_to_people, are_told_in_the_language_they_chose) {
    choices chosen;
    chosen.locale = "en";
    choose(chosen);
    tell(became("confirmed"));
    ASSERT_TRUE(arrive(1));
    EXPECT_THAT(letters->got[0].what.what.subject, ::testing::StartsWith("Your order"));
}

TEST_F(deliveries_to_people, preferences_are_replaced_at_the_version_that_was_read) {
    auto const none = ask(&service::get_preferences, get_preferences("ann"));
    EXPECT_EQ(none->version, 0u);
    choices chosen;
    chosen.time_zone = "Europe/Vienna";
    choose(chosen);
    EXPECT_EQ(ask(&service::get_preferences, get_preferences("ann"))->choices, chosen);
    auto const stale = ask(&service::set_preferences, set_preferences("ann", chosen, 0));
    EXPECT_EQ(stale.error().code(), error_code::version_mismatch);
    EXPECT_EQ(stale.error().details().current_version, 1u);
    EXPECT_EQ(ask(&service::set_preferences, set_preferences("ann", chosen, {})).error().code(),
              error_code::version_required);
    chosen.time_zone = "Europe/Atlantis";
    chosen.quiet_hours = quiet_hours{"25:00", "07:00"};
    chosen.muted = {{}};
    auto const bad = ask(&service::set_preferences, set_preferences("ann", chosen, 1));
    ASSERT_FALSE(bad);
    std::vector<std::string> places;
    for (auto const& one : bad.error().details().errors) places.push_back(one.pointer);
    EXPECT_THAT(places, ElementsAre("/muted/0", "/time_zone", "/quiet_hours/from"));
}

TEST_F(deliveries_to_people, a_customer_has_to_do_with_their_own_alone) {
    auto const as = [](std::string who) {
        auto by = std::make_shared<principal>();
        by->account = by->customer_id = std::move(who);
        by->scopes = {"*"};
        by->scopes = {"notifications:read"};
        return call(std::move(by));
    };
    tell(became("confirmed"));
    ASSERT_TRUE(arrive(1));
    auto const id = ask(&service::list, list_notifications())->items[0].id;
    EXPECT_EQ(ask(&service::redeliver, redeliver_notification(id), as("bob")).error().code(), error_code::not_found);
    EXPECT_TRUE(ask(&service::redeliver, redeliver_notification(id), as("ann")));
    EXPECT_EQ(ask(&service::get_preferences, get_preferences("ann"), as("bob")).error().code(), error_code::not_found);
    EXPECT_EQ(ask(&service::set_preferences, set_preferences("ann", {}, 0), as("bob")).error().code(),
              error_code::not_found);
    EXPECT_EQ(ask(&service::suppressions, list_suppressions(), as("ann")).error().code(), error_code::forbidden);
    EXPECT_EQ(ask(&service::suppress, suppress_address("bob"), as("ann")).error().code(), error_code::forbidden);
}

}  // namespace shop::notifications::tests
