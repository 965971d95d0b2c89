#include "channels/mail/smtp_link.hpp"

#include <algorithm>
#include <cstring>

#include <sys/socket.h>
#include <unistd.h>

namespace shop_server {

namespace {

template <class Value>
void set_option(CURL* handle, CURLoption option, Value value) {
    ::curl_easy_setopt(handle, option, value);
}

long as_long(std::chrono::milliseconds duration) {
    return static_cast<long>(duration.count());
}

/// What who runs the shop can do about it; nothing: see libcurl's own word.
std::string_view remedy_of(int curl_code) {
    switch (curl_code) {
        case CURLE_PEER_FAILED_VERIFICATION:
            return "the certificate of the mail server is not trusted, or is another host's; smtp-ca-file names whom "
                   "to "
                   "believe";
        case CURLE_SSL_CACERT_BADFILE:
            return "smtp-ca-file cannot be read as PEM";
        case CURLE_USE_SSL_FAILED:
            return "the mail server offers no TLS (STARTTLS), and smtp-tls requires it";
        case CURLE_LOGIN_DENIED:
        case CURLE_AUTH_ERROR:
            return "the mail server does not accept smtp-user and smtp-password-file";
        default:
            return {};
    }
}

}  // namespace

bool smtp_link::open_handle() {
    if (handle_) return true;
    handle_.reset(::curl_easy_init());
    if (!handle_) return false;
    auto* const h = handle_.get();
    set_option(h, CURLOPT_NOSIGNAL, 1L);
    set_option(h, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    set_option(h, CURLOPT_PROXY, "");  // whatever the environment says
    set_option(h, CURLOPT_URL, (options_.server + "/" + options_.client_name).c_str());
    set_option(h, CURLOPT_USE_SSL, static_cast<long>(options_.requires_tls ? CURLUSESSL_ALL : CURLUSESSL_NONE));
    set_option(h, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    if (!options_.ca_file.empty()) {
        set_option(h, CURLOPT_CAINFO, options_.ca_file.c_str());
        set_option(h, CURLOPT_CAPATH, static_cast<char const*>(nullptr));  // nobody else is believed
    }
    if (!options_.user.empty()) {
        set_option(h, CURLOPT_USERNAME, options_.user.c_str());
        set_option(h, CURLOPT_PASSWORD, options_.password.c_str());
    }
    set_option(h, CURLOPT_MAXCONNECTS, 1L);
    set_option(h, CURLOPT_CONNECTTIMEOUT_MS, as_long(options_.connect_max));
    set_option(h, CURLOPT_TIMEOUT_MS, as_long(options_.total_max));
    // Whole seconds; more than none.
    set_option(h, CURLOPT_SERVER_RESPONSE_TIMEOUT, std::max(1L, as_long(options_.reply_max) / 1000));
    // CR LF is in the message. With CURLOPT_CRLF, lines that begin with a dot would lose it.
    set_option(h, CURLOPT_CRLF, 0L);
    set_option(h, CURLOPT_UPLOAD, 1L);
    set_option(h, CURLOPT_READFUNCTION, &smtp_link::read_message);
    set_option(h, CURLOPT_READDATA, this);
    set_option(h, CURLOPT_VERBOSE, 1L);  // for the commands and replies
    set_option(h, CURLOPT_DEBUGFUNCTION, &smtp_link::listen);
    set_option(h, CURLOPT_DEBUGDATA, this);
    // libcurl tells which socket it uses only after the transfer (7.88).
    set_option(h, CURLOPT_SOCKOPTFUNCTION, &smtp_link::keep_socket);
    set_option(h, CURLOPT_SOCKOPTDATA, this);
    set_option(h, CURLOPT_CLOSESOCKETFUNCTION, &smtp_link::close_socket);
    set_option(h, CURLOPT_CLOSESOCKETDATA, this);
    set_option(h, CURLOPT_NOPROGRESS, 0L);
    set_option(h, CURLOPT_XFERINFOFUNCTION, &smtp_link::may_go_on);
    set_option(h, CURLOPT_XFERINFODATA, this);
    return true;
}

std::size_t smtp_link::read_message(char* into, std::size_t size, std::size_t count, void* self) {
    auto& one = *static_cast<smtp_link*>(self)->now_;
    auto const left = one.mail.message.size() - one.handed_over;
    auto const piece = std::min(size * count, left);
    std::memcpy(into, one.mail.message.data() + one.handed_over, piece);
    one.handed_over += piece;
    if (piece == left) one.exchange.hand_over_all();
    return piece;
}

int smtp_link::listen(CURL*, curl_infotype what, char* bytes, std::size_t size, void* self) {
    auto& link = *static_cast<smtp_link*>(self);
    if (!link.now_) return 0;
    auto& one = *link.now_;
    std::string_view const line(bytes, size);
    if (what == CURLINFO_HEADER_OUT) {
        one.exchange.command(line);
    } else if (what == CURLINFO_HEADER_IN) {
        one.exchange.reply(line);
        // libcurl closes the connection now, and waits for the reply to its QUIT: up to two minutes (7.88;
        // findings/quit-outlives-timeout.sh).
        if (one.exchange.is_over() && (one.is_last || one.exchange.code() >= 400)) link.hang_up();
    }
    return 0;
}

int smtp_link::may_go_on(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    return std::chrono::steady_clock::now() < static_cast<smtp_link*>(self)->give_up_at_.load() ? 0 : 1;
}

int smtp_link::keep_socket(void* self, curl_socket_t socket, curlsocktype) {
    static_cast<smtp_link*>(self)->sockets_.push_back(socket);
    return CURL_SOCKOPT_OK;
}

int smtp_link::close_socket(void* self, curl_socket_t socket) {
    std::erase(static_cast<smtp_link*>(self)->sockets_, socket);
    return ::close(socket);
}

/// What is written still leaves, and nothing more is read.
void smtp_link::hang_up() {
    for (auto const socket : sockets_) ::shutdown(socket, SHUT_RD);
}

void smtp_link::close() {
    served_ = 0;
    if (!handle_) return;
    hang_up();
    handle_.reset();
}

smtp_end smtp_link::attempt(transfer& one, bool fresh) {
    auto const started = std::chrono::steady_clock::now();
    if (served_ > 0 && started - made_ >= options_.age_max) close();
    if (!open_handle()) return {mail_outcome::not_sent, false};
    auto* const h = handle_.get();
    one.is_last = fresh ? options_.messages_per_connection == 1 : served_ + 1 >= options_.messages_per_connection;
    std::unique_ptr<curl_slist, freed> const recipients(::curl_slist_append(nullptr, one.mail.recipient.c_str()));
    set_option(h, CURLOPT_MAIL_FROM, one.mail.sender.c_str());
    set_option(h, CURLOPT_MAIL_RCPT, recipients.get());
    set_option(h, CURLOPT_INFILESIZE_LARGE,
               static_cast<curl_off_t>(one.mail.message.size()));  // SIZE, for servers that know it
    set_option(h, CURLOPT_FRESH_CONNECT, fresh ? 1L : 0L);
    set_option(h, CURLOPT_FORBID_REUSE, one.is_last ? 1L : 0L);
    now_ = &one;
    one.curl_code = ::curl_easy_perform(h);
    now_ = nullptr;
    long made = 0;
    ::curl_easy_getinfo(h, CURLINFO_NUM_CONNECTS, &made);
    one.was_used = served_ > 0 && made == 0;
    last_used_ = std::chrono::steady_clock::now();
    if (!one.was_used) made_ = started;
    auto const end = smtp_end::judge(one.curl_code, one.exchange);
    bool const stays = end.outcome == mail_outcome::accepted && !one.is_last;
    served_ = stays ? (one.was_used ? served_ + 1 : 1) : 0;
    return end;
}

mail_report smtp_link::send(outgoing_mail const& mail) {
    transfer first(mail);
    auto end = attempt(first, false);
    if (!first.was_used || !end.by_connection || may_go_on(this, 0, 0, 0, 0) != 0) {
        return {end.outcome, reason_of(first, end.outcome)};
    }
    transfer again(mail);
    end = attempt(again, true);
    return {end.outcome, reason_of(again, end.outcome)};
}

/// Without the words of the server: addresses may stand in them.
std::string smtp_link::reason_of(transfer const& one, mail_outcome outcome) {
    auto const& said = one.exchange.status();
    switch (outcome) {
        case mail_outcome::accepted:
            return {};
        case mail_outcome::refused_for_now:
            return "the mail server refuses for now: " + said;
        case mail_outcome::refused_for_good:
            return "the mail server refuses: " + said;
        case mail_outcome::unknown:
            return "the mail server did not say whether it took the mail over";
        case mail_outcome::not_sent:
            break;
    }
    std::string out(remedy_of(one.curl_code));
    if (out.empty()) {
        out = std::string("the mail server cannot be used: ") +
              ::curl_easy_strerror(static_cast<CURLcode>(one.curl_code));
    }
    if (one.exchange.code() >= 400) out.append(" (").append(said).append(")");
    return out;
}

}  // namespace shop_server
