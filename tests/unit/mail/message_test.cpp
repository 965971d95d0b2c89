#include "channels/mail/mail_message.hpp"

#include <gmock/gmock.h>

#include <shop/core/base64url.hpp>
#include <shop/core/error.hpp>
#include <shop/core/text.hpp>

#include "support/parsed_mail.hpp"

namespace {

using shop_server::compose_mail;
using shop_server::mail_parts;
using shop_test::parse_mails;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Pair;

mail_parts good_parts() {
    mail_parts parts;
    parts.from = {"shop@example.com", "Mugs"};
    parts.to = {"ann@example.net", "Ann"};
    parts.subject = "Your order";
    parts.text = "Thank you.\n";
    parts.html = "<p>Thank you.</p>\n";
    parts.id = "0193a5b0-0000-7000-8000-000000000001";
    parts.date = *shop::parse_timestamp("2026-11-28T22:47:23.500Z");
    return parts;
}

std::string composed(mail_parts const& parts) {
    return compose_mail(parts).value();
}

std::vector<std::string> lines_of(std::string const& mail) {
    std::vector<std::string> out;
    for (std::size_t at = 0; at < mail.size();) {
        auto const end = std::min(mail.find("\r\n", at), mail.size());
        out.push_back(mail.substr(at, end - at));
        at = end + 2;
    }
    return out;
}

/// What every mail must be, whatever is in it.
void expect_fit_for_the_wire(std::string const& mail) {
    EXPECT_TRUE(mail.ends_with("\r\n"));
    for (auto const& line : lines_of(mail)) {
        EXPECT_LE(line.size(), 76u) << line;
        EXPECT_EQ(line.find_first_of("\r\n"), line.npos) << line;
        EXPECT_FALSE(line.starts_with('.')) << line;
        EXPECT_TRUE(std::ranges::all_of(line, [](char c) { return c == '\t' || (c >= ' ' && c <= '~'); })) << line;
    }
}

TEST(mail_message, has_the_headers_a_machine_owes) {
    auto parts = good_parts();
    parts.reply_to = {"help@example.com", ""};
    parts.unsubscribe = "https://shop.example/unsubscribe?token=a%2Cb";
    auto const mail = composed(parts);
    expect_fit_for_the_wire(mail);
    auto const read = parse_mails({mail}).at(0);
    EXPECT_THAT(read.defects, IsEmpty());
    EXPECT_EQ(read.header("Message-ID"), "<0193a5b0-0000-7000-8000-000000000001@example.com>");
    EXPECT_EQ(read.header("Date"), "Sat, 28 Nov 2026 22:47:23 +0000");
    EXPECT_EQ(read.header("List-Unsubscribe"), "<https://shop.example/unsubscribe?token=a%2Cb>");
    EXPECT_EQ(read.header("Auto-Submitted"), "auto-generated");
    EXPECT_EQ(read.header("MIME-Version"), "1.0");
    EXPECT_THAT(read.addresses.at("From"), ElementsAre(Pair("Mugs", "shop@example.com")));
    EXPECT_THAT(read.addresses.at("Reply-To"), ElementsAre(Pair("", "help@example.com")));
    EXPECT_THAT(read.addresses.at("To"), ElementsAre(Pair("Ann", "ann@example.net")));
    EXPECT_EQ(read.type, "multipart/alternative");
    EXPECT_THAT(read.parts, ElementsAre(Pair("text/plain", "Thank you.\n"), Pair("text/html", "<p>Thank you.</p>\n")));
}

TEST(mail_message, of_text_alone_has_no_parts) {
    auto parts = good_parts();
    parts.html.clear();
    auto const read = parse_mails({composed(parts)}).at(0);
    EXPECT_THAT(read.defects, IsEmpty());
    EXPECT_EQ(read.type, "text/plain");
    EXPECT_THAT(read.parts, ElementsAre(Pair("text/plain", "Thank you.\n")));
    EXPECT_EQ(read.headers.count("List-Unsubscribe"), 0u);
    EXPECT_EQ(read.headers.count("Reply-To"), 0u);
}

TEST(mail_message, of_equal_parts_has_equal_bytes) {
    EXPECT_EQ(composed(good_parts()), composed(good_parts()));
}

TEST(mail_message, names_are_read_back_as_they_were) {
    std::vector<std::string> const names{
        "Mugs, Cups",
        R"(Ann "the \ cup" O'Hara)",
        "a@b <c@d>",
        "Jörg Müller",
        "Ann \U0001F375",
        "חנות ספלים",
        "=?utf-8?Q?not_encoded?=",
        " blanks at both ends ",
        "(a comment)",
        std::string(254, 'n'),
        std::string("\u732b") + std::string(100, 'x') + "\u732b",
    };
    std::vector<std::string> mails;
    for (auto const& name : names) {
        auto parts = good_parts();
        parts.from.name = parts.to.name = name;
        mails.push_back(composed(parts));
        expect_fit_for_the_wire(mails.back());
    }
    auto const read = parse_mails(mails);
    ASSERT_EQ(read.size(), names.size());
    for (std::size_t i = 0; i < names.size(); ++i) {
        EXPECT_THAT(read[i].defects, IsEmpty()) << names[i];
        EXPECT_THAT(read[i].addresses.at("From"), ElementsAre(Pair(names[i], "shop@example.com")));
        EXPECT_THAT(read[i].addresses.at("To"), ElementsAre(Pair(names[i], "ann@example.net")));
    }
}

TEST(mail_message, subjects_are_read_back_as_they_were) {
    std::string cats;
    for (int i = 0; i < 100; ++i) cats += "\u732b";
    std::vector<std::string> const subjects{
        "Your order of 2 x \"Mug, large\": 39,98 \u20ac",
        std::string(300, 's'),
        cats,
        "\U0001F375",
        "=?utf-8?B?bm90?=",
        "{{x}} %s $(id)",
    };
    std::vector<std::string> mails;
    for (auto const& subject : subjects) {
        auto parts = good_parts();
        parts.subject = subject;
        mails.push_back(composed(parts));
        expect_fit_for_the_wire(mails.back());
    }
    auto const read = parse_mails(mails);
    for (std::size_t i = 0; i < subjects.size(); ++i) {
        EXPECT_THAT(read[i].defects, IsEmpty());
        EXPECT_EQ(read[i].header("Subject"), subjects[i]);
    }
}

/// The bytes of each encoded word. @pre RFC 4648 section 4, whose letters are those of section 5 but for two
std::vector<std::string> encoded_words_of(std::string const& mail) {
    constexpr std::string_view begin = "=?utf-8?B?";
    std::vector<std::string> out;
    for (auto at = mail.find(begin); at != mail.npos; at = mail.find(begin, at + 1)) {
        auto word = mail.substr(at + begin.size(), mail.find("?=", at + begin.size()) - at - begin.size());
        word.erase(std::min(word.find('='), word.size()));
        std::ranges::replace(word, '+', '-');
        std::ranges::replace(word, '/', '_');
        out.push_back(shop::from_base64url(word).value());
    }
    return out;
}

TEST(mail_message, encoded_words_cut_no_character) {
    for (std::string begin; begin.size() < 4; begin += 'x') {
        auto parts = good_parts();
        parts.subject = begin;
        for (int i = 0; i < 100; ++i) parts.subject += i % 2 ? "\u732b" : "\U0001F375";
        parts.from.name = parts.subject;
        auto const words = encoded_words_of(composed(parts));
        EXPECT_GT(words.size(), 10u);
        for (auto const& word : words) EXPECT_TRUE(shop::is_storable_text(word)) << testing::PrintToString(word);
    }
}

TEST(mail_message, bodies_are_read_back_as_they_were) {
    std::vector<std::string> const texts{
        "From here on\n.5 m of rope\n.\n..\nends\n",
        std::string(2'000, 'l') + "\n",
        "blank at the end \ntab\t\n",
        "an = b\n=_0193a5b0-0000-7000-8000-000000000001\n--=_0193a5b0-0000-7000-8000-000000000001--\n",
        "Gr\u00fc\u00dfe \U0001F375 \u05e9\u05dc\u05d5\u05dd\n",
        std::string(75, 'x') + "\u20ac.\n" + std::string(75, 'y') + ".\n" + std::string(76, 'z') + "\n",
        "\n\n\n",
        "\x1b[31mred\x7f\n",
    };
    std::vector<std::string> mails;
    for (auto const& text : texts) {
        auto parts = good_parts();
        parts.text = parts.html = text;
        mails.push_back(composed(parts));
        expect_fit_for_the_wire(mails.back());
    }
    auto const read = parse_mails(mails);
    for (std::size_t i = 0; i < texts.size(); ++i) {
        EXPECT_THAT(read[i].defects, IsEmpty());
        EXPECT_THAT(read[i].parts, ElementsAre(Pair("text/plain", texts[i]), Pair("text/html", texts[i])));
    }
}

TEST(mail_message, line_ends_are_one_kind_and_a_cr_alone_is_a_character) {
    auto parts = good_parts();
    parts.html.clear();
    parts.text = "one\r\ntwo\nthree\rstill three\r";
    auto const mail = composed(parts);
    expect_fit_for_the_wire(mail);
    EXPECT_THAT(mail, HasSubstr("\r\n\r\none\r\ntwo\r\nthree=0Dstill three=0D\r\n"));
}

TEST(mail_message, no_value_adds_a_header) {
    std::string const one_line = "must be one line without control characters";
    for (auto const& bad :
         std::vector<std::string>{"x\r\nBcc: eve@example.org", "x\nBcc: eve@example.org", "x\rBcc: eve", "x\x1b[31m",
                                  "x\u0085y", "\xff\xfe", std::string("x\0y", 3)}) {
        auto parts = good_parts();
        parts.subject = bad;
        EXPECT_EQ(compose_mail(parts).error(), shop::invalid_at("/subject", one_line));
        parts = good_parts();
        parts.from.name = bad;
        EXPECT_EQ(compose_mail(parts).error(), shop::invalid_at("/from/name", one_line));
        parts = good_parts();
        parts.to.name = bad;
        EXPECT_EQ(compose_mail(parts).error(), shop::invalid_at("/to/name", one_line));
        parts = good_parts();
        parts.to.address = "ann@example.net" + bad;
        EXPECT_FALSE(compose_mail(parts)) << bad;
        parts = good_parts();
        parts.id = bad;
        EXPECT_FALSE(compose_mail(parts)) << bad;
        parts = good_parts();
        parts.unsubscribe = "https://shop.example/" + bad;
        EXPECT_FALSE(compose_mail(parts)) << bad;
    }
}

TEST(mail_message, addresses_no_mail_can_be_sent_to_are_refused) {
    for (std::string const bad :
         {"", "ann", "ann@", "@example.net", "ann@example.net.", "ann.@example.net", "ann@[127.0.0.1]",
          "ann@[IPv6:::1]", "ann@a,b@c", "<ann@example.net>", "ann @example.net", "\"ann b\"@example.net",
          "jörg@example.net", "ann@bücher.example"}) {
        for (auto const member : {&mail_parts::from, &mail_parts::to}) {
            auto parts = good_parts();
            (parts.*member).address = bad;
            EXPECT_FALSE(compose_mail(parts)) << bad;
        }
        auto parts = good_parts();
        parts.reply_to = {bad, ""};
        EXPECT_FALSE(compose_mail(parts)) << bad;
    }
    EXPECT_FALSE(shop_server::refuse_mailing_to("ann@xn--bcher-kva.example"));
    EXPECT_THAT(std::string(*shop_server::refuse_mailing_to("jörg@example.net")), HasSubstr("SMTPUTF8"));
}

TEST(mail_message, texts_that_are_no_utf8_are_refused) {
    for (std::string const& bad : {std::string("\xff"), std::string("a\0b", 3)}) {
        auto parts = good_parts();
        parts.text = bad;
        EXPECT_EQ(compose_mail(parts).error(), shop::invalid_at("/text", "must be UTF-8 without a NUL"));
        parts = good_parts();
        parts.html = bad;
        EXPECT_EQ(compose_mail(parts).error(), shop::invalid_at("/html", "must be UTF-8 without a NUL"));
    }
}

TEST(mail_message, nobody_unsubscribes_in_the_clear) {
    auto parts = good_parts();
    parts.unsubscribe = "mailto:stop@example.com?subject=stop";
    EXPECT_TRUE(compose_mail(parts));
    for (std::string const& bad : {std::string("http://shop.example/"), std::string("javascript:1"),
                                   std::string("https://a/>,<b"), "https://a/" + std::string(900, 'x')}) {
        parts.unsubscribe = bad;
        EXPECT_FALSE(compose_mail(parts)) << bad;
    }
}

}  // namespace
