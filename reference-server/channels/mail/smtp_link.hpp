#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include <curl/curl.h>

#include "channels/mail/mailer.hpp"

namespace shop_server {

/// One connection to the mail server at a time, and its end.
/// @par Thread safety
/// Distinct objects: safe.
class smtp_link {
public:
    using time = std::chrono::steady_clock::time_point;

    /// @param give_up_at a mail under way then is given up; outlives the object, as do the options
    smtp_link(mailer_options const& options, std::atomic<time> const& give_up_at)
        : options_(options), give_up_at_(give_up_at) {}
    ~smtp_link() { close(); }
    smtp_link(smtp_link const&) = delete;
    smtp_link& operator=(smtp_link const&) = delete;

    mail_report send(outgoing_mail const& mail);

    /// Says QUIT, and does not wait for the answer.
    void close();
    bool is_open() const { return served_ > 0; }
    /// When a connection that gets nothing to do is to be closed.
    time idle_until() const { return last_used_ + options_.idle_max; }

private:
    struct freed {
        void operator()(CURL* one) const { ::curl_easy_cleanup(one); }
        void operator()(curl_slist* one) const { ::curl_slist_free_all(one); }
    };

    /// A mail on its way.
    struct transfer {
        explicit transfer(outgoing_mail const& of) : mail(of) {}

        outgoing_mail const& mail;
        std::size_t handed_over = 0;  ///< bytes
        smtp_exchange exchange;
        bool was_used = false;  ///< the connection had served mail before
        int curl_code = 0;
        bool is_last = false;  ///< of this connection
    };

    bool open_handle();
    smtp_end attempt(transfer& one, bool fresh);
    static std::string reason_of(transfer const& one, mail_outcome outcome);
    void hang_up();
    static std::size_t read_message(char* into, std::size_t size, std::size_t count, void* self);
    static int listen(CURL* handle, curl_infotype what, char* bytes, std::size_t size, void* self);
    static int keep_socket(void* self, curl_socket_t socket, curlsocktype what);
    static int close_socket(void* self, curl_socket_t socket);
    static int may_go_on(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t);

    mailer_options const& options_;
    std::atomic<time> const& give_up_at_;
    std::vector<curl_socket_t> sockets_;  ///< those that are open; while it connects, there may be two
    std::unique_ptr<CURL, freed> handle_;
    transfer* now_ = nullptr;
    std::size_t served_ = 0;  ///< mails by the connection; 0: none is open
    time made_{}, last_used_{};
};

}  // namespace shop_server
