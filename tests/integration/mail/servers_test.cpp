// Mail to the servers that most of the world runs, each in a root of its own (script/mail-servers).

#include <gmock/gmock.h>

#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/ip/tcp.hpp>

#include "channels/mail/mail_message.hpp"
#include "sending.hpp"
#include "support/mail_sink.hpp"
#include "support/parsed_mail.hpp"

namespace shop_test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

/// A real one; for `aiosmtpd` the sink.
class mail_server {
public:
    explicit mail_server(std::string const& name) {
        if (name == "aiosmtpd") {
            sink_.emplace();
            return;
        }
        box_ = root_of(name) + "/var/mail/box";
        // Somebody may take the port between its choice and its use: then another one.
        for (int tried = 0; tried < 20; ++tried) {
            port_ = free_port();
            process_.emplace(
                std::vector<std::string>{"/usr/bin/setpriv", "--pdeathsig", "TERM",
                                         SHOP_SOURCE_DIR "/tests/support/mail-server", name, std::to_string(port_)},
                std::map<std::string, std::string>{}, family::group);
            while (!process_->has_ended()) {
                if (listens()) return;
            }
        }
        throw std::runtime_error(name + " does not start: " + process_->out() + process_->err());
    }
    ~mail_server() {
        if (!process_) return;
        process_->signal(SIGTERM);  // its own children with it, in order
        process_->wait();
    }

    static std::string root_of(std::string const& name) { return SHOP_SOURCE_DIR "/var/mail-servers/" + name; }
    static std::optional<std::string> why_skipped(std::string const& name) {
        if (name == "aiosmtpd") {
            return mail_sink::is_installed() ? std::nullopt : std::optional<std::string>(mail_sink::why_skipped);
        }
        if (::geteuid() != 0) return name + " is started as root only";
        struct stat found {};
        if (::stat(root_of(name).c_str(), &found) != 0) return name + " is not installed: script/mail-servers gets it";
        return std::nullopt;
    }

    std::string url() const { return sink_ ? sink_->url() : "smtp://127.0.0.1:" + std::to_string(port_); }
    /// Waits for so many mails, a minute at most.
    std::vector<std::string> wait_for_mails(std::size_t count) const {
        auto const until = std::chrono::steady_clock::now() + std::chrono::minutes(1);
        for (;;) {
            auto mails = sink_ ? sink_->mails() : mails_in(box_);
            if (mails.size() >= count || std::chrono::steady_clock::now() > until) return mails;
            std::this_thread::yield();
        }
    }

private:
    using tcp = boost::asio::ip::tcp;

    static unsigned short free_port() {
        boost::asio::io_context context;
        return tcp::acceptor(context, {boost::asio::ip::address_v4::loopback(), 0}).local_endpoint().port();
    }
    bool listens() const {
        boost::asio::io_context context;
        tcp::socket socket(context);
        boost::system::error_code refused;
        socket.connect({boost::asio::ip::address_v4::loopback(), port_}, refused);
        if (refused) std::this_thread::yield();
        return !refused;
    }

    std::optional<mail_sink> sink_;
    std::optional<process> process_;
    std::filesystem::path box_;
    unsigned short port_ = 0;
};

/// Texts that some server or library lost something of.
std::vector<std::string> awkward_texts() {
    return {".5 m of rope\n.\n..\n",
            "From here on\n",
            std::string(2'000, 'l') + "\n",
            "blank at the end \n",
            "Gr\u00fc\u00dfe \U0001F375 \u05e9\u05dc\u05d5\u05dd\n",
            "a CR\ralone\n"};
}

shop_server::mail_parts awkward_parts(int number) {
    auto const texts = awkward_texts();
    shop_server::mail_parts parts;
    parts.from = {"shop@example.com", "Mugs, Cups"};
    parts.to = {"ann@example.net", "Ann \"the cup\" M\u00fcller"};
    parts.subject = "Order " + std::to_string(number) + ": \U0001F375 " + std::string(300, 's');
    parts.text = parts.html = texts[static_cast<std::size_t>(number) % texts.size()];
    parts.id = "id-" + std::to_string(number);
    parts.date = *shop::parse_timestamp("2026-11-28T22:47:23Z");
    return parts;
}

void expect_arrived(std::vector<std::string> const& mails, int count) {
    std::map<std::string, parsed_mail> by_id;
    for (auto& mail : parse_mails(mails)) by_id[mail.header("Message-ID")] = std::move(mail);
    for (int i = 0; i < count; ++i) {
        auto const parts = awkward_parts(i);
        auto const& mail = by_id["<" + parts.id + "@example.com>"];
        EXPECT_THAT(mail.defects, IsEmpty());
        EXPECT_EQ(mail.header("Subject"), parts.subject) << i;
        ASSERT_EQ(mail.addresses.count("From") + mail.addresses.count("To"), 2u) << i;
        EXPECT_THAT(mail.addresses.at("From"), ElementsAre(Pair(parts.from.name, parts.from.address)));
        EXPECT_THAT(mail.addresses.at("To"), ElementsAre(Pair(parts.to.name, parts.to.address)));
        EXPECT_THAT(mail.parts, ElementsAre(Pair("text/plain", parts.text), Pair("text/html", parts.html))) << i;
    }
    // As it was handed over, without the help of quoted-printable.
    EXPECT_NE(std::ranges::find_if(mails,
                                   [](std::string mail) {
                                       std::erase(mail, '\r');
                                       return mail.find("\n\n.5 m\n.\n..\nend\n") != mail.npos;
                                   }),
              mails.end())
        << "the lines that begin with a dot";
}

class mail_servers : public testing::TestWithParam<std::string> {};

/// One test for each server: they share its root.
TEST_P(mail_servers, take_over_awkward_mails_whole_and_many_over_one_connection) {
    if (auto const why = mail_server::why_skipped(GetParam())) GTEST_SKIP() << *why;
    constexpr int awkward = 25;  // more than exim delivers at once of one connection
    mail_server server(GetParam());
    auto options = options_for(server.url());
    {
        std::vector<outgoing_mail> mails;
        for (int i = 0; i < awkward; ++i) {
            mails.push_back(
                {"bounces@example.com", "ann@example.net", shop_server::compose_mail(awkward_parts(i)).value()});
        }
        mails.push_back(numbered_mail(99, ".5 m\r\n.\r\n..\r\nend\r\n"));
        mailer sender(options);
        for (auto const& report : send_all(sender, std::move(mails))) {
            EXPECT_EQ(report.outcome, mail_outcome::accepted) << report.reason;
        }
        expect_arrived(server.wait_for_mails(awkward + 1), awkward);
    }
    options.messages_per_connection = 10'000;  // OpenSMTPD says 452 after 100
    mailer sender(options);
    std::vector<outgoing_mail> mails;
    for (int i = 0; i < 130; ++i) mails.push_back(numbered_mail(100 + i));
    for (auto const& report : send_all(sender, std::move(mails))) {
        EXPECT_EQ(report.outcome, mail_outcome::accepted) << report.reason;
    }
}

INSTANTIATE_TEST_SUITE_P(all, mail_servers, testing::Values("postfix", "exim4-daemon-light", "opensmtpd", "aiosmtpd"),
                         [](auto const& info) {
                             auto name = info.param;
                             std::erase(name, '-');
                             return name;
                         });

}  // namespace
}  // namespace shop_test
