#include "channels/mail/mail_channel.hpp"

#include <utility>

#include <shop/core/text.hpp>
#include <shop/core/uuid.hpp>

#include "channels/mail/mail_message.hpp"
#include "channels/mail/mail_settings.hpp"
#include "channels/mail/mailer.hpp"
#include "settings.hpp"

namespace shop_server {

namespace {

using shop::notifications::channel;
using shop::notifications::channel_traits;
using shop::notifications::message;

/// `mailto:help@example.com?subject=unsubscribe`
std::string unsubscribe_by_mail(std::string_view address) {
    constexpr std::string_view digits = "0123456789ABCDEF", plain = "-._@";
    std::string out = "mailto:";
    for (char const c : address) {
        bool const stays =
            (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || plain.find(c) != plain.npos;
        if (stays) {
            out += c;
        } else {
            auto const byte = static_cast<unsigned char>(c);
            out += '%';
            out += digits[byte >> 4];
            out += digits[byte & 15];
        }
    }
    return out + "?subject=unsubscribe";
}

shop::result<void> result_of(mail_report const& report) {
    switch (report.outcome) {
        case mail_outcome::accepted:
            return {};
        case mail_outcome::refused_for_good:
            return shop::error(shop::error_code::invalid_value, report.reason);
        case mail_outcome::unknown:
            return shop::error(shop::error_code::outcome_unknown, report.reason);
        case mail_outcome::refused_for_now:
        case mail_outcome::not_sent:
            break;
    }
    return shop::error(shop::error_code::unavailable, report.reason);
}

class email final : public channel {
public:
    email(settings const& with, mailer_options options, shop::service_context context)
        : context_(std::move(context)),
          from_(with.mail_from),
          reply_to_(with.mail_reply_to),
          bounces_to_(with.mail_envelope_from.empty() ? with.mail_from.address : with.mail_envelope_from),
          mailer_(std::move(options)) {}

    std::string_view name() const override { return "email"; }
    channel_traits traits() const override {
        channel_traits out;
        out.needs_contact = out.needs_content = out.is_for_people = true;
        return out;
    }

    shop::results<void> send(std::vector<message> messages) override {
        std::vector<shop::result<void>> out;
        for (auto& one : messages) {
            auto mail = compose(std::move(one));
            if (!mail) {
                out.emplace_back(mail.error());
                continue;
            }
            auto leaving = *std::move(mail);
            out.push_back(result_of(co_await mailer_.send(std::move(leaving))));
        }
        co_return out;
    }

private:
    /// Where replies go, and what is told to who runs the shop.
    mailbox const& own() const { return reply_to_.address.empty() ? from_ : reply_to_; }

    shop::result<outgoing_mail> compose(message of) const {
        mail_parts parts;
        parts.from = from_;
        if (!reply_to_.address.empty()) parts.reply_to = reply_to_;
        if (of.to.email) {
            parts.to.address = *std::move(of.to.email);
            if (of.to.name && shop::is_plain_text(*of.to.name)) parts.to.name = *std::move(of.to.name);
        } else if (!of.order_id) {
            parts.to = own();
        } else {
            return shop::error(shop::error_code::invalid_value, "the order has no mail address");
        }
        parts.subject = std::move(of.what.subject);
        parts.text = std::move(of.what.text);
        parts.html = std::move(of.what.html);
        parts.id = to_string(of.id);
        parts.date = context_.clock->stamp();
        parts.unsubscribe = unsubscribe_by_mail(own().address);
        auto composed = compose_mail(parts);
        if (!composed) return composed.error();
        return outgoing_mail{bounces_to_, std::move(parts.to.address), *std::move(composed)};
    }

    shop::service_context context_;
    mailbox from_, reply_to_;
    std::string bounces_to_;
    mailer mailer_;
};

}  // namespace

std::shared_ptr<channel> mail_channel(settings const& with, mailer_options options, shop::service_context context) {
    return std::make_shared<email>(with, std::move(options), std::move(context));
}

shop::result<std::shared_ptr<channel>> mail_channel(settings const& with, shop::service_context context) {
    if (with.smtp.empty()) return shop::error(shop::error_code::invalid_value, "smtp: the channel email needs it");
    auto options = mailer_options_of(with);
    if (!options) return options.error();
    return mail_channel(with, *std::move(options), std::move(context));
}

}  // namespace shop_server
