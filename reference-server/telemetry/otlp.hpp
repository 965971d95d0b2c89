#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "outcome.hpp"
#include "trace_context.hpp"

namespace shop_server {

/// What a span is to the process that records it. The numbers are OpenTelemetry's.
enum class span_kind { internal = 1, server = 2, client = 3 };

/// A piece of work of one trace, done.
struct finished_span {
    std::string_view operation;  ///< static text: a name of the operation tables
    span_kind kind = span_kind::internal;
    hop at = hop::service;
    trace_id trace;
    span_id id;
    span_id parent;              ///< none for the root of a trace
    std::uint64_t start_ns = 0;  ///< since 1970, wall clock
    std::uint64_t end_ns = 0;
    std::optional<outcome> ended;  ///< nothing if the work was given up half-way
    std::size_t items = 0;         ///< of a batch; 0 is not said
    std::string instance;          ///< the one that was called; empty is not said
};

/// Who records spans: `service.name`, `service.version` and `service.instance.id` of OpenTelemetry. All UTF-8.
struct telemetry_source {
    std::string name;
    std::string version;
    std::string instance_id;
};

/// The body of an export in OTLP/HTTP, in JSON: an `ExportTraceServiceRequest`.
///
/// Faults of the shop have the status error, and so has work that was given up; a refusal is an answer like any other.
/// Source: OpenTelemetry Protocol 1.x, "JSON Protobuf Encoding": ids in hexadecimal, 64-bit numbers as strings, enums
/// as numbers.
std::string otlp_traces(telemetry_source const& from, std::span<finished_span const> spans);

}  // namespace shop_server
