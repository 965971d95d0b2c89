#include "access/jwt_claims.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include <shop/core/text.hpp>
#include <shop/json/json.hpp>

namespace shop_server {

namespace {

using shop::json::kind;

constexpr std::size_t scope_bytes_max = 128;
constexpr double year_9999_s = 253'402'300'799;  // later ones are milliseconds by mistake: such a token would never end

shop::error refuse_claims(std::string detail) {
    return {shop::error_code::unauthenticated, std::move(detail)};
}

/// A NumericDate: seconds since 1970, perhaps with a fraction; nothing for anything else.
std::optional<shop::timestamp> read_time(shop::json::value claim) {
    double seconds = -1;
    if (claim.is(kind::integer)) seconds = static_cast<double>(claim.as_int64());
    if (claim.is(kind::real)) seconds = claim.as_double();
    if (!(seconds >= 0 && seconds <= year_9999_s)) return std::nullopt;
    return shop::timestamp(std::chrono::milliseconds(static_cast<std::int64_t>(std::floor(seconds * 1000))));
}

/// A text that may name somebody.
bool names_somebody(std::string_view text) {
    return !text.empty() && text.size() <= jwt_subject_bytes_max && shop::is_plain_text(text);
}

std::optional<std::string> read_name(shop::json::value claims, std::string_view name) {
    auto const claim = claims.find(name);
    if (!claim || !claim->is(kind::string) || !names_somebody(claim->as_string())) return std::nullopt;
    return std::string(claim->as_string());
}

bool holds_audience(shop::json::value claims, std::string_view ours) {
    auto const aud = claims.find("aud");
    if (!aud) return false;
    if (aud->is(kind::string)) return aud->as_string() == ours;
    bool found = false;
    for (auto const one : *aud) {
        if (!aud->is(kind::array) || !one.is(kind::string)) return false;
        found = found || one.as_string() == ours;
    }
    return found;
}

/// RFC 6749, 3.3.
bool is_scope_token(std::string_view text) {
    auto const fits = [](char c) { return c > 0x20 && c < 0x7f && c != '"' && c != '\\'; };
    return !text.empty() && text.size() <= scope_bytes_max && std::ranges::all_of(text, fits);
}

std::vector<std::string> split_at_blanks(std::string_view text) {
    std::vector<std::string> out;
    while (!text.empty()) {
        auto const end = std::min(text.find(' '), text.size());
        if (end > 0) out.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return out;
}

std::optional<std::vector<std::string>> read_scopes(shop::json::value claims) {
    std::vector<std::string> out;
    auto claim = claims.find("scope");
    if (!claim) claim = claims.find("scp");
    if (!claim) claim = claims.find("scopes");
    if (!claim) return out;
    if (claim->is(kind::string)) {
        out = split_at_blanks(claim->as_string());
    } else if (claim->is(kind::array)) {
        for (auto const one : *claim) {
            if (!one.is(kind::string)) return std::nullopt;
            out.emplace_back(one.as_string());
        }
    } else {
        return std::nullopt;
    }
    if (out.size() > jwt_scopes_max || !std::ranges::all_of(out, is_scope_token)) return std::nullopt;
    return out;
}

/// From when until when, both without leeway.
shop::result<token_validity> read_validity(shop::json::value claims) {
    token_validity out{};
    auto const exp = claims.find("exp");
    auto const until = exp ? read_time(*exp) : std::nullopt;
    if (!until) return refuse_claims("the token must have exp, in seconds");
    out.until = *until;
    for (auto const* name : {"nbf", "iat"}) {
        auto const claim = claims.find(name);
        if (!claim) continue;
        auto const from = read_time(*claim);
        if (!from) return refuse_claims(std::string(name) + " of the token must be a time in seconds");
        out.from = std::max(out.from, *from);
    }
    return out;
}

}  // namespace

shop::result<verified_tokens::entry> read_claims(std::string_view payload, jwt_policy const& policy) {
    auto const tape = shop::json::parse(payload);
    if (!tape || !tape->root().is(kind::object)) return refuse_claims("the claims of the token must be a JSON object");
    auto const claims = tape->root();

    auto const iss = claims.find("iss");
    if (!iss || !iss->is(kind::string) || iss->as_string() != policy.issuer) {
        return refuse_claims("the token is of another issuer");
    }
    if (!holds_audience(claims, policy.audience)) return refuse_claims("the token is for another audience");
    auto validity = read_validity(claims);
    if (!validity) return validity.error();
    validity->until += policy.leeway;
    validity->from -= policy.leeway;

    auto const subject = read_name(claims, "sub");
    if (!subject) return refuse_claims("the token must have sub, of at most 128 bytes");
    auto scopes = read_scopes(claims);
    if (!scopes) return refuse_claims("the scopes of the token must be a text or an array of texts, at most 64");

    shop::principal who{"user:" + *subject, *std::move(scopes), {}};
    // A principal without a customer may act for every one, so the claim must not be missing by mistake.
    if (!who.may("orders:any")) {
        auto customer = read_name(claims, policy.customer_claim);
        if (!customer) return refuse_claims("the token must name its customer");
        who.customer_id = *std::move(customer);
    }
    return verified_tokens::entry{*validity, std::make_shared<shop::principal const>(std::move(who))};
}

}  // namespace shop_server
