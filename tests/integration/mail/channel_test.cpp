#include "channels/mail/mail_channel.hpp"

#include <gmock/gmock.h>

#include <shop/testing/channel_contract.hpp>
#include <shop/testing/seeded_ids.hpp>

#include "channels/mail/mail_settings.hpp"
#include "sending.hpp"
#include "settings.hpp"
#include "support/parsed_mail.hpp"
#include "support/scripted_smtp_server.hpp"

namespace shop_test {
namespace {

using shop::notifications::message;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::Pair;

shop_server::settings mail_settings(std::string const& url) {
    shop_server::settings with;
    with.smtp = url;
    with.smtp_requires_tls = false;
    with.mail_from = {"shop@example.com", "Mugs, Cups"};
    with.mail_envelope_from = "bounces@example.com";
    with.smtp_connections = 2;
    with.smtp_messages_per_connection = 10;
    return with;
}

message to_ann() {
    message m;
    m.id = shop::delivery_id::parse("0193a5b0-0000-7000-8000-000000000001").value();
    m.order_id = shop::order_id::parse("0193a5b0-0000-7000-8000-000000000002").value();
    m.recipient = "ann";
    m.to = {"ann@example.net", "Ann", "en"};
    m.what = {"Your order", "Thank you.\n", "<p>Thank you.</p>\n"};
    return m;
}

/// The channel, the server that it sends to, and what runs it.
class mail_channel : public testing::Test {
protected:
    shop::result<void> send(message m) {
        std::vector<message> one;
        one.push_back(std::move(m));
        std::vector<shop::result<void>> answers;
        boost::asio::co_spawn(context_, channel()->send(std::move(one)),
                              [&](std::exception_ptr, auto came) { answers = std::move(came); });
        context_.restart();
        context_.run();
        return answers.at(0);
    }
    std::shared_ptr<shop::notifications::channel> channel() {
        if (!channel_) {
            channel_ = shop_server::mail_channel(settings_, {context_.get_executor(), &shop::system_scheduler(), &ids_})
                           .value();
        }
        return channel_;
    }
    parsed_mail last_mail() const {
        auto const all = server_.dialogues();
        return parse_mails({all.back().messages.back()}).at(0);
    }

    std::string refusal_;  ///< of each recipient
    scripted_smtp_server server_{
        [this](std::size_t, std::string const& command, scripted_smtp_server::dialogue const&) {
            if (command.starts_with("RCPT") && !refusal_.empty()) return smtp_turn{refusal_};
            return scripted_smtp_server::taking_all(command);
        }};
    shop_server::settings settings_ = mail_settings(server_.url());
    shop::testing::seeded_ids ids_{7};
    boost::asio::io_context context_;
    std::shared_ptr<shop::notifications::channel> channel_;
};

TEST_F(mail_channel, sends_what_is_said_to_whom_the_order_names) {
    EXPECT_TRUE(send(to_ann()));
    auto const mail = last_mail();
    EXPECT_THAT(mail.defects, testing::IsEmpty());
    EXPECT_THAT(mail.addresses.at("From"), ElementsAre(Pair("Mugs, Cups", "shop@example.com")));
    EXPECT_THAT(mail.addresses.at("To"), ElementsAre(Pair("Ann", "ann@example.net")));
    EXPECT_EQ(mail.header("Subject"), "Your order");
    EXPECT_EQ(mail.header("Message-ID"), "<0193a5b0-0000-7000-8000-000000000001@example.com>");
    EXPECT_EQ(mail.header("List-Unsubscribe"), "<mailto:shop@example.com?subject=unsubscribe>");
    EXPECT_THAT(mail.parts, ElementsAre(Pair("text/plain", "Thank you.\n"), Pair("text/html", "<p>Thank you.</p>\n")));
    auto const all = server_.dialogues();
    EXPECT_THAT(all.back().commands, testing::Contains(HasSubstr("MAIL FROM:<bounces@example.com>")));
    EXPECT_THAT(all.back().commands, testing::Contains("RCPT TO:<ann@example.net>"));
    EXPECT_THAT(all.back().commands, testing::Contains("EHLO example.com"));
}

TEST_F(mail_channel, tells_the_shop_where_replies_go) {
    settings_.mail_reply_to = {"help+us@example.com", "Help"};
    auto m = to_ann();
    m.order_id.reset();
    m.to = {};
    EXPECT_TRUE(send(m));
    auto const mail = last_mail();
    EXPECT_THAT(mail.addresses.at("To"), ElementsAre(Pair("Help", "help+us@example.com")));
    EXPECT_THAT(mail.addresses.at("Reply-To"), ElementsAre(Pair("Help", "help+us@example.com")));
    EXPECT_EQ(mail.header("List-Unsubscribe"), "<mailto:help%2Bus@example.com?subject=unsubscribe>");
}

TEST_F(mail_channel, what_cannot_be_sent_is_final_and_reaches_no_server) {
    for (auto const& address : {std::optional<std::string>(), std::optional<std::string>("j\u00f6rg@example.net")}) {
        auto m = to_ann();
        m.to.email = address;
        auto const sent = send(m);
        ASSERT_FALSE(sent);
        EXPECT_FALSE(sent.error().retryable()) << sent.error().message();
    }
    EXPECT_TRUE(server_.dialogues().empty());
}

TEST_F(mail_channel, the_reply_code_says_whether_it_is_tried_again) {
    refusal_ = "550 5.1.1 ann@example.net\r\n";
    auto const final = send(to_ann());
    ASSERT_FALSE(final);
    EXPECT_FALSE(final.error().retryable());
    EXPECT_THAT(std::string(final.error().message()), testing::AllOf(HasSubstr("550 5.1.1"), Not(HasSubstr("ann@"))));
    refusal_ = "450 4.2.0 ann@example.net\r\n";
    auto const later = send(to_ann());
    ASSERT_FALSE(later);
    EXPECT_TRUE(later.error().retryable());
}

TEST_F(mail_channel, without_a_server_there_is_none) {
    settings_.smtp.clear();
    auto const made = shop_server::mail_channel(settings_, {context_.get_executor(), &shop::system_scheduler(), &ids_});
    EXPECT_THAT(std::string(made.error().message()), HasSubstr("smtp: "));
}

/// What the contract is run against: a server that takes everything, until it hangs.
class contract_server {
public:
    static contract_server& get() {
        static contract_server one;
        return one;
    }
    std::shared_ptr<shop::notifications::channel> fresh(shop::service_context context) {
        hangs_ = false;
        auto with = mail_settings(server_.url());
        with.smtp_connections = 1;  // so that `arrived` can tell the order
        auto options = shop_server::mailer_options_of(with).value();
        options.total_max = std::chrono::seconds(1);
        return shop_server::mail_channel(with, std::move(options), std::move(context));
    }
    std::vector<shop::delivery_id> arrived() const {
        constexpr std::string_view before = "Message-ID: <";
        std::vector<shop::delivery_id> out;
        for (auto const& dialogue : server_.dialogues()) {
            for (auto const& mail : dialogue.messages) {
                auto const at = mail.find(before) + before.size();
                out.push_back(shop::delivery_id::parse(mail.substr(at, 36)).value());
            }
        }
        return out;
    }
    void hang() { hangs_ = true; }

private:
    std::atomic<bool> hangs_ = false;
    scripted_smtp_server server_{
        [this](std::size_t, std::string const& command, scripted_smtp_server::dialogue const&) {
            return hangs_ ? smtp_turn{} : scripted_smtp_server::taking_all(command);
        }};
};

[[maybe_unused]] bool const contract = [] {
    shop::testing::channel_subject subject;
    subject.fresh = [](shop::service_context context) { return contract_server::get().fresh(std::move(context)); };
    subject.arrived = [] { return contract_server::get().arrived(); };
    subject.hang = [] { contract_server::get().hang(); };
    shop::testing::register_channel_contract("email", subject);
    return true;
}();

}  // namespace
}  // namespace shop_test
