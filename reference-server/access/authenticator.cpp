#include "access/authenticator.hpp"

#include <utility>

#include "access/bearer.hpp"

namespace shop_server {

namespace {

constexpr std::string_view plain_challenge = R"(Bearer realm="shop")";
constexpr std::string_view invalid_token = R"(Bearer realm="shop", error="invalid_token")";
constexpr std::string_view invalid_request = R"(Bearer realm="shop", error="invalid_request")";

denial deny(shop::error reason, std::string_view challenge) {
    return {std::move(reason), std::string(challenge)};
}

shop::error unauthenticated(std::string detail) {
    return {shop::error_code::unauthenticated, std::move(detail)};
}

}  // namespace

authenticator::authenticator(shop::service_context context, hash_seed seed)
    : context_(std::move(context)),
      bad_credentials_(bad_credentials_rate, seed),
      awaited_keys_(awaited_keys_rate, seed, 4'096) {}

void authenticator::use_tokens(std::shared_ptr<jwt_verifier> verifier, std::shared_ptr<jwks_source> source) {
    verifier_ = std::move(verifier);
    source_ = std::move(source);
}

std::optional<authentication> authenticator::decide(shown_credentials const& shown) {
    return judge(shown, newer_keys::to_be_awaited);
}

asio::awaitable<authentication> authenticator::authenticate(shown_credentials shown) {
    auto const source = source_;  // a reload may put another one in its place meanwhile
    if (source) co_await source->learn_more();
    co_return judge(shown, newer_keys::not_to_be_had).value();
}

std::optional<authentication> authenticator::judge(shown_credentials const& shown, newer_keys keys) {
    if (shown.token_in_query) {
        // Addresses are logged and shown; a header is not.
        shop::error const reason(shop::error_code::malformed_request,
                                 "the query must not hold a token: send it in Authorization");
        return deny(reason, invalid_request);
    }
    if (!shown.authorization) {
        return deny(unauthenticated("send an API key or a token as Authorization: Bearer"), plain_challenge);
    }
    auto const token = bearer_token(*shown.authorization);
    if (!token) {
        // No error is named to who may not know this scheme (RFC 6750, 3.1).
        auto const challenge = is_of_bearer_scheme(*shown.authorization) ? invalid_token : plain_challenge;
        return count_and_deny(shown, unauthenticated("Authorization must be Bearer and one token"), challenge);
    }
    if (token->size() > token_bytes_max)
        return count_and_deny(shown, unauthenticated("the token is too long"), invalid_token);
    if (token->starts_with(api_key_prefix)) return judge_api_key(shown, *token);
    return judge_token(shown, *token, keys);
}

authentication authenticator::judge_api_key(shown_credentials const& shown, std::string_view token) {
    static api_keys const none;
    auto const now = context_.clock->stamp();
    auto found = (keys_ ? *keys_ : none).find(token, now);
    if (found) {
        if (key_used_) key_used_(*api_keys::id_in(token), now);
        return *std::move(found);
    }
    if (found.error() == expired_api_key()) return deny(found.error(), invalid_token);
    return count_and_deny(shown, found.error(), invalid_token);
}

std::optional<authentication> authenticator::judge_token(shown_credentials const& shown, std::string_view token,
                                                         newer_keys keys) {
    if (!verifier_) return count_and_deny(shown, unauthenticated("the token is not valid"), invalid_token);
    bool const may_wait = keys == newer_keys::to_be_awaited && source_->may_learn_more();
    auto const known = source_->current();
    if (!known) {
        // Whatever the keys are, this is no token.
        if (!parse_compact_jws(token))
            return count_and_deny(shown, unauthenticated("the token is not valid"), invalid_token);
        if (may_wait) return await_keys(shown);
        shop::error_details details{.detail = "the keys of the issuer of tokens are not known now"};
        details.retry_after_s = static_cast<std::uint32_t>(std::chrono::seconds(jwks_fetch_pause_min).count());
        return deny({shop::error_code::unavailable, std::move(details)}, {});
    }
    auto verdict = verifier_->verify(token, context_.clock->stamp(), known);
    switch (verdict.judgement) {
        case jwt_judgement::accepted:
            return std::move(verdict.who);
        case jwt_judgement::unknown_key:
            if (may_wait) return await_keys(shown);
            return count_and_deny(shown, verdict.refusal, invalid_token);
        case jwt_judgement::forged:
            return count_and_deny(shown, verdict.refusal, invalid_token);
        case jwt_judgement::claims_refused:
            break;
    }
    return deny(verdict.refusal, invalid_token);
}

/// @return nothing if there is one more of this address that may wait
std::optional<authentication> authenticator::await_keys(shown_credentials const& shown) {
    auto const counted = awaited_keys_.take(awaited_keys_.address_key(shown.client), context_.clock->now());
    if (counted.allowed) return std::nullopt;
    return deny_for_now(counted, "too many tokens of keys that are not known");
}

denial authenticator::deny_for_now(rate_decision const& counted, std::string detail) {
    shop::error_details details{.detail = std::move(detail)};
    details.retry_after_s = counted.retry_after_s;
    return deny({shop::error_code::rate_limited, std::move(details)}, {});
}

authentication authenticator::count_and_deny(shown_credentials const& shown, shop::error reason,
                                             std::string_view challenge) {
    auto const counted = bad_credentials_.take(bad_credentials_.address_key(shown.client), context_.clock->now());
    if (counted.allowed) return deny(std::move(reason), challenge);
    return deny_for_now(counted, "too many credentials that are not valid");
}

}  // namespace shop_server
