#include <shop/core/limits.hpp>

#include "fixture.hpp"

namespace shop::orders::tests {

using ::testing::ElementsAre;

place_order two_mugs() { return place_order("ann").line("MUG", 2); }

std::vector<std::string> refused_at(place_order const& command) {
    auto const checked = rules::check(command);
    if (checked) return {};
    EXPECT_EQ(checked.error().code(), error_code::invalid_value);
    return pointers_of(checked.error());
}

TEST(checking_an_order, accepts_what_a_customer_would_send) {
    auto command = two_mugs().note("gift", "yes");
    command.customer.email = "ann@example.com";
    command.customer.name = "Ånn Müller";
    command.customer.locale = "de-AT";
    EXPECT_TRUE(rules::check(command));
}

TEST(checking_an_order, names_everything_that_is_wrong_at_once) {
    place_order command("");
    command.customer.email = std::string(255, 'a');
    command.customer.name = "a\nb";
    command.customer.locale = std::string(36, 'x');
    EXPECT_THAT(refused_at(command),
                ElementsAre("/customer/id", "/customer/email", "/customer/name", "/customer/locale", "/lines"));
}

TEST(checking_an_order, a_text_may_be_as_long_as_its_limit_and_no_longer) {
    auto command = two_mugs();
    command.customer.id = std::string(128, 'i');
    command.customer.email = std::string(254, 'e');
    EXPECT_TRUE(rules::check(command));
    command.customer.id += 'i';
    EXPECT_THAT(refused_at(command), ElementsAre("/customer/id"));
}

TEST(checking_an_order, a_text_that_turns_the_direction_of_writing_is_refused) {
    auto command = two_mugs();
    command.customer.id = "ann\u202E";
    EXPECT_THAT(refused_at(command), ElementsAre("/customer/id"));
}

TEST(checking_an_order, takes_100_lines_and_not_101) {
    auto command = two_mugs();
    command.lines.assign(limits::order_lines_max, command.lines.front());
    EXPECT_TRUE(rules::check(command));
    command.lines.push_back(command.lines.front());
    EXPECT_THAT(refused_at(command), ElementsAre("/lines"));
}

TEST(checking_an_order, each_line_names_a_sku) {
    auto command = two_mugs();
    command.lines.emplace_back(sku(), quantity(1));
    EXPECT_THAT(refused_at(command), ElementsAre("/lines/1/sku"));
}

TEST(checking_an_order, metadata_has_its_bounds) {
    auto many = two_mugs();
    for (int i = 0; i < 65; ++i) many.metadata["name" + std::to_string(i)] = "value";
    EXPECT_THAT(refused_at(many), ElementsAre("/metadata"));
    EXPECT_THAT(refused_at(two_mugs().note(std::string(65, 'n'), "value")), ElementsAre("/metadata"));
    EXPECT_THAT(refused_at(two_mugs().note("a\tb", "value")), ElementsAre("/metadata"));
    EXPECT_THAT(refused_at(two_mugs().note("name", std::string(4097, 'v'))), ElementsAre("/metadata"));
    EXPECT_TRUE(rules::check(two_mugs().note(std::string(64, 'n'), std::string(4096, 'v'))));
}

TEST(checking_an_order, reservations_are_not_offered_yet) {
    auto command = two_mugs();
    command.reservation_id.emplace();
    auto const checked = rules::check(command);
    ASSERT_EQ(code_of(checked), error_code::not_supported);
    EXPECT_THAT(pointers_of(checked.error()), ElementsAre("/reservation_id"));
}

TEST(checking_a_transition, accepts_notes_and_tracking_up_to_their_limit) {
    auto command = transition_order({}, status::shipped).track(std::string(100, 't')).because(std::string(500, 'n'));
    EXPECT_TRUE(rules::check(command));
    command.tracking->push_back('t');
    command.note->push_back('n');
    auto const refused = rules::check(command);
    ASSERT_EQ(code_of(refused), error_code::invalid_value);
    EXPECT_THAT(pointers_of(refused.error()), ElementsAre("/note", "/tracking"));
}

TEST(checking_a_transition, parts_and_returns_are_not_offered_yet) {
    for (auto to : {status::partially_shipped, status::closed, status::returned}) {
        auto const refused = rules::check(transition_order({}, to));
        ASSERT_EQ(code_of(refused), error_code::not_supported) << to_word(to);
        EXPECT_THAT(pointers_of(refused.error()), ElementsAre("/to"));
    }
    auto with_lines = transition_order({}, status::shipped);
    with_lines.lines.emplace();
    with_lines.restock = true;
    auto const refused = rules::check(with_lines);
    ASSERT_EQ(code_of(refused), error_code::not_supported);
    EXPECT_THAT(pointers_of(refused.error()), ElementsAre("/lines", "/restock"));
}

TEST(checking_a_key, wants_1_to_255_printable_characters) {
    EXPECT_TRUE(rules::check_key("a"));
    EXPECT_TRUE(rules::check_key(std::string(255, '~')));
    EXPECT_EQ(code_of(rules::check_key("")), error_code::idempotency_key_missing);
    EXPECT_EQ(code_of(rules::check_key(std::string(256, 'a'))), error_code::idempotency_key_malformed);
    EXPECT_EQ(code_of(rules::check_key("with space")), error_code::idempotency_key_malformed);
    EXPECT_EQ(code_of(rules::check_key("\x7f")), error_code::idempotency_key_malformed);
    EXPECT_EQ(code_of(rules::check_key("\xc3\xa9")), error_code::idempotency_key_malformed);
}

}  // namespace shop::orders::tests
