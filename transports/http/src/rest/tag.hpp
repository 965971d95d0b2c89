#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include <shop/core/result.hpp>
#include <shop/http/message.hpp>

/// Entity tags (RFC 9110, 8.8.3) as clients send them back.
///
/// A proxy that compresses an answer changes its tag, and hands on what the client makes of it: weak (`W/"1"`), or with
/// the name of the coding (`"1-gzip"`). Ours name a version, and any form of what was read at that version names the
/// same: so the mark and the name are passed over, and the rest is compared exactly.
namespace shop::http::detail {

/// The version in `If-Match`: the first part of an `ETag` of ours.
/// @return nothing without the field.
/// @par Errors
/// `malformed_request` for anything but tags of ours that name one version. `*` is refused, and so is a list of several
/// versions, which would guard a change with no version in particular.
result<std::optional<std::uint64_t>> version_in_if_match(request const& request);

/// Whether the client has what is tagged so: whether `If-None-Match` lists the tag, compared weakly (RFC 9110, 13.1.2),
/// or is `*`. What is no tag ends its list.
/// @param tag one of ours, with its quotes.
bool is_known_to_client(request const& request, std::string_view tag);

}  // namespace shop::http::detail
