#pragma once

#include <cstddef>
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
    std::string account;     ///< of the principal; scopes idempotency keys
    std::string request_id;  ///< as `call::request_id`
    std::string trace;       ///< the `traceparent` that came with it
};

/// The work on items that came with one `traceparent`, of which a trace tells.
struct item_span {
    std::size_t item;    ///< the first of them
    std::string parent;  ///< what they came with
    std::string name;    ///< the one drawn for this work, which all are told that are asked for it
};

/// What became of items that went together, for whoever counts. Valid for the call only.
struct observed_items {
    std::string_view operation;                           ///< static text
    std::span<std::optional<error_code> const> failures;  ///< one per item; nothing where it went well
    steady_time::duration took{};                         ///< from the first of them on until the last was answered
    std::span<item_origin const> origins;                 ///< at an endpoint, one per item; empty for calls made here
    std::span<item_span const> spans;                     ///< empty where nothing is traced
};

/// Whoever watches. Its functions must not block or throw.
struct observer {
    /// Draws a `traceparent` below the one that came with an item, to name the work on it. Empty: no trace tells of
    /// this work, and what came is handed on.
    std::function<std::string(std::string_view parent)> draw_span;
    /// Is told of items when all of them are answered.
    std::function<void(observed_items const&)> on_answered;
};

}  // namespace shop::transport
