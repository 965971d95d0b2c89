#include <shop/notifications/templates.hpp>

#include <gmock/gmock.h>

#include <shop/core/availability.hpp>
#include <shop/orders/status.hpp>

#include "notifications/localized.hpp"
#include "support/scratch.hpp"

namespace shop::notifications::tests {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

message about_order(std::string status) {
    message m;
    m.order_id = order_id{};
    m.event.type = events::type_of(events::about_order, status);
    m.event.data.status = std::move(status);
    m.channel = "email";
    m.recipient = "ann";
    return m;
}

message about_stock(std::string status) {
    message m;
    m.sku = sku("MUG-1");
    m.event.type = events::type_of(events::about_stock, status);
    m.event.data.available = 3;
    m.channel = "email";
    return m;
}

order_summary two_mugs() {
    order_summary order;
    order.customer = {"ann@example.org", "Ann <b>", "de-AT"};
    order.lines = {{sku("MUG-1"), "Mug & Cup", 2, eur(1'234'50), eur(2'469'00)}};
    order.total = eur(2'469'00);
    return order;
}

message about_endpoint() {
    message m;
    m.event.type = events::type_of(events::about_endpoint, "disabled");
    m.event.subject = "019a0000-0000-8000-8000-000000000001";
    m.event.data.note = "gone";
    m.channel = "email";
    m.recipient = "shop";
    return m;
}

class templates_of_a_folder : public ::testing::Test {
protected:
    void write(std::string const& name, std::string const& text) { folder.write(name, text); }
    std::string refusal() {
        auto const read = templates_from(folder.file(""));
        return read ? "none" : std::string(read.error().message());
    }

    shop_test::scratch folder;
};

TEST(default_templates, say_something_of_every_event_in_both_languages) {
    auto const all = default_templates();
    auto const order = two_mugs();
    auto const look = [&](message const& m, order_summary const* of) {
        for (std::string const locale : {"en", "de"}) {
            auto const said = all->render(m, of, locale);
            ASSERT_TRUE(said) << m.event.type;
            EXPECT_FALSE(said->subject.empty()) << m.event.type;
            EXPECT_EQ(said->subject.find('\n'), std::string::npos);
            EXPECT_THAT(said->text, AllOf(Not(HasSubstr("{{")), Not(HasSubstr("&amp;")))) << m.event.type;
            EXPECT_THAT(said->html,
                        AllOf(HasSubstr("<html lang=\"" + locale + "\">"), HasSubstr("</html>"), Not(HasSubstr("{{"))));
        }
    };
    for (auto const status : orders::words_of(orders::status{})) {
        if (status == "pending") continue;
        look(about_order(std::string(status)), &order);
        look(about_order(std::string(status)), nullptr);
    }
    for (auto const status : words_of(availability_status{})) look(about_stock(std::string(status)), nullptr);
    look(about_endpoint(), nullptr);
    EXPECT_THAT(all->render(about_endpoint(), nullptr, "en")->text, HasSubstr(about_endpoint().event.subject));
}

TEST(default_templates, escape_what_is_filled_in_in_html_alone) {
    auto const order = two_mugs();
    auto const said = default_templates()->render(about_order("confirmed"), &order, "en");
    EXPECT_THAT(said->html, AllOf(HasSubstr("Ann &lt;b&gt;"), HasSubstr("Mug &amp; Cup"), Not(HasSubstr("<b>"))));
    EXPECT_THAT(said->text, AllOf(HasSubstr("Hello Ann <b>,"), HasSubstr("  2 x Mug & Cup (MUG-1): ")));
}

TEST(default_templates, write_amounts_as_the_customer_does) {
    auto const order = two_mugs();
    auto const all = default_templates();
    EXPECT_THAT(all->render(about_order("confirmed"), &order, "en")->text, HasSubstr("2,469.00"));
    EXPECT_THAT(all->render(about_order("confirmed"), &order, "de")->text, HasSubstr("2.469,00"));
}

TEST(default_templates, know_no_event_of_others) {
    EXPECT_EQ(default_templates()->render(about_order("teleported"), nullptr, "en").error().code(),
              error_code::undeliverable);
}

TEST(locales, are_looked_for_in_a_chain_that_ends_in_english) {
    EXPECT_THAT(locale_chain("de-AT"), ElementsAre("de-AT", "de", "en"));
    EXPECT_THAT(locale_chain("en-GB"), ElementsAre("en-GB", "en"));
    EXPECT_THAT(locale_chain(""), ElementsAre("en"));
}

TEST(amounts, have_as_many_digits_as_their_currency) {
    EXPECT_THAT(format_money(money(1999, *currency::parse("JPY")), "en"), HasSubstr("1,999"));
    EXPECT_THAT(format_money(money(1999, *currency::parse("JPY")), "en"), Not(HasSubstr(".")));
    EXPECT_THAT(format_money(money(5, *currency::parse("KWD")), "en"), HasSubstr("0.005"));
    EXPECT_THAT(format_money(eur(-5), "en"), HasSubstr("0.05"));
}

TEST(times_of_day, are_those_of_the_time_zone) {
    using namespace std::chrono_literals;
    timestamp const winter{1'767'222'000'000ms};  // 2025-12-31T23:00Z
    EXPECT_EQ(time_of_day(winter, "Europe/Vienna"), 0min);
    EXPECT_EQ(time_of_day(winter, "UTC"), 23h);
    EXPECT_EQ(next_time_of_day(winter, 7h, "Europe/Vienna"), winter + 7h);
    EXPECT_EQ(next_time_of_day(winter, 0min, "Europe/Vienna"), winter + 24h);
    timestamp const before_summer{1'774'737'000'000ms};  // 2026-03-28T22:30Z, 23:30 in Vienna
    EXPECT_EQ(next_time_of_day(before_summer, 7h, "Europe/Vienna"), before_summer + 6h + 30min)
        << "the night is an hour shorter";
    EXPECT_TRUE(is_time_zone("America/New_York"));
    EXPECT_FALSE(is_time_zone("Europe/Atlantis"));
}

TEST_F(templates_of_a_folder, stand_before_those_that_came_along) {
    write("order.confirmed.de.txt", "{{> greeting}}\nServus! {{order.id}}\n");
    write("order.confirmed.sms.de.txt", "Bestellt.\n");
    auto const all = templates_from(folder.file("")).value();
    auto const order = two_mugs();
    auto m = about_order("confirmed");
    EXPECT_THAT(all->render(m, &order, "de-AT")->text, AllOf(HasSubstr("Guten Tag Ann <b>,"), HasSubstr("Servus!")));
    EXPECT_THAT(all->render(m, &order, "en")->text, HasSubstr("Thank you"));
    EXPECT_THAT(all->render(m, &order, "fr")->text, HasSubstr("Thank you"));
    m.channel = "sms";
    auto const short_one = all->render(m, &order, "de");
    EXPECT_EQ(short_one->text, "Bestellt.\n");
    EXPECT_THAT(short_one->subject, HasSubstr("Ihre Bestellung"));
}

TEST_F(templates_of_a_folder, are_refused_by_file_line_and_name) {
    write("order.confirmed.en.txt", "Hello\n{{customer.nme}}\n");
    EXPECT_EQ(refusal(), "order.confirmed.en.txt, line 2: {{customer.nme}} is not known here");
    write("order.confirmed.en.txt", "{{#order.lines}}{{name}}{{/order.lines}}{{name}}");
    EXPECT_EQ(refusal(), "order.confirmed.en.txt, line 1: {{name}} is not known here");
    write("order.confirmed.en.txt", "a\nb\n{{#order.lines}}\n");
    EXPECT_EQ(refusal(), "order.confirmed.en.txt, line 3: {{#order.lines}} is not closed");
    write("order.confirmed.en.txt", "{{/order.lines}}");
    EXPECT_EQ(refusal(), "order.confirmed.en.txt, line 1: {{/order.lines}} closes what is not open here");
    write("order.confirmed.en.txt", "\n{{order.id");
    EXPECT_EQ(refusal(), "order.confirmed.en.txt, line 2: a tag does not end: }} is missing");
    write("order.confirmed.en.txt", "{{> nothing}}");
    EXPECT_EQ(refusal(), "order.confirmed.en.txt, line 1: {{>nothing}}: there is no file _nothing.en.txt");
    write("order.confirmed.en.txt", "{{=<% %>=}}");
    EXPECT_EQ(refusal(), "order.confirmed.en.txt, line 1: the marks of tags cannot be changed");
    write("order.confirmed.en.txt", "fine");
    write("order.confirmed.en.html", "{{{customer.name}}}");
    EXPECT_THAT(refusal(), HasSubstr("would not be escaped: write {{customer.name}}"));
    write("order.confirmed.en.html", "<p>fine</p>");
    EXPECT_EQ(refusal(), "none");
    write("confirmed.txt", "");
    EXPECT_THAT(refusal(), HasSubstr("confirmed.txt: a template is named EVENT[.CHANNEL].LOCALE.PART"));
}

TEST(a_folder_that_is_not_there, is_refused) {
    EXPECT_EQ(templates_from("/nowhere/at/all").error().code(), error_code::invalid_value);
}

}  // namespace shop::notifications::tests
