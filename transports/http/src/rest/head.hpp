#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <shop/core/result.hpp>
#include <shop/core/time.hpp>
#include <shop/http/message.hpp>

/// What the header fields of a request mean to the operations.
namespace shop::http::detail {

/// A `malformed_request` about one place: a header field, a parameter.
error malformed_at(std::string_view place, std::string_view detail);

/// Whether a body follows the head.
bool has_body(request const& head);

/// `application/json`, in UTF-8 if it says so.
bool is_json(std::string_view content_type);

/// Whether an answer of this type is one that the client asks for (RFC 9110, 12.5.1): all are without `Accept`.
bool accepts(request const& request, std::string_view type);

/// The `Last-Event-ID` of who resumes a stream; nothing if there is none, or an empty one.
/// @par Errors
/// `malformed_request` for one that is too long.
result<std::optional<std::string>> last_event_id_of(request const& request);

/// The `Idempotency-Key`, as sent.
/// @par Errors
/// Those of `check_idempotency_key`; `idempotency_key_malformed` for a field that was sent twice, also where a proxy
/// has made one `k, k` of two that are equal.
result<std::string> idempotency_key_of(request const& request);

/// The time the client gives this request by `Shop-Timeout-Ms`: `most` if it says none or more.
/// @par Errors
/// `malformed_request`.
result<std::chrono::milliseconds> time_given(request const& request, std::chrono::milliseconds most);

}  // namespace shop::http::detail
