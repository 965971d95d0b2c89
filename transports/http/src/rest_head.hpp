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

/// The `Idempotency-Key`, as sent.
/// @par Errors
/// Those of `check_idempotency_key`.
result<std::string> idempotency_key_of(request const& request);

/// The time the client gives this request by `Shop-Timeout-Ms`: `most` if it says none or more.
/// @par Errors
/// `malformed_request`.
result<std::chrono::milliseconds> time_given(request const& request, std::chrono::milliseconds most);

/// The version in `If-Match`: the first part of an `ETag` of ours.
/// @return nothing without the field.
/// @par Errors
/// `malformed_request` for anything but one strong tag of ours; `*` is refused too: a version is what guards a change.
result<std::optional<std::uint64_t>> version_in_if_match(request const& request);

/// Whether `If-None-Match` lists the tag, compared weakly (RFC 9110, 13.1.2). A list that cannot be read lists nothing.
bool lists_tag(std::string_view if_none_match, std::string_view tag);

}  // namespace shop::http::detail
