#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string_view>

#include <shop/core/error.hpp>
#include <shop/core/time.hpp>

namespace shop::transport {

/// What became of items that went together, for whoever counts. Valid for the call only.
struct observed_items {
    std::string_view operation;                            ///< static text
    std::span<std::optional<error_code> const> failures;  ///< one per item; nothing where it went well
    steady_time::duration took{};
    std::string_view trace;  ///< of the first item, empty without one
};

/// Must not block or throw.
using observer = std::function<void(observed_items const&)>;

}  // namespace shop::transport
