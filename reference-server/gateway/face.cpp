#include "gateway/face.hpp"

#include <algorithm>

#include <shop/http/problem.hpp>

namespace shop_server {

using shop::http::admission;
using shop::http::request;
using shop::http::response;

namespace {

/// What a page of an allowed origin may ask for (Fetch Standard, 3.2.3).
response answer_preflight(std::string_view origin) {
    response out(204);
    out.add("Access-Control-Allow-Origin", origin);
    out.add("Access-Control-Allow-Methods", "GET, HEAD, POST, PUT, PATCH, DELETE");
    out.add("Access-Control-Allow-Headers",
            "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, Shop-Timeout-Ms, X-Request-Id, traceparent");
    out.add("Access-Control-Max-Age", "600");
    out.add("Vary", "Origin");
    return out;
}

}  // namespace

bool public_face::allows(std::string_view origin) const {
    return std::ranges::any_of(options_.allowed_origins, [&](auto const& one) { return one == "*" || one == origin; });
}

admission public_face::admit(request const& head) {
    auto const origin = head.find("Origin");
    bool const is_allowed = origin && allows(*origin);
    admission out;
    out.answer = door_.count(head);
    if (!out.answer && is_allowed && head.method == "OPTIONS" && head.find("Access-Control-Request-Method")) {
        out.answer = answer_preflight(*origin);
        return out;
    }
    if (!out.answer) out = api_.admit(head);
    if (!out.answer && options_.requests_max != 0 && under_way_ >= options_.requests_max) {
        out.answer = shop::http::problem(shop::error(shop::error_code::overloaded), head);
    }
    if (!out.answer) out.place = shop::http::taken_place(under_way_);
    // Also without an origin, or with one that is not allowed: what is kept of that must not be taken for an allowed one's.
    if (!options_.allowed_origins.empty()) out.fields += "Vary: Origin\r\n";
    if (is_allowed) {
        response cors;
        cors.add("Access-Control-Allow-Origin", *origin);
        cors.add("Access-Control-Expose-Headers",
                 "ETag, Idempotent-Replayed, Location, RateLimit, RateLimit-Policy, Retry-After, X-Request-Id, traceparent");
        out.fields += cors.fields();
    }
    return out;
}

}  // namespace shop_server
