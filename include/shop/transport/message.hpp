#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <shop/core/result.hpp>
#include <shop/core/time.hpp>
#include <shop/transport/channel.hpp>

/// The message between services: JSON Lines, one item a line.
///
/// There: `{"timeout_ms": 9000, "by": {"account", "scopes", "customer"}, "key", "trace", "body": {...}}`, of which only
/// `body` is required. Back, in the same order: `{"value": {...}}` or `{"error": {"code", "details", "replayed"}}`.
/// Members are only ever added; unknown ones are ignored.
namespace shop::transport {

/// The lines of a message. The time an item has left is written now, as late as can be.
std::string join_items(std::vector<outgoing> const& items, steady_time now);

/// The lines of an answer.
/// @par Errors
/// `outcome_unknown` when there are not just as many as items were sent.
result<std::vector<std::string_view>> split_lines(std::string_view text, std::size_t wanted);

}  // namespace shop::transport
