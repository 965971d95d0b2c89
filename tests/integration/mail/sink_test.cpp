// Mail with TLS and a login, to the server that script/server --mail-sink starts.

#include <gmock/gmock.h>

#include <algorithm>

#include "../http/certificates.hpp"
#include "sending.hpp"
#include "support/mail_sink.hpp"

namespace shop_test {
namespace {

using shop::http::test::authority;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class mail_over_tls : public testing::Test {
protected:
    void SetUp() override {
        if (!mail_sink::is_installed()) GTEST_SKIP() << mail_sink::why_skipped;
    }
    static std::vector<std::string> tls(shop::http::tls_files const& files) {
        return {"--certificate", files.certificate_chain, "--key", files.private_key};
    }
    shop_server::mailer_options trusting(std::string url) const {
        auto options = options_for(std::move(url));
        options.requires_tls = true;
        options.ca_file = ca_.certificate();
        return options;
    }
    authority ca_{"mail"};
};

TEST_F(mail_over_tls, a_trusted_server_gets_the_mail_as_it_is) {
    mail_sink sink(tls(ca_.issue()));
    mailer sender(trusting(sink.url()));
    auto const mail = numbered_mail(1, ".5 m\r\n.\r\nFrom here\r\nend\r\n");
    auto const report = send_one(sender, mail);
    EXPECT_EQ(report.outcome, mail_outcome::accepted) << report.reason;
    EXPECT_THAT(sink.mails(), ElementsAre(mail.message));
    EXPECT_TRUE(sink.wait_for_print("mail from <bounces@shop.example> to <ann1@example.net>"));
}

TEST_F(mail_over_tls, works_from_the_first_byte_too) {
    auto arguments = tls(ca_.issue());
    arguments.push_back("--implicit-tls");
    mail_sink sink(arguments);
    mailer sender(trusting(sink.url()));
    EXPECT_TRUE(sink.url().starts_with("smtps://"));
    EXPECT_EQ(send_one(sender, numbered_mail(1)).outcome, mail_outcome::accepted);
}

TEST_F(mail_over_tls, a_self_signed_server_is_an_error_that_names_the_setting) {
    mail_sink sink(tls(authority::self_signed()));
    for (bool const trusts_the_system : {true, false}) {
        auto options = trusting(sink.url());
        if (trusts_the_system) options.ca_file.clear();
        mailer sender(options);
        auto const report = send_one(sender, numbered_mail(1));
        EXPECT_EQ(report.outcome, mail_outcome::not_sent);
        EXPECT_THAT(report.reason, HasSubstr("smtp-ca-file"));
    }
    EXPECT_THAT(sink.mails(), testing::IsEmpty());
}

TEST_F(mail_over_tls, a_certificate_of_another_host_or_of_yesterday_is_not_believed) {
    for (auto const& wish : {shop::http::test::certificate_wish{.names = "DNS:mail.example"},
                             shop::http::test::certificate_wish{.days_from = -3, .days_until = -1}}) {
        mail_sink sink(tls(ca_.issue(wish)));
        mailer sender(trusting(sink.url()));
        auto const report = send_one(sender, numbered_mail(1));
        EXPECT_EQ(report.outcome, mail_outcome::not_sent);
        EXPECT_THAT(report.reason, HasSubstr("smtp-ca-file"));
        EXPECT_THAT(sink.mails(), testing::IsEmpty());
    }
}

TEST_F(mail_over_tls, a_file_that_is_no_certificate_is_told_with_its_setting) {
    mail_sink sink(tls(ca_.issue()));
    scratch const folder;
    auto options = trusting(sink.url());
    options.ca_file = folder.write("ca.pem", "no certificate");
    mailer sender(options);
    auto const report = send_one(sender, numbered_mail(1));
    EXPECT_EQ(report.outcome, mail_outcome::not_sent);
    EXPECT_THAT(report.reason, HasSubstr("smtp-ca-file"));
}

TEST_F(mail_over_tls, a_login_is_made_and_a_wrong_one_is_told_without_the_password) {
    auto arguments = tls(ca_.issue());
    std::ranges::copy(std::vector<std::string>{"--login", "shop:p ss:word"}, std::back_inserter(arguments));
    mail_sink sink(arguments);
    auto options = trusting(sink.url());
    options.user = "shop";
    options.password = "p ss:word";
    {
        mailer sender(options);
        EXPECT_EQ(send_one(sender, numbered_mail(1)).outcome, mail_outcome::accepted);
        EXPECT_EQ(send_one(sender, numbered_mail(2)).outcome, mail_outcome::accepted) << "once for a connection";
    }
    options.password = "wrong-word";
    mailer sender(options);
    auto const report = send_one(sender, numbered_mail(3));
    EXPECT_EQ(report.outcome, mail_outcome::not_sent) << "no mail is to blame";
    EXPECT_THAT(report.reason, AllOf(HasSubstr("smtp-user"), HasSubstr("smtp-password-file"), HasSubstr("535"),
                                     Not(HasSubstr("wrong-word"))));
    EXPECT_EQ(sink.mails().size(), 2u);
}

}  // namespace
}  // namespace shop_test
