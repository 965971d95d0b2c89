#include <shop/http/problem.hpp>

#include <array>

#include <shop/json/json.hpp>

namespace shop::http {
namespace {

/// A refusal that is a failure of the shop, too: told in its words.
refusal_row as(error_code code, refusal kind) {
    error const e(code);
    auto const& row = e.row();
    return {kind, status_of(e), row.word, row.title, row.remedy, row.retryable, code, false};
}

/// A refusal that only HTTP knows.
struct own {
    unsigned status;
    std::string_view word;
    std::string_view title;
    std::string_view remedy;
    bool retryable = false;
    error_code nearest = error_code::malformed_request;
};
refusal_row as(own const& of, refusal kind) {
    return {kind, of.status, of.word, of.title, of.remedy, of.retryable, of.nearest, true};
}

refusal_row row_of(refusal kind) {
    switch (kind) {
        case refusal::malformed_request:
            return as(error_code::malformed_request, kind);
        case refusal::method_not_allowed:
            return as(own{405, "method_not_allowed", "The resource does not have this method",
                          "Use one of the methods that `Allow` names."},
                      kind);
        case refusal::not_acceptable:
            return as(own{406, "not_acceptable", "The resource has no such representation",
                          "Ask for the media type that `detail` names, or leave `Accept` out."},
                      kind);
        case refusal::request_timeout:
            return as(own{408, "request_timeout", "The request did not arrive in time",
                          "Repeat it with the same key over a new connection, and send it in one go.", true,
                          error_code::deadline_exceeded},
                      kind);
        case refusal::body_too_large:
            return as(own{413, "body_too_large", "The body is too large",
                          "Send less at once: an import can be cut into several."},
                      kind);
        case refusal::target_too_long:
            return as(own{414, "target_too_long", "The request target is too long",
                          "Ask for fewer things at once: name fewer skus, and follow `next_cursor`."},
                      kind);
        case refusal::unsupported_media_type:
            return as(error_code::unsupported_media_type, kind);
        case refusal::expectation_failed:
            return as(own{417, "expectation_failed", "The expectation cannot be met",
                          "Leave the field `Expect` out; `100-continue` is the only one that is understood."},
                      kind);
        case refusal::head_too_large:
            return as(own{431, "head_too_large", "The header fields are too large",
                          "Send fewer or shorter header fields; cookies are not needed here."},
                      kind);
        case refusal::internal:
            return as(error_code::internal, kind);
        case refusal::not_implemented:
            return as(own{501, "not_implemented", "The server does not have this feature of HTTP",
                          "Leave out what `detail` names: a method or transfer coding that is not understood."},
                      kind);
        case refusal::overloaded:
            return as(error_code::overloaded, kind);
        case refusal::version_not_supported:
            return as(own{505, "version_not_supported", "The HTTP version is not supported", "Speak HTTP/1.1."}, kind);
    }
    return as(error_code::internal, refusal::internal);
}

constexpr std::size_t refusals_count = static_cast<std::size_t>(refusal::version_not_supported) + 1;

std::array<refusal_row, refusals_count> const& refusals() {
    static auto const rows = [] {
        std::array<refusal_row, refusals_count> made{};
        for (std::size_t i = 0; i < made.size(); ++i) made[i] = row_of(static_cast<refusal>(i));
        return made;
    }();
    return rows;
}

constexpr std::uint32_t retry_after_s_default = 1;

struct facts {
    unsigned status;
    std::string_view word;
    std::string_view title;
    std::string_view detail;
    request const* about;
    bool retryable;
};

void member(std::string& out, std::string_view name, std::string_view value) {
    out.append(name);
    json::append_string(out, value);
}

/// The members that every problem has; the object stays open.
std::string open_problem(facts const& f) {
    std::string out;
    out.reserve(256 + f.detail.size() + (f.about ? f.about->base_path.size() + f.about->path.size() : 0));
    out.append("{\"type\":\"urn:shop:error:").append(f.word).push_back('"');
    member(out, ",\"title\":", f.title);
    out.append(",\"status\":").append(std::to_string(f.status));
    member(out, ",\"detail\":", f.detail);
    if (f.about) member(out, ",\"instance\":", std::string(f.about->base_path).append(f.about->path));
    member(out, ",\"code\":", f.word);
    out.append(f.retryable ? ",\"retryable\":true" : ",\"retryable\":false");
    return out;
}

response close_problem(unsigned status, std::string body) {
    body.push_back('}');
    response out(status, std::move(body));
    out.content_type("application/problem+json");
    out.cache = cache_policy::no_store;
    return out;
}

}  // namespace

std::span<refusal_row const> refusal_table() {
    return refusals();
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

response problem(error const& e, request const* about) {
    auto const& details = e.details();
    auto const status = status_of(e);
    auto body = open_problem({status, e.word(), e.row().title, e.message(), about, e.retryable()});
    for_each_field<error_details>([&](auto const& f) {
        auto const& value = details.*f.pointer;
        // Where nothing is allowed that is said, too.
        bool const said =
            f.name == "allowed" ? details.from || !details.allowed.empty() : !json::detail::is_blank(value);
        if (!detail::is_in_problem(f.name) || !said) return;
        json::append(body.append(",\"").append(f.name).append("\":"), value);
    });

    auto out = close_problem(status, std::move(body));
    out.failure = e.code();
    bool const waiting_helps = e.kind() == error_kind::unavailable || e.kind() == error_kind::exhausted;
    if (details.retry_after_s || waiting_helps) {
        out.add("Retry-After", std::to_string(details.retry_after_s.value_or(retry_after_s_default)));
    }
    return out;
}

response problem(refusal kind, std::string_view detail, request const* about) {
    auto const& row = refusals()[static_cast<std::size_t>(kind)];
    auto out = close_problem(row.status, open_problem({row.status, row.word, row.title, detail, about, row.retryable}));
    out.failure = row.code;
    if (kind == refusal::overloaded) out.add("Retry-After", std::to_string(retry_after_s_default));
    return out;
}

}  // namespace shop::http
