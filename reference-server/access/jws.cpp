#include "access/jws.hpp"

#include <array>
#include <utility>

#include <shop/core/base64url.hpp>
#include <shop/json/json.hpp>

namespace shop_server {

namespace {

constexpr std::array<std::string_view, 6> refused_header_members{"crit", "b64", "jwk", "jku", "x5c", "x5u"};

/// A member that must be a string if it is there.
struct header_text {
    bool good = true;
    std::optional<std::string> text;
};

header_text text_member(shop::json::value header, std::string_view name) {
    auto const member = header.find(name);
    if (!member) return {};
    if (!member->is(shop::json::kind::string)) return {false, {}};
    return {true, std::string(member->as_string())};
}

bool read_header(std::string_view json, compact_jws& out) {
    auto const tape = shop::json::parse(json);
    if (!tape || !tape->root().is(shop::json::kind::object)) return false;
    auto const header = tape->root();
    for (auto const name : refused_header_members) {
        if (header.find(name)) return false;
    }
    auto const alg = text_member(header, "alg"), typ = text_member(header, "typ");
    auto kid = text_member(header, "kid");
    if (!alg.good || !typ.good || !kid.good || !alg.text) return false;
    if (typ.text && *typ.text != "JWT" && *typ.text != "at+jwt") return false;
    auto const algorithm = shop::from_word<jws_algorithm>(*alg.text);
    if (!algorithm) return false;
    out.algorithm = *algorithm;
    out.kid = std::move(kid.text);
    return true;
}

}  // namespace

std::optional<compact_jws> parse_compact_jws(std::string_view token) {
    if (token.size() > token_bytes_max) return std::nullopt;
    auto const first = token.find('.');
    if (first == token.npos) return std::nullopt;
    auto const second = token.find('.', first + 1);
    if (second == token.npos) return std::nullopt;
    // A third dot (an encrypted token has four) is no letter of base64url.
    auto const header = shop::from_base64url(token.substr(0, first));
    auto payload = shop::from_base64url(token.substr(first + 1, second - first - 1));
    auto signature = shop::from_base64url(token.substr(second + 1));
    if (!header || !payload || !signature || signature->empty()) return std::nullopt;

    compact_jws out;
    if (!read_header(*header, out)) return std::nullopt;
    out.payload = *std::move(payload);
    out.signature = *std::move(signature);
    out.signed_text = token.substr(0, second);
    return out;
}

}  // namespace shop_server
