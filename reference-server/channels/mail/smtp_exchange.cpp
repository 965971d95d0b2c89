#include "channels/mail/smtp_exchange.hpp"

#include <algorithm>

#include <curl/curl.h>

namespace shop_server {

namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/// `5.1.1` at the beginning of a text, or nothing.
std::string_view enhanced_status(std::string_view text) {
    auto const end = std::min(text.find_first_not_of("0123456789."), text.size());
    auto const status = text.substr(0, end);
    bool const fits = status.size() >= 5 && status.size() <= 9 && std::ranges::count(status, '.') == 2 &&
                      is_digit(status.front()) && is_digit(status.back());
    return fits ? status : std::string_view();
}

}  // namespace

void smtp_exchange::command(std::string_view line) {
    is_parting_ = is_parting_ || line.starts_with("QUIT");
    if (is_parting_) return;
    at_mail_ = line.starts_with("MAIL ");
    in_transaction_ = in_transaction_ || at_mail_;
}

void smtp_exchange::reply(std::string_view line) {
    if (is_parting_) return;
    if (line.size() < 3 || !std::all_of(line.begin(), line.begin() + 3, is_digit)) return;
    if (line.size() > 3 && line[3] == '-') return;  // more lines follow
    code_ = (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
    status_ = line.substr(0, 3);
    if (line.size() > 4) {
        if (auto const more = enhanced_status(line.substr(4)); !more.empty()) status_.append(" ").append(more);
    }
}

smtp_end smtp_end::judge(int curl_code, smtp_exchange const& exchange) {
    auto const refused = [&](bool by_connection) -> smtp_end {
        return {exchange.code_ >= 500 ? mail_outcome::refused_for_good : mail_outcome::refused_for_now, by_connection};
    };
    if (exchange.ended_) {  // the final dot may have left
        if (!exchange.is_answered()) return {mail_outcome::unknown, false};
        if (exchange.code_ >= 400) return refused(false);
        // A silence behind the answer, or a connection that breaks then, takes nothing back.
        return {exchange.code_ / 100 == 2 ? mail_outcome::accepted : mail_outcome::unknown, false};
    }
    // No mail is to blame for a server that is not ready, a wrong password or a refused STARTTLS.
    bool const is_refusal = exchange.in_transaction_ && exchange.code_ >= 400 && curl_code != CURLE_OK;
    if (!is_refusal) return {mail_outcome::not_sent, true};
    return refused(exchange.code_ == 421 || (exchange.code_ == 452 && exchange.at_mail_));
}

}  // namespace shop_server
