#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <shop/core/error.hpp>
#include <shop/core/time.hpp>

namespace shop::transport {

/// Whose an item was.
struct item_origin {
    std::string account;
    std::string request_id;
    std::string trace;
};

/// What became of items that went together, for whoever counts. Valid for the call only.
struct observed_items {
    std::string_view operation;                            ///< static text
    std::span<std::optional<error_code> const> failures;  ///< one per item; nothing where it went well
    steady_time::duration took{};
    std::string_view trace;  ///< of the first item, empty without one
    std::span<item_origin const> origins;  ///< at an endpoint, one per item; empty for calls made here
};

/// Must not block or throw.
using observer = std::function<void(observed_items const&)>;

}  // namespace shop::transport
