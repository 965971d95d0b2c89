#include "access/refusal_log.hpp"

#include <optional>
#include <utility>

#include "access/api_keys.hpp"
#include "access/bearer.hpp"

namespace shop_server {

namespace {

constexpr std::size_t clients_remembered = 4096;

std::optional<security_event> event_of(unsigned status) {
    switch (status) {
        case 401:
            return security_event::unauthenticated;
        case 403:
            return security_event::forbidden;
        case 429:
            return security_event::rate_limited;
        default:
            return std::nullopt;
    }
}

std::string key_shown_by(shop::http::request const& request) {
    auto const authorization = request.find("Authorization");
    auto const token = authorization ? bearer_token(*authorization) : std::nullopt;
    return std::string((token ? api_keys::id_in(*token) : std::nullopt).value_or(""));
}

}  // namespace

refusal_log::refusal_log(shop::service_context context, hash_seed seed, security_log& to)
    : context_(std::move(context)), to_(&to), lines_(refusal_lines_rate, seed, clients_remembered) {}

void refusal_log::answered(shop::http::request const& request, unsigned status, std::string_view operation,
                           std::string_view account) {
    auto const what = event_of(status);
    if (!what) return;
    if (!lines_.take(lines_.address_key(request.client), context_.clock->now()).allowed) return to_->count(*what);
    to_->write(*what, {{"key", key_shown_by(request)},
                       {"account", request.by ? request.by->account : std::string(account)},
                       {"operation", std::string(operation)},
                       {"request_id", std::string(request.id)},
                       {"client", std::string(request.client)},
                       {"peer", std::string(request.peer)}});
}

}  // namespace shop_server
