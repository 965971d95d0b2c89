#pragma once

#include <exception>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "channels/mail/mailer.hpp"

namespace shop_server {

inline void PrintTo(mail_outcome outcome, std::ostream* out) {
    constexpr std::array<char const*, 5> names{"accepted", "refused_for_now", "refused_for_good", "unknown",
                                               "not_sent"};
    *out << names[static_cast<std::size_t>(outcome)];
}

}  // namespace shop_server

namespace shop_test {

using shop_server::mail_outcome;
using shop_server::mail_report;
using shop_server::mailer;
using shop_server::outgoing_mail;

inline shop_server::mailer_options options_for(std::string server) {
    shop_server::mailer_options options;
    options.server = std::move(server);
    options.requires_tls = false;
    options.client_name = "shop.example";
    options.connections = 1;
    return options;
}

/// A mail of its own number.
inline outgoing_mail numbered_mail(int number, std::string const& body = "one\r\n") {
    auto const text = std::to_string(number);
    return {"bounces@shop.example", "ann" + text + "@example.net",
            "Subject: " + text + "\r\nMessage-ID: <" + text + "@shop.example>\r\n\r\n" + body};
}

/// Where callers wait for reports; it outlives every mailer.
inline boost::asio::io_context& callers() {
    static boost::asio::io_context context;
    return context;
}

/// Sends all at once, and waits for all reports.
inline std::vector<mail_report> send_all(mailer& by, std::vector<outgoing_mail> mails) {
    std::vector<mail_report> reports(mails.size());
    for (std::size_t i = 0; i < mails.size(); ++i) {
        boost::asio::co_spawn(callers(), by.send(std::move(mails[i])),
                              [&reports, i](std::exception_ptr thrown, mail_report report) {
                                  if (thrown) std::rethrow_exception(thrown);
                                  reports[i] = std::move(report);
                              });
    }
    callers().restart();
    callers().run();
    return reports;
}

inline mail_report send_one(mailer& by, outgoing_mail mail) {
    std::vector<outgoing_mail> one;
    one.push_back(std::move(mail));
    return send_all(by, std::move(one)).at(0);
}

}  // namespace shop_test
