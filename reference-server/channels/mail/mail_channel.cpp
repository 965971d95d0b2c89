#include "channels/mail/mail_channel.hpp"

#include <utility>
#include <vector>

#include "channels/mail/mail_settings.hpp"
#include "settings.hpp"

namespace shop_server {
namespace {

namespace asio = boost::asio;
using shop::error_code;
using shop::result;
using shop::results;
using namespace shop::notifications;

/// Whom mails are from, whoever they are to.
struct letterhead {
    mailbox from;
    std::optional<mailbox> reply_to;
    std::string envelope_from;
    std::string unsubscribe;
};

letterhead letterhead_of(settings const& with) {
    letterhead of;
    of.from = with.mail_from;
    if (!with.mail_reply_to.address.empty()) of.reply_to = with.mail_reply_to;
    of.envelope_from = with.mail_envelope_from.empty() ? with.mail_from.address : with.mail_envelope_from;
    of.unsubscribe = "mailto:" + (of.reply_to ? *of.reply_to : of.from).address + "?subject=unsubscribe";
    return of;
}

result<void> end_of(mail_report const& report) {
    switch (report.outcome) {
        case mail_outcome::accepted:
            return {};
        case mail_outcome::refused_for_good:
            return shop::error(error_code::undeliverable, report.reason);
        case mail_outcome::unknown:
            return shop::error(error_code::outcome_unknown, report.reason);
        case mail_outcome::refused_for_now:
        case mail_outcome::not_sent:
            break;
    }
    return shop::error(error_code::unavailable, report.reason);
}

class email final : public channel {
public:
    email(letterhead of, mailer_options options) : letterhead_(std::move(of)), mailer_(std::move(options)) {}

    std::string_view name() const override { return "email"; }
    channel_traits traits() const override {
        channel_traits t;
        t.needs_contact = t.needs_content = t.is_for_people = true;
        return t;
    }
    /// The customer of an order; who runs the shop has no address here.
    results<std::vector<recipient>> recipients(std::vector<shop::events::event> events) override {
        auto whom = co_await channel::recipients(events);
        for (std::size_t i = 0; i < events.size(); ++i) {
            if (!events[i].type.starts_with(shop::events::about_order)) whom[i] = std::vector<recipient>();
        }
        co_return whom;
    }
    results<void> send(std::vector<message> messages) override {
        std::vector<result<void>> ends;
        ends.reserve(messages.size());
        for (auto const& one : messages) {
            auto end = co_await send_one(one);
            ends.push_back(std::move(end));
        }
        co_return ends;
    }

private:
    asio::awaitable<result<void>> send_one(message const& one) {
        mail_parts parts;
        parts.from = letterhead_.from;
        parts.reply_to = letterhead_.reply_to;
        parts.to.address = one.to.email.value_or(std::string());
        parts.to.name = one.to.name.value_or(std::string());
        parts.subject = one.what.subject;
        parts.text = one.what.text;
        parts.html = one.what.html;
        parts.id = to_string(one.id);
        parts.date = one.event.time;
        parts.unsubscribe = letterhead_.unsubscribe;
        outgoing_mail mail;
        mail.sender = letterhead_.envelope_from;
        mail.recipient = parts.to.address;
        auto composed = compose_mail(parts);
        if (!composed) co_return shop::error(error_code::undeliverable, std::string(composed.error().message()));
        mail.message = std::move(*composed);
        auto const report = co_await mailer_.send(std::move(mail));
        co_return end_of(report);
    }

    letterhead letterhead_;
    mailer mailer_;
};

}  // namespace

result<std::shared_ptr<channel>> mail_channel(settings const& with, shop::service_context) {
    auto options = mailer_options_of(with);
    if (!options) return options.error();
    return std::make_shared<email>(letterhead_of(with), std::move(*options));
}

}  // namespace shop_server
