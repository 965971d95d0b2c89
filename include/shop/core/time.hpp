#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace shop {

/// A point of wall-clock time, UTC, in whole milliseconds. It orders nothing and guards nothing: it is for people.
using timestamp = std::chrono::sys_time<std::chrono::milliseconds>;

/// A point of monotonic time; every deadline and timer uses this one.
using steady_time = std::chrono::steady_clock::time_point;

/// RFC 3339 with milliseconds, in UTC: `2026-03-01T09:30:00.000Z`.
std::string to_string(timestamp at);
void append(std::string& out, timestamp at);  ///< Appends what `to_string` answers.

/// Reads RFC 3339 with any offset and up to nine digits of a second; nothing for anything else.
std::optional<timestamp> parse_timestamp(std::string_view text);

}  // namespace shop
