#include "telemetry/access_log.hpp"

#include <gmock/gmock.h>
#include <spdlog/sinks/ostream_sink.h>

#include <map>
#include <sstream>

#include <shop/json/json.hpp>

#include "telemetry/json_log.hpp"

namespace {

using namespace std::chrono_literals;
using shop_server::access_log;
using shop_server::answered_request;

/// Remembers the last line.
class noting_sink final : public shop::log_sink {
public:
    explicit noting_sink(shop::severity least = shop::severity::debug) : least_(least) {}
    bool wants(shop::severity level) const override { return level >= least_; }
    void write(shop::severity level, std::string_view event, std::initializer_list<shop::log_field> fields) override {
        ++lines;
        this->level = level;
        this->event = event;
        names.clear();
        values.clear();
        for (auto const& field : fields) {
            names.emplace_back(field.name);
            values[std::string(field.name)] = field.value;
        }
    }

    int lines = 0;
    shop::severity level{};
    std::string event;
    std::vector<std::string> names;
    std::map<std::string, std::string> values;

private:
    shop::severity least_;
};

answered_request some_request() {
    answered_request out;
    out.method = "POST";
    out.path = "/v1/orders";
    out.status = 201;
    out.took = 1'234'567ns;
    out.bytes = 512;
    out.operation = "orders.place";
    out.account = "till-3";
    out.id = "req-1";
    out.trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    out.client = "192.0.2.7";
    out.peer = "127.0.0.1";
    return out;
}

TEST(access_log, writes_a_line_with_all_its_fields) {
    noting_sink sink;
    access_log(sink).write(some_request());
    EXPECT_EQ(sink.lines, 1);
    EXPECT_EQ(sink.level, shop::severity::info);
    EXPECT_EQ(sink.event, "request");
    EXPECT_THAT(sink.names, testing::ElementsAre("method", "path", "status", "duration_ms", "bytes", "operation",
                                                 "account", "request_id", "trace_id", "client", "peer"));
    EXPECT_EQ(sink.values["method"], "POST");
    EXPECT_EQ(sink.values["path"], "/v1/orders");
    EXPECT_EQ(sink.values["status"], "201");
    EXPECT_EQ(sink.values["duration_ms"], "1.234");
    EXPECT_EQ(sink.values["bytes"], "512");
    EXPECT_EQ(sink.values["operation"], "orders.place");
    EXPECT_EQ(sink.values["account"], "till-3");
    EXPECT_EQ(sink.values["request_id"], "req-1");
    EXPECT_EQ(sink.values["trace_id"], "0af7651916cd43dd8448eb211c80319c");
    EXPECT_EQ(sink.values["client"], "192.0.2.7");
    EXPECT_EQ(sink.values["peer"], "127.0.0.1");
}

TEST(access_log, durations_are_milliseconds_with_three_decimals) {
    noting_sink sink;
    auto const told = [&](std::chrono::nanoseconds took) {
        auto what = some_request();
        what.took = took;
        access_log(sink).write(what);
        return sink.values["duration_ms"];
    };
    EXPECT_EQ(told(0ns), "0.000");
    EXPECT_EQ(told(999ns), "0.000");
    EXPECT_EQ(told(7us), "0.007");
    EXPECT_EQ(told(12'034us), "12.034");
    EXPECT_EQ(told(-5us), "0.000");
}

TEST(access_log, faults_are_warnings) {
    noting_sink sink;
    auto const level = [&](unsigned status) {
        auto what = some_request();
        what.status = status;
        access_log(sink).write(what);
        return sink.level;
    };
    EXPECT_EQ(level(200), shop::severity::info);
    EXPECT_EQ(level(499), shop::severity::info);
    EXPECT_EQ(level(500), shop::severity::warning);
    EXPECT_EQ(level(503), shop::severity::warning);
}

TEST(access_log, a_query_is_never_written) {
    noting_sink sink;
    auto what = some_request();
    for (auto const path : {"/v1/orders?token=secret", "/v1/orders#secret", "/v1/orders?#secret"}) {
        what.path = path;
        access_log(sink).write(what);
        EXPECT_EQ(sink.values["path"], "/v1/orders");
    }
}

TEST(access_log, long_paths_are_cut) {
    noting_sink sink;
    auto what = some_request();
    std::string const longest = "/" + std::string(255, 'a');
    what.path = longest;
    access_log(sink).write(what);
    EXPECT_EQ(sink.values["path"], longest);
    std::string const longer = longest + "b?c";
    what.path = longer;
    access_log(sink).write(what);
    EXPECT_EQ(sink.values["path"], longest);
}

TEST(access_log, what_is_no_trace_is_not_written_as_one) {
    noting_sink sink;
    auto what = some_request();
    for (auto const trace : {"", "00-secret", "0af7651916cd43dd8448eb211c80319c"}) {
        what.trace = trace;
        access_log(sink).write(what);
        EXPECT_EQ(sink.values["trace_id"], "");
    }
}

TEST(access_log, writes_nothing_that_nobody_reads) {
    noting_sink sink(shop::severity::warning);
    access_log log(sink);
    auto what = some_request();
    log.write(what);
    EXPECT_EQ(sink.lines, 0);
    what.status = 500;
    log.write(what);
    EXPECT_EQ(sink.lines, 1);
}

TEST(access_log, a_hostile_request_stays_one_line_of_json) {
    std::ostringstream out;
    shop_server::json_log log(shop::severity::info, std::make_shared<spdlog::sinks::ostream_sink_mt>(out));
    auto what = some_request();
    what.path = "/a\r\n{\"level\":\"error\"}\x1b[31m\xff";
    what.id = "\",\"status\":\"200";
    access_log(log).write(what);
    auto text = out.str();
    EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1);
    text.pop_back();
    auto const parsed = shop::json::parse(text);
    ASSERT_TRUE(parsed) << text;
    EXPECT_EQ(parsed->root().find("status")->as_string(), "201");
    EXPECT_EQ(parsed->root().find("request_id")->as_string(), what.id);
    EXPECT_EQ(parsed->root().size(), 14U);
}

TEST(access_log, says_of_an_item_whose_it_is) {
    noting_sink sink;
    shop_server::answered_item item;
    item.operation = "inventory.allocate";
    item.failure = "out_of_stock";
    item.took = 1'234'567ns;
    item.account = "till-3";
    item.id = "req-1";
    item.trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    access_log(sink).write(item);
    EXPECT_EQ(sink.event, "item");
    EXPECT_THAT(sink.names,
                testing::ElementsAre("operation", "failure", "duration_ms", "account", "request_id", "trace_id"));
    EXPECT_EQ(sink.values["failure"], "out_of_stock");
    EXPECT_EQ(sink.values["duration_ms"], "1.234");
    EXPECT_EQ(sink.values["request_id"], "req-1");
    EXPECT_EQ(sink.values["trace_id"], "0af7651916cd43dd8448eb211c80319c");
}

}  // namespace
