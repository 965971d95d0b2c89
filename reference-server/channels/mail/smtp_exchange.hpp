#pragma once

#include <string>
#include <string_view>

namespace shop_server {

/// What became of a mail at the server it was handed to.
enum class mail_outcome {
    accepted,          ///< the server took it over; it may still come back as a bounce
    refused_for_now,   ///< 4xx: to be tried again later
    refused_for_good,  ///< 5xx: trying again changes nothing
    unknown,           ///< all of it was handed over, and no answer came: to be repeated with the same Message-ID
    not_sent,          ///< nothing that the server could take over left this machine
};

/// The commands and replies of one mail, as they pass: how far it came.
///
/// Told by the commands and replies themselves: libcurl's reply code may be that of an earlier command.
class smtp_exchange {
public:
    void command(std::string_view line);     ///< a command was sent
    void reply(std::string_view line);       ///< a line of a reply came
    void hand_over_all() { ended_ = true; }  ///< all bytes of the message were handed to libcurl

    /// Whether the connection has served this mail: no reply to a command of its own is missing.
    bool is_over() const { return (in_transaction_ && code_ >= 400) || is_answered(); }
    /// The last reply code, 0 before the first.
    int code() const { return code_; }
    /// The code of the last reply, with the status that stands behind it (RFC 3463): `550 5.1.1`. Without the server's
    /// own words, in which addresses stand.
    std::string const& status() const { return status_; }

private:
    friend struct smtp_end;

    bool is_answered() const { return ended_ && code_ != 0 && code_ != 354; }

    bool in_transaction_ = false;  ///< MAIL was sent
    bool at_mail_ = false;         ///< and nothing behind it
    bool ended_ = false;
    bool is_parting_ = false;  ///< QUIT was sent: what comes now is no answer about the mail
    int code_ = 0;
    std::string status_;
};

/// How a mail ended, by libcurl's code and the server's.
struct smtp_end {
    mail_outcome outcome;
    /// Whether the connection may be to blame: it broke, or is worn out (421, and 452 at MAIL). If it had served mail
    /// before, a new one is tried at once.
    bool by_connection;

    /// @param curl_code of the transfer
    static smtp_end judge(int curl_code, smtp_exchange const& exchange);
};

}  // namespace shop_server
