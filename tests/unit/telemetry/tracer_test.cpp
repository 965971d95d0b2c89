#include "telemetry/tracer.hpp"

#include <gmock/gmock.h>

#include <limits>
#include <map>
#include <vector>

#include <shop/async/signal.hpp>
#include <shop/json/json.hpp>
#include <shop/testing/manual_scheduler.hpp>
#include <shop/testing/seeded_ids.hpp>

namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;
using shop::error_code;
using shop_server::hop;
using shop_server::span_kind;
using shop_server::tracer;
using shop_server::tracer_options;

constexpr std::string_view sampled = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
constexpr std::string_view not_sampled = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00";

/// Counts lines by their event.
class counting_log final : public shop::log_sink {
public:
    bool wants(shop::severity) const override { return true; }
    void write(shop::severity, std::string_view event, std::initializer_list<shop::log_field>) override {
        ++lines[std::string(event)];
    }
    std::map<std::string, int> lines;
};

/// A tracer on virtual time, and the collector it sends to.
class tracing : public testing::Test {
protected:
    struct arrival {
        std::chrono::milliseconds at;
        std::string body;
        std::size_t spans;
    };

    ~tracing() override {
        tracer_.stop();
        hang_ = false;
        if (hung_) hung_->set();
        run_for(1s);
    }

    void turn_on(tracer_options options = {}) {
        options.source = {"shop-order", "1.2.3", "order-1"};
        tracer_ = tracer(
            {context_.get_executor(), &clock_, &ids_, &log_}, options, [this] { return ++drawn_; },
            [this](std::string body) { return collect(std::move(body)); });
        tracer_.start();
        run_for(0ms);
    }

    asio::awaitable<shop::result<void>> collect(std::string body) {
        shop::json::tape tape;
        EXPECT_TRUE(tape.parse(body)) << body;
        auto const spans = *(*(*tape.root().find("resourceSpans")->begin()).find("scopeSpans")->begin()).find("spans");
        auto const at = std::chrono::duration_cast<std::chrono::milliseconds>(clock_.now() - born_);
        arrived_.push_back({at, body, spans.size()});
        if (hang_) {
            hung_ = std::make_shared<shop::signal>();
            auto const kept = hung_;
            co_await kept->wait();
        }
        if (throws_) throw std::runtime_error("connection reset");
        if (failing_) co_return shop::error(*failing_);
        co_return shop::result<void>();
    }

    shop_server::span start_span(std::string_view operation, span_kind kind, hop at, std::string_view parent = {}) {
        return tracer_.start_span(operation, kind, at, tracer_.draw(parent), parent);
    }
    void make_spans(std::size_t n) {
        for (; n > 0; --n) start_span("orders.place", span_kind::server, hop::edge).finish({});
    }
    void run_for(std::chrono::milliseconds t) { clock_.run_for(context_, t); }

    std::vector<std::chrono::milliseconds> times() const {
        std::vector<std::chrono::milliseconds> out;
        for (auto const& a : arrived_) out.push_back(a.at);
        return out;
    }
    std::vector<std::size_t> sizes() const {
        std::vector<std::size_t> out;
        for (auto const& a : arrived_) out.push_back(a.spans);
        return out;
    }

    asio::io_context context_{1};
    shop::testing::manual_scheduler clock_;
    shop::testing::seeded_ids ids_;
    counting_log log_;
    shop::steady_time const born_ = clock_.now();
    std::uint64_t drawn_ = 0;
    std::vector<arrival> arrived_;
    std::optional<error_code> failing_;
    bool throws_ = false;
    bool hang_ = false;
    std::shared_ptr<shop::signal> hung_;
    tracer tracer_;
};

TEST_F(tracing, is_off_unless_turned_on) {
    EXPECT_FALSE(tracer_.is_on());
    auto span = start_span("orders.place", span_kind::server, hop::edge, sampled);
    EXPECT_FALSE(span);
    EXPECT_EQ(tracer_.draw(sampled), "");
    EXPECT_EQ(tracer_.draw(), "");
    span.set_items(3);
    span.set_instance("a");
    span.finish({});
    tracer_.start();
    tracer_.stop();
    EXPECT_EQ(tracer_.dropped() + tracer_.exported() + tracer_.waiting(), 0U);
}

TEST_F(tracing, a_span_is_sent_within_the_period) {
    turn_on();
    {
        auto span = start_span("orders.place", span_kind::client, hop::client, sampled);
        EXPECT_TRUE(span);
        clock_.advance(1ms);
        span.set_items(7);
        span.set_instance("http://a");
        span.finish(error_code::unavailable);
        span.finish({});  // is finished already
    }
    run_for(4'998ms);
    EXPECT_TRUE(arrived_.empty());
    run_for(1ms);
    ASSERT_EQ(sizes(), std::vector<std::size_t>{1});
    EXPECT_EQ(tracer_.exported(), 1U);
    EXPECT_EQ(tracer_.waiting(), 0U);
    EXPECT_EQ(
        arrived_[0].body,
        R"({"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"shop-order"}},)"
        R"({"key":"service.version","value":{"stringValue":"1.2.3"}},)"
        R"({"key":"service.instance.id","value":{"stringValue":"order-1"}}]},)"
        R"("scopeSpans":[{"scope":{"name":"shop","version":"1.2.3"},"spans":[)"
        R"({"traceId":"0af7651916cd43dd8448eb211c80319c","spanId":"0000000000000001",)"
        R"("parentSpanId":"b7ad6b7169203331","name":"orders.place","kind":3,)"
        R"("startTimeUnixNano":"1767225600000000000","endTimeUnixNano":"1767225600001000000",)"
        R"("attributes":[{"key":"operation","value":{"stringValue":"orders.place"}},)"
        R"({"key":"hop","value":{"stringValue":"client"}},{"key":"code","value":{"stringValue":"unavailable"}},)"
        R"({"key":"items","value":{"intValue":"7"}},{"key":"instance","value":{"stringValue":"http://a"}}],)"
        R"("status":{"code":2}}]}]}]})");
}

TEST_F(tracing, nothing_is_sent_when_there_is_nothing) {
    turn_on();
    run_for(1h);
    EXPECT_TRUE(arrived_.empty());
}

TEST_F(tracing, below_a_parent_that_is_not_recorded_nothing_is) {
    turn_on();
    EXPECT_EQ(tracer_.draw(not_sampled), "");
    EXPECT_FALSE(tracer_.start_span("orders.place", span_kind::server, hop::edge, not_sampled));
    EXPECT_FALSE(tracer_.start_span("orders.place", span_kind::server, hop::edge, ""));
}

TEST_F(tracing, a_root_is_recorded_by_the_ratio_and_a_child_by_its_root) {
    tracer_options none;
    none.sample_ratio = 0;
    turn_on(none);
    auto const root = tracer_.draw("not a traceparent");
    EXPECT_EQ(root, "00-00000000000000010000000000000002-0000000000000003-00")
        << "others are told that it is not recorded";
    EXPECT_FALSE(tracer_.start_span("orders.place", span_kind::server, hop::edge, root));
    EXPECT_EQ(tracer_.draw(root), "");
    EXPECT_TRUE(start_span("orders.place", span_kind::internal, hop::service, sampled));
}

TEST_F(tracing, work_done_for_a_span_lies_below_it) {
    turn_on();
    auto const root = tracer_.draw(), below = tracer_.draw(root);
    tracer_.start_span("orders.place", span_kind::client, hop::client, below, root).finish({});
    tracer_.start_span("orders.place", span_kind::server, hop::edge, root).finish({});
    run_for(5s);
    ASSERT_EQ(arrived_.size(), 1U);
    auto const id_of = [](std::string const& traceparent) { return "\"" + traceparent.substr(36, 16) + "\""; };
    EXPECT_EQ(below.substr(0, 36), root.substr(0, 36)) << "one trace";
    EXPECT_THAT(arrived_[0].body,
                testing::HasSubstr("\"spanId\":" + id_of(below) + ",\"parentSpanId\":" + id_of(root) + ",\"name\""));
    EXPECT_THAT(arrived_[0].body, testing::HasSubstr("\"spanId\":" + id_of(root) + ",\"name\""));
}

TEST_F(tracing, work_given_up_is_told_without_a_code) {
    turn_on();
    try {
        auto const span = start_span("orders.place", span_kind::server, hop::edge);
        throw std::runtime_error("cut off");
    } catch (std::runtime_error const&) {
        EXPECT_EQ(tracer_.waiting(), 1U);
    }
    run_for(5s);
    ASSERT_EQ(arrived_.size(), 1U);
    EXPECT_THAT(arrived_[0].body, testing::HasSubstr("\"status\":{\"code\":2}"));
    EXPECT_THAT(arrived_[0].body, testing::Not(testing::HasSubstr("\"code\",")));
}

TEST_F(tracing, a_span_that_moves_is_told_once) {
    turn_on();
    auto one = start_span("orders.place", span_kind::server, hop::edge);
    auto other = std::move(one);
    one = start_span("orders.get", span_kind::server, hop::edge);
    one = std::move(other);  // what it held is given up
    EXPECT_EQ(tracer_.waiting(), 1U);
    one.finish({});
    EXPECT_EQ(tracer_.waiting(), 2U);
}

TEST_F(tracing, a_half_full_queue_is_sent_at_once_in_batches) {
    turn_on();
    run_for(1s);
    make_spans(1'023);
    run_for(1s);
    EXPECT_TRUE(arrived_.empty());
    make_spans(2);
    run_for(0ms);
    EXPECT_EQ(sizes(), (std::vector<std::size_t>{512, 512, 1}));
    EXPECT_EQ(times(), (std::vector<std::chrono::milliseconds>{2s, 2s, 2s}));
    EXPECT_EQ(tracer_.exported(), 1'025U);
}

TEST_F(tracing, what_has_no_room_is_dropped_and_counted) {
    turn_on();
    make_spans(2'048 + 10);  // the exporter has not had a turn yet
    EXPECT_EQ(tracer_.waiting(), 2'048U);
    EXPECT_EQ(tracer_.dropped(), 10U);
    run_for(0ms);
    EXPECT_EQ(tracer_.exported(), 2'048U);
}

TEST_F(tracing, a_failed_batch_is_tried_again_later_and_later) {
    turn_on();
    make_spans(1);
    failing_ = error_code::unavailable;
    run_for(5s + 1s + 2s + 4s);
    EXPECT_EQ(times(), (std::vector<std::chrono::milliseconds>{5s, 6s, 8s, 12s}));
    failing_ = std::nullopt;
    make_spans(1);
    run_for(8s);
    EXPECT_EQ(sizes(), (std::vector<std::size_t>{1, 1, 1, 1, 1, 1}));
    EXPECT_EQ(tracer_.exported(), 2U);
    EXPECT_EQ(tracer_.dropped(), 0U);
    EXPECT_EQ(arrived_[4].body, arrived_[0].body);
    EXPECT_EQ(log_.lines,
              (std::map<std::string, int>{{"spans cannot be exported", 1}, {"spans are exported again", 1}}));
}

TEST_F(tracing, news_do_not_hurry_a_collector_that_fails) {
    turn_on();
    make_spans(1);
    failing_ = error_code::unavailable;
    run_for(5s + 1s + 2s + 4s + 1s);  // the next try is at 20 s
    make_spans(1'500);
    run_for(6s);
    EXPECT_EQ(times(), (std::vector<std::chrono::milliseconds>{5s, 6s, 8s, 12s}));
    failing_ = std::nullopt;
    run_for(1s);
    EXPECT_EQ(tracer_.exported(), 1'501U);
}

TEST_F(tracing, what_the_collector_throws_is_a_failure_like_any_other) {
    turn_on();
    make_spans(1);
    throws_ = true;
    run_for(6s);
    throws_ = false;
    run_for(2s);
    EXPECT_EQ(times(), (std::vector<std::chrono::milliseconds>{5s, 6s, 8s}));
    EXPECT_EQ(tracer_.exported(), 1U);
}

TEST_F(tracing, a_batch_the_collector_refuses_for_good_is_not_repeated) {
    turn_on();
    make_spans(1);
    failing_ = error_code::malformed_request;
    run_for(4'999ms + 1ms);
    EXPECT_EQ(tracer_.dropped(), 1U);
    failing_ = std::nullopt;
    make_spans(1);
    run_for(5s);
    EXPECT_EQ(times(), (std::vector<std::chrono::milliseconds>{5s, 10s}));
    EXPECT_EQ(tracer_.exported(), 1U);
}

TEST_F(tracing, a_batch_is_dropped_after_the_last_try_and_a_dead_collector_is_asked_once_a_minute) {
    turn_on();
    failing_ = error_code::unavailable;
    make_spans(2'048);
    run_for(1s + 2s + 4s + 8s + 16s + 32s);
    EXPECT_EQ(times(), (std::vector<std::chrono::milliseconds>{0s, 1s, 3s, 7s, 15s, 31s, 63s}));
    EXPECT_EQ(tracer_.dropped(), 0U);
    run_for(60s);
    EXPECT_EQ(arrived_.size(), 8U);
    EXPECT_EQ(tracer_.dropped(), 512U);
    run_for(10min);
    EXPECT_EQ(arrived_.size(), 18U);
    EXPECT_EQ(tracer_.dropped(), 1'024U);
    EXPECT_EQ(log_.lines["spans cannot be exported"], 2);
}

TEST_F(tracing, a_dead_collector_costs_bounded_memory_and_no_request_waits_for_it) {
    turn_on();
    failing_ = error_code::unavailable;
    auto const began = clock_.now();
    make_spans(1'000'000);
    EXPECT_EQ(clock_.now(), began) << "spans are finished without a turn of the executor";
    EXPECT_EQ(tracer_.waiting(), 2'048U);
    for (int minute = 0; minute < 60; ++minute) {
        run_for(1min);
        make_spans(10'000);
        EXPECT_LE(tracer_.waiting(), 2'048U);
    }
    EXPECT_LE(arrived_.size(), 75U) << "news do not hurry it";
    EXPECT_EQ(tracer_.exported(), 0U);
    // Of all of them at most the queue and the batch under way are still there.
    EXPECT_GE(tracer_.dropped(), 1'600'000U - 2'048 - 512);
}

TEST_F(tracing, a_collector_that_never_answers_costs_bounded_memory) {
    turn_on();
    hang_ = true;
    for (int minute = 0; minute < 60; ++minute) {
        make_spans(1'000);
        run_for(1min);
        EXPECT_LE(tracer_.waiting(), 2'048U);
    }
    EXPECT_EQ(arrived_.size(), 1U);
    EXPECT_EQ(tracer_.waiting() + tracer_.dropped() + arrived_[0].spans, 60'000U);
}

TEST_F(tracing, what_is_left_is_sent_when_it_stops) {
    turn_on();
    make_spans(600);
    tracer_.stop();
    make_spans(1);  // too late
    run_for(0ms);
    EXPECT_EQ(sizes(), (std::vector<std::size_t>{512, 88}));
    EXPECT_EQ(tracer_.dropped(), 1U);
    run_for(1h);
    EXPECT_EQ(clock_.pending(), 0U);
}

TEST_F(tracing, what_is_left_is_sent_when_it_stops_before_its_first_turn) {
    turn_on();
    tracer_.stop();
    run_for(1s);
    arrived_.clear();
    tracer again(
        {context_.get_executor(), &clock_, &ids_, &log_}, {}, [this] { return ++drawn_; },
        [this](std::string body) { return collect(std::move(body)); });
    again.start_span("orders.get", span_kind::server, hop::edge, again.draw()).finish({});
    again.start();
    again.stop();
    run_for(1s);
    EXPECT_EQ(sizes(), std::vector<std::size_t>{1});
}

TEST_F(tracing, it_stops_at_once_when_the_collector_is_away) {
    turn_on();
    failing_ = error_code::unavailable;
    make_spans(2'048);
    run_for(30s);
    auto const tries = arrived_.size();
    tracer_.stop();
    run_for(0ms);
    EXPECT_EQ(arrived_.size(), tries + 1);
    EXPECT_EQ(tracer_.dropped(), 2'048U);
    EXPECT_EQ(tracer_.waiting(), 0U);
}

TEST_F(tracing, a_wall_clock_that_jumps_moves_later_spans_and_no_duration) {
    turn_on();
    auto span = start_span("orders.place", span_kind::server, hop::edge);
    clock_.jump_wall_clock(-1h);
    run_for(5s);  // the tracer looks at the clock
    span.finish({});
    run_for(5s);
    ASSERT_EQ(arrived_.size(), 1U);
    // 2025-12-31 23:00:00 and 5 s later
    EXPECT_THAT(arrived_[0].body, testing::HasSubstr("\"startTimeUnixNano\":\"1767222000000000000\","
                                                     "\"endTimeUnixNano\":\"1767222005000000000\""));
}

TEST_F(tracing, names_of_instances_are_bounded_text) {
    turn_on();
    auto span = start_span("orders.place", span_kind::client, hop::client);
    span.set_instance(std::string(255, 'a') + "\xc3\xa9z");
    span.finish({});
    auto other = start_span("orders.place", span_kind::client, hop::client);
    other.set_instance("\xff");
    other.finish({});
    run_for(5s);
    ASSERT_EQ(sizes(), std::vector<std::size_t>{2});
    EXPECT_THAT(arrived_[0].body, testing::HasSubstr("\"" + std::string(255, 'a') + "\""));
}

TEST_F(tracing, senseless_options_are_refused) {
    auto const refused = [&](auto change) {
        tracer_options options;
        change(options);
        EXPECT_THROW(turn_on(options), std::invalid_argument);
    };
    refused([](tracer_options& o) { o.sample_ratio = -0.1; });
    refused([](tracer_options& o) { o.sample_ratio = 1.1; });
    refused([](tracer_options& o) { o.sample_ratio = std::numeric_limits<double>::quiet_NaN(); });
    refused([](tracer_options& o) { o.queue_spans_max = 0; });
    refused([](tracer_options& o) { o.batch_spans_max = 0; });
    refused([](tracer_options& o) { o.attempts_max = 0; });
}

}  // namespace
