#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <shop/core/result.hpp>

namespace shop::http {

/// The one reading of a path, for router and authoriser alike: its segments, percent-decoded. `/` has none.
/// @param target a path, or a request target, whose query is left out.
/// @par Errors
/// `malformed_request` for whatever two readers could read in two ways: empty segments, dot segments and path
/// parameters (also encoded), encoded slashes and backslashes, control characters, bytes that are not UTF-8, incomplete
/// escapes, characters that RFC 3986 does not have in a path.
result<std::vector<std::string>> path_segments(std::string_view target);

/// The parameters of a query (without its `?`), in their order, percent-decoded; `+` is a space.
/// @par Errors
/// `malformed_request`, with the place in `errors`, for a name that occurs twice, one that is empty, control
/// characters, bytes that are not UTF-8, incomplete escapes, characters that RFC 3986 does not have in a query.
result<std::vector<std::pair<std::string, std::string>>> query_parameters(std::string_view query);

}  // namespace shop::http
