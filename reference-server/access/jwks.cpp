#include "access/jwks.hpp"

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

#include <shop/core/base64url.hpp>
#include <shop/json/json.hpp>

#include "access/spelled_out.hpp"

namespace shop_server {

namespace {

/// The members of a JWK that matter here (RFC 7517, RFC 7518, RFC 8037); of the private ones only that they are there.
struct jwk {
    std::string kty;
    std::optional<std::string> kid, alg, use, crv, n, e, x, y, k;
    std::optional<std::vector<std::string>> key_ops;
    std::optional<shop::json::raw> d, p, q, dp, dq, qi, oth;

    static constexpr auto fields() {
        using shop::optional;
        return std::tuple{shop::required("kty", &jwk::kty),
                          optional("kid", &jwk::kid),
                          optional("alg", &jwk::alg),
                          optional("use", &jwk::use),
                          optional("key_ops", &jwk::key_ops),
                          optional("crv", &jwk::crv),
                          optional("n", &jwk::n),
                          optional("e", &jwk::e),
                          optional("x", &jwk::x),
                          optional("y", &jwk::y),
                          optional("k", &jwk::k),
                          optional("d", &jwk::d),
                          optional("p", &jwk::p),
                          optional("q", &jwk::q),
                          optional("dp", &jwk::dp),
                          optional("dq", &jwk::dq),
                          optional("qi", &jwk::qi),
                          optional("oth", &jwk::oth)};
    }
    bool is_private() const { return d || p || q || dp || dq || qi || oth; }
};

/// What a type signs with here. The curve of RSA and oct is empty.
struct key_type {
    std::string_view kty;
    std::string_view crv;
    jws_algorithm algorithm;
};
constexpr std::array key_types{
    key_type{"oct", "", jws_algorithm::hs256},
    key_type{"RSA", "", jws_algorithm::rs256},
    key_type{"EC", "P-256", jws_algorithm::es256},
    key_type{"OKP", "Ed25519", jws_algorithm::eddsa},
};

bool is_known_kty(std::string_view kty) {
    return std::ranges::find(key_types, kty, &key_type::kty) != key_types.end();
}

key_type const* type_of(jwk const& key) {
    auto const found = std::ranges::find_if(
        key_types, [&](auto const& t) { return t.kty == key.kty && (t.crv.empty() || t.crv == key.crv); });
    return found == key_types.end() ? nullptr : &*found;
}

shop::error refuse_jwk(std::string pointer, std::string_view why) {
    shop::error_details details;
    details.errors.push_back({std::move(pointer), std::string(why)});
    return {shop::error_code::invalid_value, std::move(details)};
}

/// The bytes of a member; nothing if it is missing or no base64url.
std::optional<std::string> bytes_in(std::optional<std::string> const& member) {
    if (!member || member->empty()) return std::nullopt;
    return shop::from_base64url(*member);
}

shop::result<verification_key> build_key(jwk const& from, jws_algorithm algorithm) {
    auto const incomplete = [](std::string_view members) {
        return shop::error(shop::error_code::invalid_value, "must have " + std::string(members) + " as base64url");
    };
    switch (algorithm) {
        case jws_algorithm::hs256: {
            auto k = bytes_in(from.k);
            if (!k) return incomplete("k");
            return verification_key::hs256(*std::move(k));
        }
        case jws_algorithm::rs256: {
            auto const n = bytes_in(from.n), e = bytes_in(from.e);
            if (!n || !e) return incomplete("n and e");
            return verification_key::rs256(*n, *e);
        }
        case jws_algorithm::es256: {
            auto const x = bytes_in(from.x), y = bytes_in(from.y);
            if (!x || !y) return incomplete("x and y");
            return verification_key::es256(*x, *y);
        }
        case jws_algorithm::eddsa: {
            auto const x = bytes_in(from.x);
            if (!x) return incomplete("x");
            return verification_key::eddsa(*x);
        }
    }
    return shop::error(shop::error_code::internal);
}

/// A key of the set; nothing for one that is passed over.
shop::result<std::optional<verification_key>> read_key(jwk const& from, std::string const& pointer,
                                                       jwks_secrets secrets) {
    std::optional<verification_key> const none;
    if (from.is_private()) return refuse_jwk(pointer, "holds a private key: publish the public members only");
    if (from.use.value_or("sig") != "sig") return none;
    if (from.key_ops && std::ranges::find(*from.key_ops, "verify") == from.key_ops->end()) return none;
    auto const* type = type_of(from);
    if (!type) return none;
    if (from.alg) {
        auto const named = shop::from_word<jws_algorithm>(*from.alg);
        if (!named) return none;
        if (*named != type->algorithm) return refuse_jwk(pointer + "/alg", "is not of the type of this key");
    }
    if (type->algorithm == jws_algorithm::hs256 && secrets == jwks_secrets::refuse) {
        return refuse_jwk(pointer, "is a secret, which must not be published: use RS256, ES256 or EdDSA");
    }
    if (from.kid && from.kid->size() > jwks_kid_bytes_max) {
        return refuse_jwk(pointer + "/kid", "must have at most 256 bytes");
    }
    auto made = build_key(from, type->algorithm);
    if (!made) return refuse_jwk(pointer, made.error().message());
    return std::optional(*std::move(made));
}

}  // namespace

shop::result<jwks> jwks::parse(std::string_view text, jwks_secrets secrets) {
    if (text.size() > jwks_bytes_max) {
        return shop::error(shop::error_code::invalid_value, "must have at most 262144 bytes");
    }
    auto const tape = shop::json::parse(text);
    if (!tape) return spelled_out(tape.error());
    auto const keys = tape->root().find("keys");
    if (!keys || !keys->is(shop::json::kind::array)) {
        return shop::error(shop::error_code::malformed_request, "must be an object with an array of keys");
    }
    if (keys->size() > jwks_keys_max) return spelled_out(refuse_jwk("/keys", "must be at most 100"));

    jwks out;
    std::size_t index = 0;
    for (auto const item : *keys) {
        auto const pointer = "/keys/" + std::to_string(index++);
        auto const kty = item.find("kty");
        // What an unknown type looks like is not for us to judge.
        if (kty && kty->is(shop::json::kind::string) && !is_known_kty(kty->as_string())) continue;
        auto const from = shop::json::decode<jwk>(item, shop::json::unknown_members::ignore, pointer);
        if (!from) return spelled_out(from.error());
        auto key = read_key(*from, pointer, secrets);
        if (!key) return spelled_out(key.error());
        if (!*key) continue;
        if (!from->kid) {
            out.without_kid_.push_back(**std::move(key));
        } else if (!out.by_kid_.emplace(*from->kid, **std::move(key)).second) {
            return spelled_out(refuse_jwk(pointer + "/kid", "is that of another key, too"));
        }
    }
    return out;
}

verification_key const* jwks::find(std::optional<std::string_view> kid, jws_algorithm algorithm) const {
    if (kid) {
        auto const found = by_kid_.find(*kid);
        return found == by_kid_.end() ? nullptr : &found->second;
    }
    verification_key const* only = nullptr;
    std::size_t count = 0;
    auto const look = [&](verification_key const& key) {
        if (key.algorithm() != algorithm) return;
        only = &key;
        ++count;
    };
    for (auto const& [name, key] : by_kid_) look(key);
    for (auto const& key : without_kid_) look(key);
    return count == 1 ? only : nullptr;
}

bool jwks::holds_secrets() const {
    auto const is_secret = [](verification_key const& key) { return key.algorithm() == jws_algorithm::hs256; };
    return std::ranges::any_of(without_kid_, is_secret) ||
           std::ranges::any_of(by_kid_, [&](auto const& one) { return is_secret(one.second); });
}

}  // namespace shop_server
