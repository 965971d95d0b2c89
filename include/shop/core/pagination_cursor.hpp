#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <shop/core/result.hpp>
#include <shop/core/sku.hpp>

/// How lists are paged: by keyset, so that a page never repeats or skips what stood still. The cursor is the place
/// after which the next page begins; it is opaque to callers.
namespace shop {

/// Seals a place of the list `operation` as base64url text (RFC 4648, without padding).
std::string make_cursor(std::string_view operation, std::string_view place);

/// The place in a cursor that `make_cursor` made for the same operation.
/// @par Errors
/// `malformed_request` at "cursor" for anything else.
result<std::string> read_cursor(std::string_view operation, std::string_view cursor);

/// The error of a cursor that names no place.
error bad_cursor();

/// How many items a page may have: `limits::page_items_default` unless asked for.
/// @par Errors
/// `invalid_value` at "limit" outside 1 to `limits::page_items_max`.
result<std::size_t> page_limit(std::optional<std::int64_t> asked);
/// The same for a list of just these skus: all of them unless asked for less.
/// @par Errors
/// `invalid_value` at "sku" when they are more than `limits::page_items_max`.
result<std::size_t> page_limit(std::optional<std::int64_t> asked, std::vector<sku> const& only);

}  // namespace shop
