#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "channels/mail/smtp_exchange.hpp"

namespace shop_server {

namespace asio = boost::asio;

class smtp_link;

/// How mail leaves this machine.
struct mailer_options {
    std::string server;        ///< `smtp://HOST:PORT` or `smtps://HOST:PORT`
    bool requires_tls = true;  ///< false: nothing is encrypted at `smtp://`
    std::string ca_file;       ///< PEM of whom to believe about the server; empty: whom the system believes
    std::string user, password;
    std::string client_name;                        ///< a domain, for EHLO
    std::size_t connections = 4;                    ///< at once, each with a thread
    std::size_t messages_per_connection = 10;       ///< exim delivers no more of one connection at once
    std::size_t queue_max = 10'000;                 ///< mails that wait; more are not sent
    std::chrono::milliseconds connect_max{15'000};  ///< until a connection is ready for mail
    std::chrono::milliseconds reply_max{120'000};   ///< for each reply
    std::chrono::milliseconds total_max{300'000};   ///< for one mail
    std::chrono::milliseconds idle_max{5'000};      ///< then a connection that has nothing to do is closed
    std::chrono::milliseconds age_max{60'000};      ///< then a connection takes no more mail
    std::chrono::milliseconds stop_max{2'000};      ///< for the mails under way, at the end
};

/// A mail with its envelope.
struct outgoing_mail {
    std::string sender;     ///< where bounces go; as `refuse_mailing_to` accepts it
    std::string recipient;  ///< likewise. One: of several, a server does not say whom it refused
    std::string message;    ///< as `compose_mail` makes it: every line ends in CR LF
};

/// What became of a mail, and why.
struct mail_report {
    mail_outcome outcome = mail_outcome::not_sent;
    std::string reason;  ///< for who runs the shop: the reply code, or what failed; empty if accepted
};

/// Sends mail to one server, over a bounded number of connections that are used again.
///
/// libcurl does it, on threads of its own: connections are made, used and closed there, and a server that is silent
/// holds up nobody but the mails it was given. Its certificate is verified, and its name; there is no falling back to
/// an unencrypted connection. What a used connection could not send is sent again at once over a new one.
/// @par Thread safety
/// Shared objects: safe.
class mailer {
public:
    explicit mailer(mailer_options options);
    /// Gives the mails under way `stop_max`; those that wait are not sent.
    ~mailer();
    mailer(mailer const&) = delete;
    mailer& operator=(mailer const&) = delete;

    /// Hands one mail to the server. The caller's executor outlives this object. A caller that is cancelled waits no
    /// longer; the mail goes on.
    asio::awaitable<mail_report> send(outgoing_mail mail);

private:
    struct waiting;

    void work_until_closed();
    std::unique_ptr<waiting> take(smtp_link& on);

    mailer_options options_;
    std::mutex mutex_;  // guards what follows; never held while libcurl works
    std::condition_variable wanted_;
    std::deque<std::unique_ptr<waiting>> queue_;
    bool closing_ = false;
    std::atomic<std::chrono::steady_clock::time_point> give_up_at_{std::chrono::steady_clock::time_point::max()};
    std::vector<std::thread> threads_;
};

}  // namespace shop_server
