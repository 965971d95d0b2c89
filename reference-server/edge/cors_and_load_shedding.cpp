#include "edge/cors_and_load_shedding.hpp"

#include <algorithm>

#include <shop/http/own_machine.hpp>
#include <shop/http/problem.hpp>

namespace shop_server {

using shop::http::admission;
using shop::http::request;
using shop::http::response;

namespace {

constexpr std::string_view not_for_others =
    "without keys this server is for people on this machine: ask it by localhost or 127.0.0.1, and from no page of "
    "another site; "
    "for others, its settings need `keys` or `jwt-issuer`";

/// What a page of an allowed origin may ask for (Fetch Standard, 3.2.3).
response answer_preflight(std::string_view origin) {
    response out(204);
    out.add("Access-Control-Allow-Origin", origin);
    out.add("Access-Control-Allow-Methods", "GET, HEAD, POST, PUT, PATCH, DELETE");
    out.add("Access-Control-Allow-Headers",
            "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, Last-Event-ID, Shop-Timeout-Ms, "
            "X-Request-Id, traceparent");
    out.add("Access-Control-Max-Age", "600");
    out.add("Vary", "Origin");
    return out;
}

}  // namespace

bool cors_and_load_shedding::allows(std::string_view origin) const {
    return std::ranges::any_of(options_.allowed_origins, [&](auto const& one) { return one == "*" || one == origin; });
}

/// A name in `allowed-origins` is there to be used from elsewhere; a host is not.
bool cors_and_load_shedding::is_for_us(request const& head) const {
    if (!door_.is_open() || shop::http::names_this_machine(head)) return true;
    auto const host = head.find("Host"), origin = head.find("Origin");
    return (!host || shop::http::is_loopback_host(*host)) && origin && allows(*origin);
}

std::optional<response> cors_and_load_shedding::refuse(request const& head) {
    if (auto refused = door_.count(head)) return refused;
    if (is_for_us(head)) return std::nullopt;
    return shop::http::problem(shop::error(shop::error_code::forbidden, std::string(not_for_others)), head);
}

admission cors_and_load_shedding::admit(request const& head) {
    auto const origin = head.find("Origin");
    bool const is_allowed = origin && allows(*origin);
    admission out;
    out.answer = refuse(head);
    if (!out.answer && is_allowed && head.method == "OPTIONS" && head.find("Access-Control-Request-Method")) {
        out.answer = answer_preflight(*origin);
        return out;
    }
    if (!out.answer) out = api_.admit(head);
    if (!out.answer && options_.requests_max != 0 && under_way_ >= options_.requests_max) {
        out.answer = shop::http::problem(shop::error(shop::error_code::overloaded), head);
    }
    if (!out.answer) out.place = shop::http::taken_place(under_way_);
    // Also without an origin, or with one that is not allowed: what is kept of that must not be taken for an allowed
    // one's.
    if (!options_.allowed_origins.empty()) out.fields += "Vary: Origin\r\n";
    if (is_allowed) {
        response cors;
        cors.add("Access-Control-Allow-Origin", *origin);
        cors.add(
            "Access-Control-Expose-Headers",
            "ETag, Idempotent-Replayed, Location, RateLimit, RateLimit-Policy, Retry-After, X-Request-Id, traceparent");
        out.fields += cors.fields();
    }
    return out;
}

}  // namespace shop_server
