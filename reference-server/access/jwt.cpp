#include "access/jwt.hpp"

#include <utility>

#include "access/jwt_claims.hpp"

namespace shop_server {

namespace {

jwt_verdict not_accepted(jwt_judgement judgement, std::string detail = "the token is not valid") {
    return {judgement, nullptr, shop::error(shop::error_code::unauthenticated, std::move(detail))};
}

jwt_verdict judge_times(verified_tokens::entry const& token, shop::timestamp now) {
    if (now >= token.valid.until) return not_accepted(jwt_judgement::claims_refused, "the token has expired");
    if (now < token.valid.from) return not_accepted(jwt_judgement::claims_refused, "the token is not valid yet");
    return {jwt_judgement::accepted, token.who, {}};
}

}  // namespace

shop::result<std::shared_ptr<jwt_verifier>> jwt_verifier::make(jwt_policy policy) {
    auto const refuse = [](char const* why) { return shop::error(shop::error_code::invalid_value, why); };
    if (policy.issuer.empty()) return refuse("the issuer of tokens must be named");
    if (policy.audience.empty()) return refuse("the audience of tokens must be named");
    if (policy.customer_claim.empty()) return refuse("the claim that names the customer must be named");
    if (policy.leeway < std::chrono::seconds(0) || policy.leeway > jwt_leeway_max) {
        return refuse("the leeway must be from 0 to 60 seconds");
    }
    return std::shared_ptr<jwt_verifier>(new jwt_verifier(std::move(policy)));
}

jwt_verdict jwt_verifier::verify(std::string_view token, shop::timestamp now, std::shared_ptr<jwks const> const& keys) {
    if (keys != verified_by_) {
        // A key may be gone because it was stolen.
        verified_.clear();
        verified_by_ = keys;
    }
    auto const digest = sha256(token);
    if (auto const* known = verified_.find(digest)) return judge_times(*known, now);

    auto const jws = parse_compact_jws(token);
    if (!jws) return not_accepted(jwt_judgement::forged);
    auto const* key = keys->find(jws->kid, jws->algorithm);
    if (!key) return not_accepted(jwt_judgement::unknown_key);
    if (key->algorithm() != jws->algorithm) return not_accepted(jwt_judgement::forged);
    if (!key->verifies(jws->signed_text, jws->signature)) return not_accepted(jwt_judgement::forged);

    auto read = read_claims(jws->payload, policy_);
    if (!read) return {jwt_judgement::claims_refused, nullptr, read.error()};
    auto verdict = judge_times(*read, now);
    if (verdict.accepted()) verified_.put(digest, *std::move(read));
    return verdict;
}

}  // namespace shop_server
