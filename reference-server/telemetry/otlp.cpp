#include "otlp.hpp"

#include <shop/json/json.hpp>

namespace shop_server {

namespace {

using shop::json::append_number;
using shop::json::append_string;

void append_quoted(std::string& out, std::uint64_t number) {
    out += '"';
    append_number(out, number);
    out += '"';
}

/// The items of `attributes`, with commas between them.
class attribute_list {
public:
    explicit attribute_list(std::string& out) : out_(out) { out_ += "\"attributes\":["; }
    ~attribute_list() { out_ += ']'; }
    attribute_list(attribute_list const&) = delete;
    attribute_list& operator=(attribute_list const&) = delete;

    void add(std::string_view key, std::string_view text) {
        begin(key);
        out_ += "\"stringValue\":";
        append_string(out_, text);
        out_ += "}}";
    }
    void add(std::string_view key, std::uint64_t number) {
        begin(key);
        out_ += "\"intValue\":";
        append_quoted(out_, number);
        out_ += "}}";
    }

private:
    void begin(std::string_view key) {
        out_ += first_ ? "{\"key\":\"" : ",{\"key\":\"";
        first_ = false;
        out_.append(key).append("\",\"value\":{");
    }

    std::string& out_;
    bool first_ = true;
};

void append_span(std::string& out, finished_span const& span) {
    out.append("{\"traceId\":\"").append(to_string(span.trace));
    out.append("\",\"spanId\":\"").append(to_string(span.id));
    if (!span.parent.is_none()) out.append("\",\"parentSpanId\":\"").append(to_string(span.parent));
    out += "\",\"name\":";
    append_string(out, span.operation);
    out += ",\"kind\":";
    append_number(out, static_cast<std::int64_t>(span.kind));
    out += ",\"startTimeUnixNano\":";
    append_quoted(out, span.start_ns);
    out += ",\"endTimeUnixNano\":";
    append_quoted(out, span.end_ns);
    out += ',';
    {
        attribute_list attributes(out);
        attributes.add("operation", span.operation);
        attributes.add("hop", shop::to_word(span.at));
        if (span.ended) attributes.add("code", span.ended->word());
        if (span.items != 0) attributes.add("items", std::uint64_t{span.items});
        if (!span.instance.empty()) attributes.add("instance", span.instance);
    }
    // STATUS_CODE_ERROR. A success has none: "ok" is for people to set.
    if (!span.ended || span.ended->is_fault()) out += ",\"status\":{\"code\":2}";
    out += '}';
}

}  // namespace

std::string otlp_traces(telemetry_source const& from, std::span<finished_span const> spans) {
    constexpr std::size_t span_bytes_usual = 512;
    std::string out;
    out.reserve((spans.size() + 1) * span_bytes_usual);
    out += "{\"resourceSpans\":[{\"resource\":{";
    {
        attribute_list attributes(out);
        attributes.add("service.name", from.name);
        attributes.add("service.version", from.version);
        attributes.add("service.instance.id", from.instance_id);
    }
    out += "},\"scopeSpans\":[{\"scope\":{\"name\":\"shop\",\"version\":";
    append_string(out, from.version);
    out += "},\"spans\":[";
    bool first = true;
    for (auto const& span : spans) {
        if (!first) out += ',';
        first = false;
        append_span(out, span);
    }
    out += "]}]}]}";
    return out;
}

}  // namespace shop_server
