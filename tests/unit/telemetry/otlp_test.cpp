#include "telemetry/otlp.hpp"

#include <gtest/gtest.h>

#include <map>
#include <vector>

#include <shop/json/json.hpp>

namespace {

using shop::error_code;
using shop::json::kind;
using shop::json::value;
using shop_server::finished_span;
using shop_server::otlp_traces;
using shop_server::span_kind;
using shop_server::telemetry_source;

finished_span some_span() {
    finished_span out;
    out.operation = "orders.place";
    out.kind = span_kind::server;
    out.at = shop_server::hop::edge;
    out.trace = {0x0af7651916cd43dd, 0x8448eb211c80319c};
    out.id = {0x00ad6b7169203331};
    out.parent = {0xfedcba9876543210};
    out.start_ns = 1'767'225'600'000'000'001;
    out.end_ns = 1'767'225'600'001'500'000;
    out.ended = shop_server::outcome();
    return out;
}

/// A request that stays parsed.
class exported {
public:
    explicit exported(std::vector<finished_span> const& spans, telemetry_source const& from = {"shop", "1.2", "a"})
        : text_(otlp_traces(from, spans)) {
        auto const read = tape_.parse(text_);
        EXPECT_TRUE(read) << text_;
    }
    std::string const& text() const { return text_; }
    value resource_spans() const { return only(*tape_.root().find("resourceSpans")); }
    value scope_spans() const { return only(*resource_spans().find("scopeSpans")); }
    value spans() const { return *scope_spans().find("spans"); }
    value span() const { return only(spans()); }

    static value only(value list) {
        EXPECT_EQ(list.size(), 1U);
        return *list.begin();
    }
    /// The attributes of a span or a resource: texts as they are, numbers with a `#` before.
    static std::map<std::string, std::string> attributes(value of) {
        std::map<std::string, std::string> out;
        auto const all = *of.find("attributes");
        for (auto const attribute : all) {
            auto const v = *attribute.find("value");
            EXPECT_EQ(v.size(), 1U);
            auto const text = v.find("stringValue");
            out[std::string(attribute.find("key")->as_string())] =
                text ? std::string(text->as_string()) : "#" + std::string(v.find("intValue")->as_string());
        }
        return out;
    }

private:
    std::string text_;
    shop::json::tape tape_;
};

using attributes = std::map<std::string, std::string>;

TEST(otlp, a_span_is_written_as_protobuf_maps_it_to_json) {
    exported const sent({some_span()});
    auto const span = sent.span();
    EXPECT_EQ(span.find("traceId")->as_string(), "0af7651916cd43dd8448eb211c80319c");
    EXPECT_EQ(span.find("spanId")->as_string(), "00ad6b7169203331");
    EXPECT_EQ(span.find("parentSpanId")->as_string(), "fedcba9876543210");
    EXPECT_EQ(span.find("name")->as_string(), "orders.place");
    EXPECT_EQ(span.find("kind")->as_int64(), 2);
    EXPECT_EQ(span.find("startTimeUnixNano")->as_string(), "1767225600000000001");
    EXPECT_EQ(span.find("endTimeUnixNano")->as_string(), "1767225600001500000");
    EXPECT_FALSE(span.find("status"));
    EXPECT_EQ(exported::attributes(span), (attributes{{"operation", "orders.place"}, {"hop", "edge"}, {"code", "ok"}}));
}

TEST(otlp, says_who_recorded_it) {
    exported const sent({some_span()}, {"shop-\"order\"", "1.2", "h\xc3\xa9\n1"});
    EXPECT_EQ(
        exported::attributes(*sent.resource_spans().find("resource")),
        (attributes{
            {"service.name", "shop-\"order\""}, {"service.version", "1.2"}, {"service.instance.id", "h\xc3\xa9\n1"}}));
    EXPECT_EQ(sent.scope_spans().find("scope")->find("name")->as_string(), "shop");
}

TEST(otlp, kinds_have_the_numbers_of_the_protocol) {
    for (auto const& [kind, number] :
         {std::pair{span_kind::internal, 1}, std::pair{span_kind::server, 2}, std::pair{span_kind::client, 3}}) {
        auto span = some_span();
        span.kind = kind;
        EXPECT_EQ(exported({span}).span().find("kind")->as_int64(), number);
    }
}

TEST(otlp, a_root_has_no_parent) {
    auto span = some_span();
    span.parent = {};
    EXPECT_FALSE(exported({span}).span().find("parentSpanId"));
}

TEST(otlp, batches_and_instances_are_said_where_there_are_any) {
    auto span = some_span();
    span.at = shop_server::hop::client;
    span.items = 12;
    span.instance = "http://a:1\"";
    EXPECT_EQ(exported::attributes(exported({span}).span()), (attributes{{"operation", "orders.place"},
                                                                         {"hop", "client"},
                                                                         {"code", "ok"},
                                                                         {"items", "#12"},
                                                                         {"instance", "http://a:1\""}}));
}

TEST(otlp, faults_have_the_status_error_and_refusals_none) {
    auto const status = [](std::optional<shop_server::outcome> ended) {
        auto span = some_span();
        span.ended = ended;
        exported const sent({span});
        auto const found = sent.span().find("status");
        return found ? found->find("code")->as_int64() : 0;
    };
    EXPECT_EQ(status(shop_server::outcome()), 0);
    EXPECT_EQ(status(error_code::out_of_stock), 0);
    EXPECT_EQ(status(error_code::rate_limited), 0);
    EXPECT_EQ(status(error_code::overloaded), 2);
    EXPECT_EQ(status(error_code::deadline_exceeded), 2);
    EXPECT_EQ(status(error_code::internal), 2);
    EXPECT_EQ(status(std::nullopt), 2);
}

TEST(otlp, work_given_up_has_no_code) {
    auto span = some_span();
    span.ended = std::nullopt;
    EXPECT_FALSE(exported::attributes(exported({span}).span()).contains("code"));
}

TEST(otlp, a_full_batch_is_valid_json) {
    std::vector<finished_span> spans(512, some_span());
    for (std::size_t i = 0; i < spans.size(); ++i) spans[i].id = {i + 1};
    exported const sent(spans);
    ASSERT_EQ(sent.spans().size(), 512U);
    std::uint64_t last = 0;
    for (auto const span : sent.spans()) last = std::stoull(std::string(span.find("spanId")->as_string()), nullptr, 16);
    EXPECT_EQ(last, 512U);
    EXPECT_TRUE(exported({}).spans().size() == 0);
}

}  // namespace
