#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace shop::http::detail {

/// What docs/http-api.md says of one member.
struct api_note {
    std::string_view member;  ///< `product.name`; `*.sku` for all of this name that have no note of their own
    std::string text;         ///< bounds first, then what it is
};

std::vector<api_note> api_notes();

/// What docs/http-api.md says of one bound of requests.
struct api_limit {
    std::string_view what;
    std::string most;
    std::string_view beyond;  ///< how more is refused
};

std::vector<api_limit> api_limits();

}  // namespace shop::http::detail
