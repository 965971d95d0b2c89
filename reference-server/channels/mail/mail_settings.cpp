#include "channels/mail/mail_settings.hpp"

#include <algorithm>

#include <shop/core/text.hpp>
#include <shop/http/client.hpp>

#include "access/secret_file.hpp"
#include "settings.hpp"

namespace shop_server {

namespace {

constexpr std::string_view not_set = "none";
constexpr std::string_view implicit_tls = "smtps://", plain_or_starttls = "smtp://";
constexpr std::size_t password_file_bytes_max = 4096;
constexpr std::size_t ca_file_bytes_max = 4 * 1024 * 1024;
constexpr std::size_t name_bytes_max = 254;
constexpr std::string_view mailbox_wanted =
    "must be an address of ASCII such as shop@example.com, or NAME <shop@example.com>";

/// Host and port of `smtp://HOST:PORT` or `smtps://HOST:PORT`.
std::optional<shop::http::origin> server_from(std::string_view url) {
    for (auto const scheme : {implicit_tls, plain_or_starttls}) {
        if (!url.starts_with(scheme)) continue;
        auto const place = url.substr(scheme.size());
        auto const colon = place.rfind(':');
        bool const has_port = colon != place.npos && place.find(']', colon) == place.npos;
        auto const read = shop::http::origin::parse("http://" + std::string(place));
        if (has_port && read) return *read;
    }
    return std::nullopt;
}

std::string_view trimmed(std::string_view text) {
    while (text.starts_with(' ')) text.remove_prefix(1);
    while (text.ends_with(' ')) text.remove_suffix(1);
    return text;
}

/// `shop@example.com`, `Mugs, Cups <shop@example.com>`, `"Mugs, Cups" <shop@example.com>`
std::optional<mailbox> mailbox_from(std::string_view text) {
    mailbox read{std::string(text), {}};
    if (auto const bracket = text.rfind('<'); bracket != text.npos && text.ends_with('>')) {
        read.address = text.substr(bracket + 1, text.size() - bracket - 2);
        auto name = trimmed(text.substr(0, bracket));
        if (name.find_first_of("<>") != name.npos) return std::nullopt;  // several
        if (name.size() > 1 && name.starts_with('"') && name.ends_with('"')) name = name.substr(1, name.size() - 2);
        read.name = name;
    }
    if (refuse_mailing_to(read.address) || !shop::is_plain_text(read.name) || read.name.size() > name_bytes_max) {
        return std::nullopt;
    }
    return read;
}

std::optional<std::string_view> set_mailbox(mailbox& of, std::string_view text) {
    of = {};
    if (text == not_set) return std::nullopt;
    auto read = mailbox_from(text);
    if (!read) return mailbox_wanted;
    of = *std::move(read);
    return std::nullopt;
}

shop::error in_setting(std::string const& name, shop::error const& why) {
    return {why.code(), name + std::string(why.message())};
}

std::string domain_of(std::string const& address) {
    return address.substr(address.rfind('@') + 1);
}

}  // namespace

std::optional<std::string_view> set_smtp(settings& of, std::string_view text) {
    of.smtp = text == not_set ? std::string_view() : text;
    if (text == not_set || server_from(text)) return std::nullopt;
    return "must be smtp://HOST:PORT, or smtps://HOST:PORT for TLS from the first byte, without user and password";
}

std::optional<std::string_view> set_smtp_tls(settings& of, std::string_view text) {
    if (text != "required" && text != not_set) return "must be required or none";
    of.smtp_requires_tls = text == "required";
    return std::nullopt;
}

std::optional<std::string_view> set_mail_from(settings& of, std::string_view text) {
    return set_mailbox(of.mail_from, text);
}

std::optional<std::string_view> set_mail_reply_to(settings& of, std::string_view text) {
    return set_mailbox(of.mail_reply_to, text);
}

std::optional<std::string_view> set_mail_envelope_from(settings& of, std::string_view text) {
    of.mail_envelope_from = text == not_set ? std::string_view() : text;
    if (text == not_set || !refuse_mailing_to(text)) return std::nullopt;
    return "must be an address of ASCII such as bounces@example.com";
}

std::vector<std::string> refuse_mail_settings(settings const& with) {
    std::vector<std::string> out;
    if (with.smtp.empty() && std::ranges::find(with.channels, "email") != with.channels.end()) {
        out.emplace_back("smtp: the channel email needs it: the server that takes the mails");
    }
    if (!with.smtp.empty() && with.mail_from.address.empty()) {
        out.emplace_back("mail-from: smtp is nothing without it: whom the mails are from");
    }
    if (with.smtp_user.empty() != with.smtp_password_file.empty()) {
        out.emplace_back("smtp-user and smtp-password-file: one is nothing without the other");
    }
    if (with.smtp_requires_tls) return out;
    if (with.smtp.starts_with(implicit_tls)) out.emplace_back("smtp-tls: smtps:// is TLS; none goes with smtp:// only");
    if (auto const server = server_from(with.smtp);
        server && !with.smtp_user.empty() && !listen_address{server->host, server->port}.is_loopback()) {
        out.emplace_back("smtp-tls: with smtp-user it must be required: others could read the password");
    }
    return out;
}

shop::result<mailer_options> mailer_options_of(settings const& with) {
    mailer_options out;
    out.server = with.smtp;
    out.requires_tls = with.smtp_requires_tls;
    out.ca_file = with.smtp_ca_file;
    out.user = with.smtp_user;
    out.client_name = domain_of(with.mail_from.address);
    out.connections = with.smtp_connections;
    out.messages_per_connection = with.smtp_messages_per_connection;
    if (!with.smtp_ca_file.empty()) {  // libcurl reads it, and tells what is wrong with it only when mail is sent
        auto const read = read_guarded_file(with.smtp_ca_file, ca_file_bytes_max, file_secrecy::trusted);
        if (!read) return in_setting("smtp-ca-file: ", read.error());
    }
    if (!with.smtp_password_file.empty()) {
        auto read = read_guarded_file(with.smtp_password_file, password_file_bytes_max);
        if (!read) return in_setting("smtp-password-file: ", read.error());
        out.password = *std::move(read);
        while (out.password.ends_with('\n') || out.password.ends_with('\r')) out.password.pop_back();
    }
    return out;
}

}  // namespace shop_server
