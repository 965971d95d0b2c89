// Mail to servers that do what real ones were seen to do, and worse.

#include <gmock/gmock.h>

#include <boost/asio/bind_cancellation_slot.hpp>

#include "sending.hpp"
#include "support/scripted_smtp_server.hpp"

namespace shop_test {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

using dialogue = scripted_smtp_server::dialogue;

std::size_t count(dialogue const& of, std::string const& word) {
    return static_cast<std::size_t>(
        std::ranges::count_if(of.commands, [&](auto const& command) { return command.starts_with(word); }));
}
std::vector<std::size_t> counts(scripted_smtp_server const& server, std::string const& word) {
    std::vector<std::size_t> out;
    for (auto const& one : server.dialogues()) out.push_back(count(one, word));
    return out;
}

/// One that takes all, but for what `unlike` says to a command; nothing: as usual.
scripted_smtp_server::script taking_all_but(
    std::function<std::optional<smtp_turn>(std::size_t, std::string const&, dialogue const&)> unlike) {
    return [unlike = std::move(unlike)](std::size_t number, std::string const& command, dialogue const& so_far) {
        auto other = unlike(number, command, so_far);
        return other ? *other : scripted_smtp_server::taking_all(command);
    };
}
scripted_smtp_server::script answering(std::string to, smtp_turn with) {
    return taking_all_but([to = std::move(to), with = std::move(with)](std::size_t, std::string const& command,
                                                                       dialogue const&) -> std::optional<smtp_turn> {
        if (command.starts_with(to) && !command.empty()) return with;
        return std::nullopt;
    });
}
scripted_smtp_server::script taking_all() {
    return answering("no such command", {});
}

TEST(mailer, connections_are_used_again_for_so_many_mails) {
    scripted_smtp_server server(taking_all());
    auto options = options_for(server.url());
    std::vector<outgoing_mail> mails;
    for (int i = 0; i < 25; ++i) mails.push_back(numbered_mail(i));
    mailer sender(options);
    for (auto const& report : send_all(sender, mails)) EXPECT_EQ(report.outcome, mail_outcome::accepted);
    EXPECT_THAT(counts(server, "MAIL"), ElementsAre(10, 10, 5));
    // Whoever is done with a connection says so.
    EXPECT_TRUE(server.wait_until([](auto const& all) { return count(all[0], "QUIT") + count(all[1], "QUIT") == 2; }));
}

TEST(mailer, connections_that_idle_are_closed) {
    scripted_smtp_server server(taking_all());
    auto options = options_for(server.url());
    options.idle_max = 1ms;
    mailer sender(options);
    EXPECT_EQ(send_one(sender, numbered_mail(1)).outcome, mail_outcome::accepted);
    EXPECT_TRUE(server.wait_until([](auto const& all) { return count(all[0], "QUIT") == 1; }));
    EXPECT_EQ(send_one(sender, numbered_mail(2)).outcome, mail_outcome::accepted);
    EXPECT_THAT(counts(server, "MAIL"), ElementsAre(1, 1));
}

TEST(mailer, old_connections_take_no_more_mail) {
    scripted_smtp_server server(taking_all());
    auto options = options_for(server.url());
    options.age_max = 0ms;
    mailer sender(options);
    EXPECT_EQ(send_one(sender, numbered_mail(1)).outcome, mail_outcome::accepted);
    EXPECT_EQ(send_one(sender, numbered_mail(2)).outcome, mail_outcome::accepted);
    EXPECT_THAT(counts(server, "MAIL"), ElementsAre(1, 1));
}

TEST(mailer, each_mail_has_one_recipient_and_its_size) {
    scripted_smtp_server server(taking_all());
    mailer sender(options_for(server.url()));
    auto const mail = numbered_mail(7);
    EXPECT_EQ(send_one(sender, mail).outcome, mail_outcome::accepted);
    auto const all = server.dialogues();
    EXPECT_THAT(
        all.at(0).commands,
        ElementsAre("EHLO shop.example", "MAIL FROM:<bounces@shop.example> SIZE=" + std::to_string(mail.message.size()),
                    "RCPT TO:<ann7@example.net>", "DATA", "."));
    EXPECT_THAT(all.at(0).messages, ElementsAre(mail.message));
}

TEST(mailer, lines_that_begin_with_a_dot_keep_it) {
    scripted_smtp_server server(taking_all());
    mailer sender(options_for(server.url()));
    EXPECT_EQ(send_one(sender, numbered_mail(1, ".5 m\r\n.\r\n..\r\nend\r\n")).outcome, mail_outcome::accepted);
    EXPECT_THAT(server.dialogues().at(0).messages.at(0), HasSubstr("\r\n\r\n..5 m\r\n..\r\n...\r\nend\r\n"));
}

TEST(mailer, a_used_connection_that_says_421_costs_no_mail) {
    scripted_smtp_server server(taking_all_but(
        [](std::size_t number, std::string const& command, dialogue const& so_far) -> std::optional<smtp_turn> {
            if (number == 0 && command.starts_with("MAIL") && count(so_far, "MAIL") == 3) {
                return smtp_turn{"421 4.4.2 idle for too long\r\n", true};
            }
            return std::nullopt;
        }));
    mailer sender(options_for(server.url()));
    for (int i = 0; i < 4; ++i) EXPECT_EQ(send_one(sender, numbered_mail(i)).outcome, mail_outcome::accepted) << i;
    EXPECT_THAT(counts(server, "."), ElementsAre(2, 2));
}

TEST(mailer, a_421_that_lies_on_a_used_connection_costs_no_mail) {
    for (bool const hangs_up : {false, true}) {  // libcurl 7.88 takes a connection with a 421 on it for alive
        scripted_smtp_server server(taking_all_but(
            [&](std::size_t number, std::string const& command, dialogue const&) -> std::optional<smtp_turn> {
                if (number != 0 || command != ".") return std::nullopt;
                return smtp_turn{"250 ok\r\n421 4.4.2 idle for too long\r\n", hangs_up};
            }));
        mailer sender(options_for(server.url()));
        EXPECT_EQ(send_one(sender, numbered_mail(1)).outcome, mail_outcome::accepted);
        EXPECT_EQ(send_one(sender, numbered_mail(2)).outcome, mail_outcome::accepted);
        EXPECT_THAT(counts(server, "."), ElementsAre(1, 1));
    }
}

TEST(mailer, a_used_connection_that_was_closed_costs_no_mail) {
    scripted_smtp_server server(taking_all_but(
        [](std::size_t number, std::string const& command, dialogue const& so_far) -> std::optional<smtp_turn> {
            if (number == 0 && command == "DATA" && count(so_far, "MAIL") == 2) return smtp_turn{"", true};
            return std::nullopt;
        }));
    mailer sender(options_for(server.url()));
    for (int i = 0; i < 3; ++i) EXPECT_EQ(send_one(sender, numbered_mail(i)).outcome, mail_outcome::accepted) << i;
    EXPECT_THAT(counts(server, "."), ElementsAre(1, 2));
}

TEST(mailer, a_used_connection_that_takes_no_more_mail_is_replaced) {
    scripted_smtp_server server(
        taking_all_but([](std::size_t, std::string const& command, dialogue const& so_far) -> std::optional<smtp_turn> {
            if (command.starts_with("MAIL") && count(so_far, "MAIL") > 3) return smtp_turn{"452 4.5.1 enough\r\n"};
            return std::nullopt;
        }));
    mailer sender(options_for(server.url()));
    for (int i = 0; i < 7; ++i) EXPECT_EQ(send_one(sender, numbered_mail(i)).outcome, mail_outcome::accepted) << i;
    EXPECT_THAT(counts(server, "."), ElementsAre(3, 3, 1));
}

TEST(mailer, a_new_connection_that_says_421_is_not_tried_again_at_once) {
    scripted_smtp_server server(answering("MAIL", {"421 4.3.2 down\r\n", true}));
    mailer sender(options_for(server.url()));
    auto const report = send_one(sender, numbered_mail(1));
    EXPECT_EQ(report.outcome, mail_outcome::refused_for_now);
    EXPECT_EQ(report.reason, "the mail server refuses for now: 421 4.3.2");
    EXPECT_THAT(counts(server, "MAIL"), ElementsAre(1));
}

struct refused {
    std::string at, reply;
    mail_outcome outcome;
};

TEST(mailer, refusals_are_told_by_the_reply_code_without_the_servers_words) {
    for (auto const& one : std::vector<refused>{
             {"MAIL", "450 4.1.8 ann@example.net", mail_outcome::refused_for_now},
             {"MAIL", "550 5.7.1 ann@example.net", mail_outcome::refused_for_good},
             {"RCPT", "450 4.2.0 ann@example.net", mail_outcome::refused_for_now},
             {"RCPT", "452 4.2.2 ann@example.net", mail_outcome::refused_for_now},
             {"RCPT", "550 5.1.1 ann@example.net", mail_outcome::refused_for_good},
             {"DATA", "451 4.3.0 ann@example.net", mail_outcome::refused_for_now},
             {"DATA", "554 5.3.0 ann@example.net", mail_outcome::refused_for_good},
             {".", "451 4.7.1 ann@example.net", mail_outcome::refused_for_now},
             {".", "554 5.7.1 ann@example.net", mail_outcome::refused_for_good},
         }) {
        scripted_smtp_server server(answering(one.at, {one.reply + "\r\n"}));
        mailer sender(options_for(server.url()));
        auto const report = send_one(sender, numbered_mail(1));
        EXPECT_EQ(report.outcome, one.outcome) << one.at << ' ' << one.reply;
        EXPECT_THAT(report.reason, AllOf(HasSubstr(one.reply.substr(0, 9)), Not(HasSubstr("ann@"))));
        EXPECT_THAT(counts(server, "MAIL"), ElementsAre(1)) << "never twice at once";
    }
}

TEST(mailer, silence_behind_the_message_leaves_the_outcome_unknown) {
    scripted_smtp_server server(answering(".", {}));
    auto options = options_for(server.url());
    options.total_max = 200ms;
    mailer sender(options);
    EXPECT_EQ(send_one(sender, numbered_mail(1)).outcome, mail_outcome::unknown);
    EXPECT_THAT(counts(server, "."), ElementsAre(1));
}

TEST(mailer, a_connection_closed_behind_the_message_leaves_the_outcome_unknown) {
    scripted_smtp_server server(
        taking_all_but([](std::size_t, std::string const& command, dialogue const& so_far) -> std::optional<smtp_turn> {
            if (command == "." && so_far.messages.size() == 2) return smtp_turn{"", true};
            return std::nullopt;
        }));
    mailer sender(options_for(server.url()));
    EXPECT_EQ(send_one(sender, numbered_mail(1)).outcome, mail_outcome::accepted);
    EXPECT_EQ(send_one(sender, numbered_mail(2)).outcome, mail_outcome::unknown) << "though the connection was used";
    EXPECT_THAT(counts(server, "."), ElementsAre(2));
}

TEST(mailer, a_server_that_is_silent_after_quit_holds_up_nobody) {
    scripted_smtp_server server(answering("QUIT", {}));
    auto options = options_for(server.url());
    options.messages_per_connection = 1;  // libcurl 7.88 would wait two minutes for each
    mailer sender(options);
    for (int i = 0; i < 20; ++i) EXPECT_EQ(send_one(sender, numbered_mail(i)).outcome, mail_outcome::accepted) << i;
    EXPECT_EQ(server.dialogues().size(), 20u);
    EXPECT_TRUE(server.wait_until([](auto const& all) { return count(all.back(), "QUIT") == 1; }));
}

TEST(mailer, a_server_that_refuses_and_is_silent_after_quit_holds_up_nobody) {
    for (std::string const at : {"MAIL", "RCPT", "."}) {
        scripted_smtp_server server(
            taking_all_but([&](std::size_t, std::string const& command, dialogue const&) -> std::optional<smtp_turn> {
                if (command == "QUIT") return smtp_turn{};
                if (!command.empty() && command.starts_with(at)) return smtp_turn{"550 no\r\n"};
                return std::nullopt;
            }));
        mailer sender(options_for(server.url()));
        for (int i = 0; i < 3; ++i) {
            EXPECT_EQ(send_one(sender, numbered_mail(i)).outcome, mail_outcome::refused_for_good) << at;
        }
    }
}

TEST(mailer, without_starttls_nothing_is_said_that_others_may_not_read) {
    scripted_smtp_server server(taking_all());
    auto options = options_for(server.url());
    options.requires_tls = true;
    options.user = "shop";
    options.password = "hidden";
    mailer sender(options);
    auto const report = send_one(sender, numbered_mail(1));
    EXPECT_EQ(report.outcome, mail_outcome::not_sent);
    EXPECT_THAT(report.reason, AllOf(HasSubstr("STARTTLS"), HasSubstr("smtp-tls")));
    auto const all = server.dialogues();
    for (auto const& command : all.at(0).commands) {
        EXPECT_TRUE(command.starts_with("EHLO") || command == "QUIT") << command;
    }
}

TEST(mailer, what_a_server_says_before_tls_begins_is_not_believed) {
    scripted_smtp_server server(
        taking_all_but([](std::size_t, std::string const& command, dialogue const&) -> std::optional<smtp_turn> {
            if (command.starts_with("EHLO")) return smtp_turn{"250-scripted\r\n250-AUTH PLAIN\r\n250 STARTTLS\r\n"};
            if (command == "STARTTLS") return smtp_turn{"220 go on\r\n250-scripted\r\n250 AUTH PLAIN\r\n"};
            return std::nullopt;
        }));
    auto options = options_for(server.url());
    options.requires_tls = true;
    options.user = "shop";
    options.password = "hidden";
    mailer sender(options);
    EXPECT_EQ(send_one(sender, numbered_mail(1)).outcome, mail_outcome::not_sent);
    EXPECT_THAT(counts(server, "AUTH"), ElementsAre(0));
    EXPECT_THAT(counts(server, "MAIL"), ElementsAre(0));
}

TEST(mailer, a_reply_without_end_is_bounded) {
    for (auto const& endless : {"250-" + std::string(4'000'000, 'x'), std::string(1'000'000, '\n')}) {
        scripted_smtp_server server(answering("MAIL", {endless}));
        auto options = options_for(server.url());
        options.total_max = 2s;
        mailer sender(options);
        auto const report = send_one(sender, numbered_mail(1));
        EXPECT_EQ(report.outcome, mail_outcome::not_sent);
        EXPECT_LT(report.reason.size(), 200u);
    }
}

TEST(mailer, a_server_that_is_not_there_is_told) {
    std::string nobody;
    {
        scripted_smtp_server server(taking_all());
        nobody = server.url();
    }
    mailer sender(options_for(nobody));
    auto const report = send_one(sender, numbered_mail(1));
    EXPECT_EQ(report.outcome, mail_outcome::not_sent);
    EXPECT_THAT(report.reason, StartsWith("the mail server cannot be used: "));
}

TEST(mailer, one_that_is_not_ready_is_told_with_its_code) {
    scripted_smtp_server server([](std::size_t, std::string const&, dialogue const&) {
        return smtp_turn{"554 no service for ann@example.net\r\n"};
    });
    mailer sender(options_for(server.url()));
    auto const report = send_one(sender, numbered_mail(1));
    EXPECT_EQ(report.outcome, mail_outcome::not_sent);
    EXPECT_THAT(report.reason, AllOf(HasSubstr("(554)"), Not(HasSubstr("ann@"))));
}

TEST(mailer, mails_beyond_the_queue_are_not_sent) {
    scripted_smtp_server server(answering("MAIL", {}));
    auto options = options_for(server.url());
    options.queue_max = 2;
    options.total_max = 300ms;
    mailer sender(options);
    std::vector<outgoing_mail> mails;
    for (int i = 0; i < 10; ++i) mails.push_back(numbered_mail(i));
    auto const reports = send_all(sender, mails);
    EXPECT_THAT(reports,
                testing::Contains(testing::Field(&mail_report::reason, "too many mails wait for the mail server"))
                    .Times(testing::AllOf(testing::Ge(7), testing::Le(8))));
}

TEST(mailer, the_end_waits_neither_for_mails_nor_for_servers) {
    scripted_smtp_server server(answering("MAIL", {}));
    auto options = options_for(server.url());
    options.stop_max = 0ms;
    boost::asio::io_context context;  // outlives the mailer
    auto sender = std::make_unique<mailer>(options);
    std::vector<mail_report> reports;
    for (int i = 0; i < 3; ++i) {
        boost::asio::co_spawn(context, sender->send(numbered_mail(i)),
                              [&](std::exception_ptr, mail_report report) { reports.push_back(std::move(report)); });
    }
    context.poll();
    ASSERT_TRUE(server.wait_until([](auto const& all) { return !all.empty() && count(all[0], "MAIL") == 1; }));
    sender.reset();
    context.run();
    ASSERT_EQ(reports.size(), 3u);
    for (auto const& report : reports) EXPECT_EQ(report.outcome, mail_outcome::not_sent);
}

TEST(mailer, a_cancelled_caller_waits_no_longer_and_its_mail_goes_on) {
    scripted_smtp_server server(taking_all());
    boost::asio::io_context context;  // outlives the mailer
    mailer sender(options_for(server.url()));
    boost::asio::cancellation_signal cancel;
    bool cancelled = false;
    boost::asio::co_spawn(
        context, sender.send(numbered_mail(1)),
        boost::asio::bind_cancellation_slot(
            cancel.slot(), [&](std::exception_ptr thrown, mail_report) { cancelled = thrown != nullptr; }));
    context.poll_one();  // it waits now
    cancel.emit(boost::asio::cancellation_type::terminal);
    context.run();
    EXPECT_TRUE(cancelled);
    EXPECT_TRUE(server.wait_until([](auto const& all) { return !all.empty() && all[0].messages.size() == 1; }));
}

}  // namespace
}  // namespace shop_test
