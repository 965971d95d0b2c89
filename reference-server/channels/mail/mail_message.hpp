#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <shop/core/result.hpp>
#include <shop/core/time.hpp>

namespace shop_server {

/// Whom a mail is from or to.
struct mailbox {
    std::string address;  ///< as `refuse_mailing_to` accepts it
    std::string name;     ///< for people; empty: none
};

/// What a mail is made of.
struct mail_parts {
    mailbox from;
    std::optional<mailbox> reply_to;
    mailbox to;
    std::string subject;   ///< UTF-8, one line
    std::string text;      ///< UTF-8 of any lines
    std::string html;      ///< likewise; empty: the text alone
    std::string id;        ///< letters, digits and hyphens; equal over all tries, so that receivers tell repeats by it
    shop::timestamp date;  ///< equal over all tries, too: then so are all bytes
    std::string unsubscribe;  ///< where to say that no more mail is wanted, `https://...` or `mailto:...`; empty: none
};

/// Why no mail can be sent to or from an address; nothing if it can. Stricter than `shop::refuse_mail_address`: letters
/// beyond ASCII need SMTPUTF8, which few servers have from end to end. A domain can be given as `xn--...`.
std::optional<std::string_view> refuse_mailing_to(std::string_view address);

/// Makes the message as it goes over the wire (RFC 5322, MIME): ASCII alone, lines of at most 76 characters (those with
/// addresses: 998) that end in CR LF, text and HTML as `multipart/alternative` in quoted-printable.
///
/// No value can add a header or a part: names and subjects are quoted or encoded words (RFC 2047), and the boundary
/// begins with `=_`, which quoted-printable never holds. No parameter takes a value of others, so that none needs
/// RFC 2231. Equal parts make equal bytes.
/// @par Errors
/// `invalid_value` at the part: an address that no mail can be sent to; a name or subject with control characters; a
/// text that is no UTF-8 or holds a NUL; an id or an address for `unsubscribe` of another shape.
shop::result<std::string> compose_mail(mail_parts const& parts);

}  // namespace shop_server
