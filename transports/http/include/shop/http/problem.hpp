#pragma once

#include <span>
#include <string_view>

#include <shop/core/error.hpp>
#include <shop/http/message.hpp>

namespace shop::http {

/// What the server refuses by itself, before or instead of its handler.
enum class refusal {
    malformed_request,
    method_not_allowed,
    not_acceptable,
    request_timeout,
    body_too_large,
    target_too_long,
    unsupported_media_type,
    expectation_failed,
    head_too_large,
    internal,
    not_implemented,
    overloaded,
    version_not_supported,
};

/// How a refusal is told. What `shop::error_code` has a word for is told as that is.
struct refusal_row {
    refusal kind;             ///< equal to the place in the table
    unsigned status;          ///< RFC 9110, section 15
    std::string_view word;    ///< the `code` of the problem; stable for ever
    std::string_view title;   ///< the `title` of the problem, for people
    std::string_view remedy;  ///< what the caller can do about it
    bool retryable;           ///< the same request may succeed later, unchanged
    error_code code;          ///< the failure it is, or the nearest
    bool is_of_http;          ///< it has a word of its own
};

/// One row per `refusal`, in its order.
std::span<refusal_row const> refusal_table();

/// The status an error is answered with: it follows from its kind, here and nowhere else.
unsigned status_of(error const& e);

namespace detail {

/// Whether a typed detail of an error is a member of its problem body: the text has a place of its own, and the time to
/// wait is a header field.
constexpr bool is_in_problem(std::string_view member) {
    return member != "detail" && member != "retry_after_s";
}

}  // namespace detail

/// An error as a problem body (RFC 9457): `type, title, status, detail, instance, code, retryable` and the typed
/// details that the error has. `Retry-After` is set where waiting helps.
/// @param about whose path, as the client knows it, is the `instance`; null for none
response problem(error const& e, request const* about = nullptr);
/// The same, about the path of a request.
inline response problem(error const& e, request const& about) {
    return problem(e, &about);
}

/// A refusal as a problem body.
/// @param detail what is wrong with this request and what to mend; never what it sent.
response problem(refusal kind, std::string_view detail, request const* about = nullptr);
/// The same, about the path of a request.
inline response problem(refusal kind, std::string_view detail, request const& about) {
    return problem(kind, detail, &about);
}

}  // namespace shop::http
