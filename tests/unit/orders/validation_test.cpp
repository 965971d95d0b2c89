#include <shop/core/limits.hpp>

#include "fixture.hpp"

namespace shop::orders::tests {

using ::testing::ElementsAre;

place_order two_mugs() {
    return place_order("ann").line("MUG", 2);
}

std::vector<std::string> refused_at(place_order const& command) {
    auto const checked = rules::check(command);
    if (checked) return {};
    EXPECT_EQ(checked.error().code(), error_code::invalid_value);
    return pointers_of(checked.error());
}

TEST(checking_an_order, accepts_what_a_customer_would_send) {
    auto command = two_mugs().metadata_entry("gift", "yes");
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
    command.customer.name = std::string(254, 'n');
    EXPECT_TRUE(rules::check(command));
    command.customer.id += 'i';
    EXPECT_THAT(refused_at(command), ElementsAre("/customer/id"));
}

TEST(checking_an_order, refuses_an_address_that_no_mail_can_be_sent_to) {
    for (auto const* address : {"", "ann", "ann@", "ann@example.com\r\nX: y", "a b@example.com"}) {
        auto command = two_mugs();
        command.customer.email = address;
        EXPECT_THAT(refused_at(command), ElementsAre("/customer/email")) << address;
    }
}

TEST(checking_an_order, refuses_a_locale_that_is_no_language_tag) {
    for (auto const* locale : {"", "de_AT", "german language", "de-AT\n"}) {
        auto command = two_mugs();
        command.customer.locale = locale;
        EXPECT_THAT(refused_at(command), ElementsAre("/customer/locale")) << locale;
    }
}

TEST(checking_an_order, refuses_names_of_blanks) {
    for (auto const* blank : {"", " ", "\u00a0\u3000", "\u200b"}) {
        auto command = two_mugs();
        command.customer.id = blank;
        command.customer.name = blank;
        EXPECT_THAT(refused_at(command), ElementsAre("/customer/id", "/customer/name")) << blank;
    }
}

TEST(checking_an_order, an_expected_total_is_within_what_json_clients_read_exactly) {
    EXPECT_TRUE(rules::check(two_mugs().expect(eur(9'007'199'254'740'991))));
    EXPECT_THAT(refused_at(two_mugs().expect(eur(9'007'199'254'740'992))), ElementsAre("/expected_total/amount"));
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
    EXPECT_THAT(refused_at(two_mugs().metadata_entry(std::string(65, 'n'), "value")), ElementsAre("/metadata"));
    EXPECT_THAT(refused_at(two_mugs().metadata_entry("a\tb", "value")), ElementsAre("/metadata"));
    EXPECT_THAT(refused_at(two_mugs().metadata_entry("name", std::string(4097, 'v'))), ElementsAre("/metadata"));
    EXPECT_TRUE(rules::check(two_mugs().metadata_entry(std::string(64, 'n'), std::string(4096, 'v'))));
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

TEST(checking_a_transition, a_word_that_is_no_status_is_refused_with_those_that_are_offered) {
    auto const id = R"({"id":"0197f0a0-5d1c-7000-8f6e-3b0e8a0c1d2e","to":")";
    auto const refused = json::decode<transition_order>(std::string(id) + R"(returned"})");
    ASSERT_EQ(code_of(refused), error_code::invalid_value);
    EXPECT_EQ(refused.error().details().errors.front(),
              (field_error{"/to", "must be one of shipped, delivered, cancelled"}));
    auto const known = json::decode<transition_order>(std::string(id) + R"(confirmed"})");
    ASSERT_TRUE(known) << "a status: the machine says whether the order may go there";
    EXPECT_EQ(known->to, status::confirmed);
}

TEST(checking_a_transition, members_that_are_not_offered_are_not_known) {
    auto const id = R"({"id":"0197f0a0-5d1c-7000-8f6e-3b0e8a0c1d2e","to":"shipped",)";
    for (auto const* member : {R"("lines":[]})", R"("restock":true})"}) {
        EXPECT_EQ(code_of(json::decode<transition_order>(id + std::string(member))), error_code::malformed_request)
            << member;
    }
    auto const order = R"({"customer":{"id":"ann"},"lines":[{"sku":"MUG","quantity":1}],"reservation_id":null})";
    auto const refused = json::decode<place_order>(order);
    ASSERT_EQ(code_of(refused), error_code::malformed_request);
    EXPECT_THAT(pointers_of(refused.error()), ElementsAre("/reservation_id"));
}

}  // namespace shop::orders::tests
