// How a mail ended, by the codes that libcurl and servers gave (libcurl 7.88; postfix, exim, OpenSMTPD).

#include "channels/mail/smtp_exchange.hpp"

#include <gtest/gtest.h>

#include <curl/curl.h>

#include <ostream>
#include <string>
#include <vector>

namespace shop_server {
namespace {

struct ending {
    std::string name;
    std::vector<std::string> passed;  ///< `> ` a command, `< ` a line of a reply, `.` all of the message
    int curl_code;
    mail_outcome outcome;
    bool by_connection;

    friend std::ostream& operator<<(std::ostream& out, ending const& one) { return out << one.name; }
};

class smtp_exchanges : public testing::TestWithParam<ending> {};

TEST_P(smtp_exchanges, end_as_both_codes_say) {
    auto const& one = GetParam();
    smtp_exchange exchange;
    for (auto const& line : one.passed) {
        if (line == ".") exchange.hand_over_all();
        if (line.starts_with("> ")) exchange.command(line.substr(2));
        if (line.starts_with("< ")) exchange.reply(line.substr(2) + "\r\n");
    }
    auto const end = smtp_end::judge(one.curl_code, exchange);
    EXPECT_EQ(static_cast<int>(end.outcome), static_cast<int>(one.outcome));
    EXPECT_EQ(end.by_connection, one.by_connection);
}

std::string const mail = "> MAIL FROM:<shop@example.com> SIZE=9", rcpt = "> RCPT TO:<ann@example.net>", ok = "< 250 ok";

INSTANTIATE_TEST_SUITE_P(
    all, smtp_exchanges,
    testing::Values(
        ending{
            "accepted", {mail, ok, rcpt, ok, "> DATA", "< 354 go", ".", ok}, CURLE_OK, mail_outcome::accepted, false},
        ending{"accepted_though_silent_after_quit",
               {mail, ok, rcpt, ok, "> DATA", "< 354 go", ".", ok, "> QUIT"},
               CURLE_OPERATION_TIMEDOUT,
               mail_outcome::accepted,
               false},
        ending{"refused_at_mail", {mail, "< 550 5.7.1 no"}, CURLE_SEND_ERROR, mail_outcome::refused_for_good, false},
        ending{"refused_at_rcpt",
               {mail, ok, rcpt, "< 550-5.1.1 no", "< 550 5.1.1 such user", "> QUIT", "< 221 bye"},
               CURLE_SEND_ERROR,
               mail_outcome::refused_for_good,
               false},
        ending{"put_off_at_rcpt",
               {mail, ok, rcpt, "< 450 4.2.0 greylisted"},
               CURLE_SEND_ERROR,
               mail_outcome::refused_for_now,
               false},
        ending{"put_off_at_data",
               {mail, ok, rcpt, ok, "> DATA", "< 451 no"},
               CURLE_SEND_ERROR,
               mail_outcome::refused_for_now,
               false},
        ending{"refused_after_the_message",
               {mail, ok, rcpt, ok, "> DATA", "< 354 go", ".", "< 554 spam"},
               CURLE_WEIRD_SERVER_REPLY,
               mail_outcome::refused_for_good,
               false},
        ending{"put_off_after_the_message",
               {mail, ok, rcpt, ok, "> DATA", "< 354 go", ".", "< 452 full"},
               CURLE_WEIRD_SERVER_REPLY,
               mail_outcome::refused_for_now,
               false},
        ending{"silence_after_the_dot",
               {mail, ok, rcpt, ok, "> DATA", "< 354 go", "."},
               CURLE_OPERATION_TIMEDOUT,
               mail_outcome::unknown,
               false},
        ending{"closed_after_the_dot",
               {mail, ok, rcpt, ok, "> DATA", "< 354 go", "."},
               CURLE_RECV_ERROR,
               mail_outcome::unknown,
               false},
        ending{"half_an_answer_after_the_dot",
               {mail, ok, rcpt, ok, "> DATA", "< 354 go", ".", "< 250-and"},
               CURLE_RECV_ERROR,
               mail_outcome::unknown,
               false},
        ending{"closed_in_the_message",
               {mail, ok, rcpt, ok, "> DATA", "< 354 go"},
               CURLE_SEND_ERROR,
               mail_outcome::not_sent,
               true},
        ending{"closed_at_data", {mail, ok, rcpt, ok, "> DATA"}, CURLE_RECV_ERROR, mail_outcome::not_sent, true},
        ending{"closed_at_mail", {mail}, CURLE_RECV_ERROR, mail_outcome::not_sent, true},
        ending{"nothing_went_out", {}, CURLE_SEND_ERROR, mail_outcome::not_sent, true},
        ending{
            "idle_for_too_long", {mail, "< 421 4.4.2 timeout"}, CURLE_SEND_ERROR, mail_outcome::refused_for_now, true},
        ending{"a_hundred_mails_are_enough",
               {mail, "< 452 4.5.1 too many", "> QUIT", "< 221 bye"},
               CURLE_SEND_ERROR,
               mail_outcome::refused_for_now,
               true},
        ending{"a_full_mailbox",
               {mail, ok, rcpt, "< 452 4.2.2 full"},
               CURLE_SEND_ERROR,
               mail_outcome::refused_for_now,
               false},
        ending{"a_wrong_password",
               {"< 220 hi", "> EHLO a", ok, "> AUTH PLAIN", "< 535 5.7.8 no"},
               CURLE_LOGIN_DENIED,
               mail_outcome::not_sent,
               true},
        ending{"a_server_that_is_not_ready",
               {"< 554 no service"},
               CURLE_WEIRD_SERVER_REPLY,
               mail_outcome::not_sent,
               true}),
    [](auto const& info) { return info.param.name; });

TEST(smtp_exchange, tells_the_status_without_the_words_of_the_server) {
    smtp_exchange exchange;
    exchange.reply("550-5.1.1 <ann@example.net>\r\n");
    exchange.reply("550 5.1.1 <ann@example.net> is unknown\r\n");
    EXPECT_EQ(exchange.status(), "550 5.1.1");
    exchange.reply("421 ann@example.net\r\n");
    EXPECT_EQ(exchange.status(), "421");
    exchange.reply("no reply at all");
    exchange.reply("99");
    EXPECT_EQ(exchange.code(), 421);
}

}  // namespace
}  // namespace shop_server
