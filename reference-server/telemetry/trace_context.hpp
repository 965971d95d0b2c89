#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace shop_server {

/// 64 random bits a call. Injected, so that a run can be repeated.
using random_bits = std::function<std::uint64_t()>;

/// Fed by the operating system's randomness. Each one made is to be used from one thread at a time; ids of traces need
/// to be unlike each other, not hard to guess.
random_bits system_random_bits();

/// The id of a trace: 16 bytes, not all zero.
struct trace_id {
    std::uint64_t high = 0;
    std::uint64_t low = 0;

    friend bool operator==(trace_id const&, trace_id const&) = default;
};
/// 32 digits, lower-case hexadecimal.
std::string to_string(trace_id const& id);

/// The id of a span in its trace: 8 bytes, not all zero.
struct span_id {
    std::uint64_t value = 0;

    bool is_none() const { return value == 0; }
    friend bool operator==(span_id const&, span_id const&) = default;
};
/// 16 digits, lower-case hexadecimal.
std::string to_string(span_id const& id);

/// Where a request stands in its trace, as processes tell each other by `traceparent` (W3C Trace Context).
/// @par Thread safety
/// A value.
struct trace_context {
    trace_id trace;
    span_id span;
    bool sampled = false;  ///< whether this trace is recorded: decided at its root, heeded by all others

    /// Reads version 00: 55 characters in lower case, no id all zero. Nothing for anything else; of the flags only
    /// `sampled` is kept.
    static std::optional<trace_context> parse(std::string_view traceparent);

    /// The root of a new trace.
    /// @param sample_ratio the share of traces that are recorded: 0 is none, 1 is all.
    static trace_context root(random_bits const& random, double sample_ratio);

    /// A new span below this one, in the same trace.
    trace_context child(random_bits const& random) const;

    friend bool operator==(trace_context const&, trace_context const&) = default;
};
/// `00-<trace>-<span>-<flags>`.
std::string to_string(trace_context const& context);

/// The 32 digits of the trace in a valid `traceparent`; empty for anything else.
std::string_view trace_of(std::string_view traceparent);

}  // namespace shop_server
