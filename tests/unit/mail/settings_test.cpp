#include "channels/mail/mail_settings.hpp"

#include <gmock/gmock.h>

#include <sys/stat.h>

#include "settings.hpp"
#include "support/scratch.hpp"

namespace {

using shop_server::mailer_options_of;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

shop_server::read_settings read(std::map<std::string, std::string> flags) {
    shop_server::setting_sources from;
    from.flags = std::move(flags);
    return shop_server::read(from);
}

TEST(mail_settings, send_no_mail_unless_told) {
    auto const settings = read({});
    EXPECT_THAT(settings.refusals, IsEmpty());
    EXPECT_EQ(settings.values.smtp, "");
}

TEST(mail_settings, become_how_mail_leaves) {
    shop_test::scratch const folder;
    auto const password = folder.write("password", "p ss:word\n");
    ::chmod(password.c_str(), 0600);
    auto const settings = read({{"smtp", "smtps://mail.example.com:465"},
                                {"mail-from", "Mugs, Cups <shop@example.com>"},
                                {"mail-reply-to", "\"Help \" <help@example.com>"},
                                {"mail-envelope-from", "bounces@example.com"},
                                {"smtp-ca-file", folder.write("mail.pem", "a certificate")},
                                {"smtp-user", "shop"},
                                {"smtp-password-file", password},
                                {"smtp-connections", "2"},
                                {"smtp-messages-per-connection", "100"}});
    ASSERT_THAT(settings.refusals, IsEmpty());
    EXPECT_EQ(settings.values.mail_from.name, "Mugs, Cups");
    EXPECT_EQ(settings.values.mail_from.address, "shop@example.com");
    EXPECT_EQ(settings.values.mail_reply_to.name, "Help ");
    EXPECT_EQ(settings.values.mail_reply_to.address, "help@example.com");
    EXPECT_EQ(settings.values.mail_envelope_from, "bounces@example.com");
    auto const options = mailer_options_of(settings.values).value();
    EXPECT_EQ(options.server, "smtps://mail.example.com:465");
    EXPECT_TRUE(options.requires_tls);
    EXPECT_EQ(options.ca_file, folder.file("mail.pem"));
    EXPECT_EQ(options.user, "shop");
    EXPECT_EQ(options.password, "p ss:word");
    EXPECT_EQ(options.client_name, "example.com");
    EXPECT_EQ(options.connections, 2u);
    EXPECT_EQ(options.messages_per_connection, 100u);
}

TEST(mail_settings, wrong_values_are_refused_with_their_key) {
    for (auto const& [key, value] : std::vector<std::pair<std::string, std::string>>{
             {"smtp", "mail.example.com:25"},
             {"smtp", "smtp://mail.example.com"},
             {"smtp", "smtp://shop:secret@mail.example.com:25"},
             {"smtp", "smtp://mail.example.com:25/path"},
             {"smtp", "http://mail.example.com:25"},
             {"smtp", "smtp://mail.example.com:0"},
             {"mail-from", "shop"},
             {"mail-from", "shop@[127.0.0.1]"},
             {"mail-from", "Mugs <shop@example.com>, Cups <cups@example.com>"},
             {"mail-from", "Mugs\r\nBcc: eve@example.org <shop@example.com>"},
             {"mail-reply-to", "b\u00fccher@example.com"},
             {"mail-envelope-from", "Bounces <bounces@example.com>"},
             {"smtp-tls", "maybe"},
             {"smtp-connections", "0"},
             {"smtp-messages-per-connection", "many"},
         }) {
        EXPECT_THAT(read({{key, value}}).refusals,
                    testing::Contains(testing::AllOf(HasSubstr("--" + key + ": must be"), Not(HasSubstr("secret")))))
            << value;
    }
}

TEST(mail_settings, what_does_not_fit_together_is_refused_with_its_key) {
    EXPECT_THAT(read({{"smtp", "smtp://mail:25"}}).refusals, ElementsAre(HasSubstr("mail-from: ")));
    std::map<std::string, std::string> const fine{{"smtp", "smtp://mail:25"}, {"mail-from", "shop@example.com"}};
    auto with = [&](std::map<std::string, std::string> more) {
        more.insert(fine.begin(), fine.end());
        return read(std::move(more)).refusals;
    };
    EXPECT_THAT(with({}), IsEmpty());
    EXPECT_THAT(with({{"smtp-user", "shop"}}), ElementsAre(HasSubstr("smtp-user and smtp-password-file")));
    EXPECT_THAT(with({{"smtp-password-file", "p"}}), ElementsAre(HasSubstr("smtp-user and smtp-password-file")));
    EXPECT_THAT(with({{"smtp", "smtps://mail:465"}, {"smtp-tls", "none"}}), ElementsAre(HasSubstr("smtp-tls: ")));
    EXPECT_THAT(with({{"smtp-user", "shop"}, {"smtp-password-file", "p"}, {"smtp-tls", "none"}}),
                ElementsAre(HasSubstr("smtp-tls: with smtp-user it must be required")));
    EXPECT_THAT(with({{"smtp", "smtp://127.0.0.1:25"},
                      {"smtp-user", "shop"},
                      {"smtp-password-file", "p"},
                      {"smtp-tls", "none"}}),
                IsEmpty())
        << "on this machine";
}

TEST(mail_settings, files_that_others_may_read_or_write_are_refused) {
    shop_test::scratch const folder;
    auto settings = read({{"smtp", "smtp://mail:25"},
                          {"mail-from", "shop@example.com"},
                          {"smtp-user", "shop"},
                          {"smtp-password-file", folder.write("password", "hidden")}});
    ::chmod(settings.values.smtp_password_file.c_str(), 0644);
    EXPECT_THAT(std::string(mailer_options_of(settings.values).error().message()),
                testing::AllOf(HasSubstr("smtp-password-file: mode 0644: chmod 600 it"), Not(HasSubstr("hidden"))));
    settings.values.smtp_ca_file = folder.write("mail.pem", "a certificate");
    ::chmod(settings.values.smtp_ca_file.c_str(), 0666);
    EXPECT_THAT(std::string(mailer_options_of(settings.values).error().message()),
                HasSubstr("smtp-ca-file: mode 0666: chmod 644 it"));
    settings.values.smtp_ca_file.clear();
    settings.values.smtp_password_file = folder.file("nothing");
    EXPECT_THAT(std::string(mailer_options_of(settings.values).error().message()), HasSubstr("smtp-password-file: "));
}

}  // namespace
