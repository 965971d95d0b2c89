#include "trace_context.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>
#include <random>

namespace shop_server {

namespace {

// 00-<trace: 32>-<span: 16>-<flags: 2>
constexpr std::size_t traceparent_bytes = 55;
constexpr std::size_t trace_at = 3;
constexpr std::size_t span_at = 36;
constexpr std::size_t flags_at = 53;
constexpr std::uint64_t sampled_flag = 1;

/// Nothing but lower-case digits: `std::from_chars` alone would take upper case, too.
std::optional<std::uint64_t> read_hex(std::string_view digits) {
    std::uint64_t value = 0;
    for (char const c : digits) {
        if (c >= '0' && c <= '9')
            value = value << 4 | static_cast<std::uint64_t>(c - '0');
        else if (c >= 'a' && c <= 'f')
            value = value << 4 | static_cast<std::uint64_t>(c - 'a' + 10);
        else
            return std::nullopt;
    }
    return value;
}

void append_hex(std::string& out, std::uint64_t value) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::array<char, 16> text;
    for (auto at = text.rbegin(); at != text.rend(); ++at, value >>= 4) *at = digits[value & 15];
    out.append(text.data(), text.size());
}

/// Zero is no id.
span_id draw_span(random_bits const& random) {
    span_id drawn;
    while (drawn.is_none()) drawn.value = random();
    return drawn;
}

/// By the trace's own bits, as the samplers of OpenTelemetry do: whoever asks again gets the same answer.
bool is_sampled(trace_id const& trace, double ratio) {
    constexpr double all = 18446744073709551616.0;  // 2^64
    return ratio >= 1.0 || static_cast<double>(trace.low) < ratio * all;
}

}  // namespace

random_bits system_random_bits() {
    std::random_device device;
    std::array<std::random_device::result_type, 16> noise;
    std::generate(noise.begin(), noise.end(), std::ref(device));
    std::seed_seq seed(noise.begin(), noise.end());
    return [engine = std::make_shared<std::mt19937_64>(seed)] { return (*engine)(); };
}

std::string to_string(trace_id const& id) {
    std::string out;
    append_hex(out, id.high);
    append_hex(out, id.low);
    return out;
}

std::string to_string(span_id const& id) {
    std::string out;
    append_hex(out, id.value);
    return out;
}

std::optional<trace_context> trace_context::parse(std::string_view traceparent) {
    if (traceparent.size() != traceparent_bytes || !traceparent.starts_with("00-") || traceparent[span_at - 1] != '-' ||
        traceparent[flags_at - 1] != '-')
        return std::nullopt;
    auto const high = read_hex(traceparent.substr(trace_at, 16));
    auto const low = read_hex(traceparent.substr(trace_at + 16, 16));
    auto const span = read_hex(traceparent.substr(span_at, 16));
    auto const flags = read_hex(traceparent.substr(flags_at, 2));
    if (!high || !low || !span || !flags || (*high | *low) == 0 || *span == 0) return std::nullopt;
    return trace_context{{*high, *low}, {*span}, (*flags & sampled_flag) != 0};
}

trace_context trace_context::root(random_bits const& random, double sample_ratio) {
    trace_context out;
    while ((out.trace.high | out.trace.low) == 0) out.trace = {random(), random()};
    out.span = draw_span(random);
    out.sampled = is_sampled(out.trace, sample_ratio);
    return out;
}

trace_context trace_context::child(random_bits const& random) const {
    return {trace, draw_span(random), sampled};
}

std::string to_string(trace_context const& context) {
    std::string out;
    out.reserve(traceparent_bytes);
    out += "00-";
    append_hex(out, context.trace.high);
    append_hex(out, context.trace.low);
    out += '-';
    append_hex(out, context.span.value);
    out += context.sampled ? "-01" : "-00";
    return out;
}

std::string_view trace_of(std::string_view traceparent) {
    return trace_context::parse(traceparent) ? traceparent.substr(trace_at, 32) : std::string_view{};
}

}  // namespace shop_server
