#include "channels/mail/mail_message.hpp"

#include <algorithm>
#include <array>
#include <chrono>

#include <openssl/evp.h>

#include <shop/core/mail_address.hpp>
#include <shop/core/text.hpp>

namespace shop_server {

namespace {

constexpr std::string_view line_end = "\r\n";
constexpr std::size_t line_characters_max = 76;      // RFC 2045, 6.7 (5); RFC 2047, 2
constexpr std::size_t plain_subject_bytes_max = 60;  // stands on a line with its header's name
constexpr std::size_t id_bytes_max = 64;             // a boundary has at most 70 (RFC 2046, 5.1.1)
constexpr std::size_t unsubscribe_bytes_max = 900;   // stands on a line of at most 998
constexpr std::string_view word_begin = "=?utf-8?B?", word_end = "?=";

bool is_printable_ascii(char c) {
    return c >= ' ' && c <= '~';
}

/// What readers would take for an encoded word is encoded itself.
bool can_stand_as_it_is(std::string_view text) {
    return std::ranges::all_of(text, is_printable_ascii) && text.find("=?") == text.npos;
}

/// The longest beginning of at most so many bytes that cuts no character; one character at least.
std::string_view whole_characters(std::string_view utf8, std::size_t bytes_max) {
    auto const continues = [&](std::size_t i) { return (static_cast<unsigned char>(utf8[i]) & 0xc0) == 0x80; };
    auto end = std::min(bytes_max, utf8.size());
    while (end > 0 && end < utf8.size() && continues(end)) --end;
    if (end == 0) {
        for (end = 1; end < utf8.size() && continues(end);) ++end;
    }
    return utf8.substr(0, end);
}

std::string to_base64(std::string_view bytes) {
    std::string out((bytes.size() + 2) / 3 * 4 + 1, '\0');  // OpenSSL adds a NUL
    auto const length =
        ::EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                          reinterpret_cast<unsigned char const*>(bytes.data()), static_cast<int>(bytes.size()));
    out.resize(static_cast<std::size_t>(length));
    return out;
}

/// Encoded words (RFC 2047), as many as it takes, each on a line of its own.
/// @param column where the first begins
void append_encoded_words(std::string& out, std::string_view utf8, std::size_t column) {
    while (!utf8.empty()) {
        auto const letters_max = line_characters_max - column - word_begin.size() - word_end.size();
        auto const piece = whole_characters(utf8, letters_max / 4 * 3);
        out.append(word_begin).append(to_base64(piece)).append(word_end);
        utf8.remove_prefix(piece.size());
        if (!utf8.empty()) out.append(line_end).append(" ");
        column = 1;
    }
}

void append_quoted(std::string& out, std::string_view name) {
    out += '"';
    for (char const c : name) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    out += '"';
}

/// `To: "Mugs, Cups" <ann@example.com>`; the address stands on a line of its own behind a name.
void append_mailbox(std::string& out, std::string_view header, mailbox const& who) {
    out.append(header).append(": ");
    if (!who.name.empty()) {
        if (can_stand_as_it_is(who.name) && who.name.size() <= plain_subject_bytes_max) {
            append_quoted(out, who.name);
        } else {
            append_encoded_words(out, who.name, header.size() + 2);
        }
        out.append(line_end).append(" ");
    }
    out.append("<").append(who.address).append(">").append(line_end);
}

void append_subject(std::string& out, std::string_view subject) {
    constexpr std::string_view header = "Subject: ";
    out += header;
    // Blanks at an end would be lost on the way.
    bool const trimmed = !subject.starts_with(' ') && !subject.ends_with(' ');
    if (trimmed && can_stand_as_it_is(subject) && subject.size() <= plain_subject_bytes_max) {
        out += subject;
    } else {
        append_encoded_words(out, subject, header.size());
    }
    out += line_end;
}

void append_number(std::string& out, unsigned value, std::size_t digits) {
    auto const text = std::to_string(value);
    out.append(digits - std::min(digits, text.size()), '0').append(text);
}

/// `Date: Sat, 28 Nov 2026 22:47:23 +0000`
void append_date(std::string& out, shop::timestamp at) {
    constexpr std::array<std::string_view, 7> weekdays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    auto const days = std::chrono::floor<std::chrono::days>(at);
    std::chrono::year_month_day const date(days);
    std::chrono::hh_mm_ss const time(std::chrono::floor<std::chrono::seconds>(at - days));
    out.append("Date: ").append(weekdays[std::chrono::weekday(days).c_encoding()]).append(", ");
    append_number(out, static_cast<unsigned>(date.day()), 2);
    out.append(" ").append(months[static_cast<unsigned>(date.month()) - 1]).append(" ");
    append_number(out, static_cast<unsigned>(static_cast<int>(date.year())), 4);
    out += ' ';
    append_number(out, static_cast<unsigned>(time.hours().count()), 2);
    out += ':';
    append_number(out, static_cast<unsigned>(time.minutes().count()), 2);
    out += ':';
    append_number(out, static_cast<unsigned>(time.seconds().count()), 2);
    out.append(" +0000").append(line_end);
}

/// How many bytes of a line break stand at `i`: LF and CR LF are one, a CR alone is none.
std::size_t line_break_at(std::string_view text, std::size_t i) {
    if (text[i] == '\n') return 1;
    return text.substr(i, 2) == line_end ? 2 : 0;
}

/// Whether a character of a line is written as it is. Also encoded: a dot that begins a line, so that no server between
/// can take it for the end or lose it, and the `From ` that parts mails in a mailbox file.
bool is_written_as_it_is(std::string_view text, std::size_t i, std::size_t column) {
    char const c = text[i];
    if (column == 0 && (c == '.' || text.substr(i).starts_with("From "))) return false;
    if (c == ' ' || c == '\t') return i + 1 < text.size() && line_break_at(text, i + 1) == 0;
    return is_printable_ascii(c) && c != '=';
}

void append_quoted_printable(std::string& out, std::string_view text) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::size_t column = 0;
    for (std::size_t i = 0; i < text.size();) {
        if (auto const ends = line_break_at(text, i)) {
            out += line_end;
            column = 0;
            i += ends;
            continue;
        }
        auto plain = is_written_as_it_is(text, i, column);
        if (column + (plain ? 1 : 3) >= line_characters_max) {  // a soft line break has room behind it
            out.append("=").append(line_end);
            column = 0;
            plain = is_written_as_it_is(text, i, column);
        }
        if (plain) {
            out += text[i];
            column += 1;
        } else {
            auto const byte = static_cast<unsigned char>(text[i]);
            out += '=';
            out += digits[byte >> 4];
            out += digits[byte & 15];
            column += 3;
        }
        ++i;
    }
    if (column > 0) out += line_end;
}

void append_part(std::string& out, std::string_view type, std::string_view text) {
    out.append("Content-Type: ").append(type).append("; charset=utf-8").append(line_end);
    out.append("Content-Transfer-Encoding: quoted-printable").append(line_end).append(line_end);
    append_quoted_printable(out, text);
}

void append_body(std::string& out, mail_parts const& parts) {
    out.append("MIME-Version: 1.0").append(line_end);
    if (parts.html.empty()) {
        append_part(out, "text/plain", parts.text);
        return;
    }
    auto const boundary = "=_" + parts.id;
    out.append("Content-Type: multipart/alternative;").append(line_end);
    out.append(" boundary=\"").append(boundary).append("\"").append(line_end).append(line_end);
    out.append("--").append(boundary).append(line_end);
    append_part(out, "text/plain", parts.text);
    out.append(line_end).append("--").append(boundary).append(line_end);
    append_part(out, "text/html", parts.html);
    out.append(line_end).append("--").append(boundary).append("--").append(line_end);
}

std::optional<shop::error> refuse_mailbox(std::string const& pointer, mailbox const& who) {
    if (auto const why = refuse_mailing_to(who.address)) return shop::invalid_at(pointer, std::string(*why));
    if (!shop::is_plain_text(who.name)) {
        return shop::invalid_at(pointer + "/name", "must be one line without control characters");
    }
    return std::nullopt;
}

bool is_id(std::string_view text) {
    auto const fits = [](unsigned char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
    };
    return !text.empty() && text.size() <= id_bytes_max && std::ranges::all_of(text, fits);
}

bool can_unsubscribe_at(std::string_view address) {
    auto const fits = [](char c) { return is_printable_ascii(c) && c != ' ' && c != '<' && c != '>' && c != ','; };
    return (address.starts_with("https://") || address.starts_with("mailto:")) &&
           address.size() <= unsubscribe_bytes_max && std::ranges::all_of(address, fits);
}

std::optional<shop::error> refuse(mail_parts const& parts) {
    if (auto why = refuse_mailbox("/from", parts.from)) return why;
    if (parts.reply_to) {
        if (auto why = refuse_mailbox("/reply_to", *parts.reply_to)) return why;
    }
    if (auto why = refuse_mailbox("/to", parts.to)) return why;
    if (!shop::is_plain_text(parts.subject)) {
        return shop::invalid_at("/subject", "must be one line without control characters");
    }
    if (!shop::is_storable_text(parts.text)) return shop::invalid_at("/text", "must be UTF-8 without a NUL");
    if (!shop::is_storable_text(parts.html)) return shop::invalid_at("/html", "must be UTF-8 without a NUL");
    if (!is_id(parts.id)) return shop::invalid_at("/id", "must be 1 to 64 letters, digits and hyphens");
    if (!parts.unsubscribe.empty() && !can_unsubscribe_at(parts.unsubscribe)) {
        return shop::invalid_at("/unsubscribe", "must be an address https:// or mailto: of at most 900 characters");
    }
    return std::nullopt;
}

}  // namespace

std::optional<std::string_view> refuse_mailing_to(std::string_view address) {
    if (auto const why = shop::refuse_mail_address(address)) return why;
    if (!std::ranges::all_of(address, is_printable_ascii)) {
        return "must be of ASCII: no server is asked for SMTPUTF8; a domain can be given as xn--...";
    }
    return std::nullopt;
}

shop::result<std::string> compose_mail(mail_parts const& parts) {
    if (auto why = refuse(parts)) return *std::move(why);
    std::string out;
    append_date(out, parts.date);
    append_mailbox(out, "From", parts.from);
    if (parts.reply_to) append_mailbox(out, "Reply-To", *parts.reply_to);
    append_mailbox(out, "To", parts.to);
    append_subject(out, parts.subject);
    auto const domain = std::string_view(parts.from.address).substr(parts.from.address.rfind('@') + 1);
    out.append("Message-ID: <").append(parts.id).append("@").append(domain).append(">").append(line_end);
    if (!parts.unsubscribe.empty()) {
        out.append("List-Unsubscribe: <").append(parts.unsubscribe).append(">").append(line_end);
    }
    out.append("Auto-Submitted: auto-generated").append(line_end);  // RFC 3834: no replies of machines
    append_body(out, parts);
    return out;
}

}  // namespace shop_server
