#include <shop/http/problem.hpp>

#include <array>

#include <shop/core/json.hpp>

namespace shop::http {
namespace {

constexpr std::array<refusal_row, 12> refusals{{
    {refusal::malformed_request, 400, "malformed_request", "The request is malformed", false},
    {refusal::method_not_allowed, 405, "method_not_allowed", "The resource does not have this method", false},
    {refusal::request_timeout, 408, "request_timeout", "The request did not arrive in time", true},
    {refusal::body_too_large, 413, "body_too_large", "The body is too large", false},
    {refusal::target_too_long, 414, "target_too_long", "The request target is too long", false},
    {refusal::unsupported_media_type, 415, "unsupported_media_type", "The body is of a kind not understood here",
     false},
    {refusal::expectation_failed, 417, "expectation_failed", "The expectation cannot be met", false},
    {refusal::head_too_large, 431, "head_too_large", "The header fields are too large", false},
    {refusal::internal, 500, "internal", "The server failed", true},
    {refusal::not_implemented, 501, "not_implemented", "The server does not have this feature of HTTP", false},
    {refusal::overloaded, 503, "overloaded", "The server is overloaded", true},
    {refusal::version_not_supported, 505, "version_not_supported", "The HTTP version is not supported", false},
}};

constexpr bool in_order() {
    for (std::size_t i = 0; i < refusals.size(); ++i) {
        if (static_cast<std::size_t>(refusals[i].kind) != i) return false;
    }
    return true;
}
static_assert(in_order(), "a refusal is the index of its row");

constexpr std::uint32_t retry_after_s_default = 1;

struct facts {
    unsigned status;
    std::string_view word;
    std::string_view title;
    std::string_view detail;
    std::string_view instance;
    bool retryable;
};

void member(std::string& out, std::string_view name, std::string_view value) {
    out.append(name);
    json::append_string(out, value);
}

/// The members that every problem has; the object stays open.
std::string open_problem(facts const& f) {
    std::string out;
    out.reserve(256 + f.detail.size() + f.instance.size());
    out.append("{\"type\":\"urn:shop:error:").append(f.word).push_back('"');
    member(out, ",\"title\":", f.title);
    out.append(",\"status\":").append(std::to_string(f.status));
    member(out, ",\"detail\":", f.detail);
    if (!f.instance.empty()) member(out, ",\"instance\":", f.instance);
    member(out, ",\"code\":", f.word);
    out.append(f.retryable ? ",\"retryable\":true" : ",\"retryable\":false");
    return out;
}

response close_problem(unsigned status, std::string body) {
    body.push_back('}');
    response out(status, std::move(body));
    out.content_type("application/problem+json");
    return out;
}

}  // namespace

namespace {

/// The failure of the shop that a refusal is the nearest to.
error_code code_of(refusal kind) {
    switch (kind) {
        case refusal::malformed_request:
        case refusal::body_too_large:
        case refusal::target_too_long:
        case refusal::head_too_large:
        case refusal::expectation_failed:
        case refusal::version_not_supported:
            return error_code::malformed_request;
        case refusal::method_not_allowed:
        case refusal::not_implemented:
            return error_code::not_supported;
        case refusal::unsupported_media_type:
            return error_code::unsupported_media_type;
        case refusal::request_timeout:
            return error_code::deadline_exceeded;
        case refusal::overloaded:
            return error_code::overloaded;
        case refusal::internal:
            return error_code::internal;
    }
    return error_code::internal;
}

}  // namespace

std::span<refusal_row const> refusal_table() {
    return refusals;
}

unsigned status_of(error const& e) {
    if (e.code() == error_code::unsupported_media_type) return 415;
    switch (e.kind()) {
        case error_kind::malformed:
            return 400;
        case error_kind::invalid:
            return 422;
        case error_kind::unauthenticated:
            return 401;
        case error_kind::forbidden:
            return 403;
        case error_kind::not_found:
            return 404;
        case error_kind::conflict:
            return 409;
        case error_kind::precondition:
            return 412;
        case error_kind::precondition_required:
            return 428;
        case error_kind::exhausted:
            return 429;
        case error_kind::unavailable:
            return 503;
        case error_kind::timeout:
            return 504;
        case error_kind::internal:
            return 500;
    }
    return 500;
}

response problem(error const& e, std::string_view instance) {
    auto const& details = e.details();
    auto const status = status_of(e);
    auto body = open_problem({status, e.word(), e.row().title, e.message(), instance, e.retryable()});
    if (!details.errors.empty()) json::append(body.append(",\"errors\":"), details.errors);
    if (!details.shortages.empty()) json::append(body.append(",\"shortages\":"), details.shortages);
    if (details.from) member(body, ",\"from\":", *details.from);
    if (details.to) member(body, ",\"to\":", *details.to);
    if (!details.allowed.empty()) json::append(body.append(",\"allowed\":"), details.allowed);
    if (details.current_version) json::append_number(body.append(",\"current_version\":"), *details.current_version);

    auto out = close_problem(status, std::move(body));
    out.failure = e.code();
    bool const waiting_helps = e.kind() == error_kind::unavailable || e.kind() == error_kind::exhausted;
    if (details.retry_after_s || waiting_helps) {
        out.add("Retry-After", std::to_string(details.retry_after_s.value_or(retry_after_s_default)));
    }
    return out;
}

response problem(refusal kind, std::string_view detail, std::string_view instance) {
    auto const& row = refusals[static_cast<std::size_t>(kind)];
    auto out =
        close_problem(row.status, open_problem({row.status, row.word, row.title, detail, instance, row.retryable}));
    out.failure = code_of(kind);
    if (kind == refusal::overloaded) out.add("Retry-After", std::to_string(retry_after_s_default));
    return out;
}

}  // namespace shop::http
