#include "telemetry/metrics.hpp"

#include <gmock/gmock.h>

#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>
#include <thread>

#include <shop/inventory/operations.hpp>
#include <shop/orders/operations.hpp>

#include "exposition.hpp"

namespace {

using namespace std::chrono_literals;
using shop::error_code;
using shop_server::hop;
using shop_server::metrics;
using shop_server::outcome;
using telemetry_test::exposition;
using labels = exposition::labels;

TEST(exposition, refuses_what_a_scraper_might_stumble_over) {
    std::string const head = "# HELP a Help\n# TYPE a counter\n";
    EXPECT_NO_THROW(exposition(head + "a{x=\"1\\\\\\\"\\n\"} 1\n"));
    for (std::string const bad :
         {"a 1\n", "# HELP a Help\n# TYPE a counter\n", "# HELP a Help\na 1\n", "# TYPE a counter\na 1\n"}) {
        EXPECT_THROW(exposition{bad}, std::invalid_argument) << bad;
    }
    for (std::string const bad :
         {"a 1", "a one\n", "a 1\na 2\n", "b 1\n", "a{x=\"1} 1\n", "a{x=\"\\t\"} 1\n", "a{x=\"1\",x=\"2\"} 1\n",
          "a -1\n", "a{1=\"1\"} 1\n", "\na 1\n", "a 1\n# TYPE a counter\n", "a 1\n# HELP a Help\n", "a 1 x\n"}) {
        EXPECT_THROW(exposition{head + bad}, std::invalid_argument) << bad;
    }
    std::string const histogram = "# HELP h Help\n# TYPE h histogram\n";
    std::string const rest = "h_sum 1\nh_count 2\n";
    EXPECT_NO_THROW(exposition(histogram + "h_bucket{le=\"1\"} 1\nh_bucket{le=\"+Inf\"} 2\n" + rest));
    EXPECT_THROW(exposition(histogram + "h_bucket{le=\"1\"} 3\nh_bucket{le=\"+Inf\"} 2\n" + rest),
                 std::invalid_argument);
    EXPECT_THROW(exposition(histogram + "h_bucket{le=\"1\"} 2\n" + rest), std::invalid_argument);
    EXPECT_THROW(exposition(histogram + "h_bucket{le=\"+Inf\"} 1\n" + rest), std::invalid_argument);
}

TEST(metrics, say_nothing_when_there_is_nothing_to_say) {
    EXPECT_EQ(metrics().text(), "");
}

TEST(metrics, count_requests_by_operation_hop_and_code) {
    metrics all;
    auto& placed = all.meter("orders.place", hop::edge);
    placed.count({}, 3ms);
    placed.count({}, 3ms);
    placed.count(error_code::out_of_stock, 1ms);
    all.meter("orders.place", hop::service).count(error_code::internal, 1ms);

    exposition const told(all.text());
    auto const place = [](char const* at, char const* code) {
        return labels{{"operation", "orders.place"}, {"hop", at}, {"code", code}};
    };
    EXPECT_EQ(told.at("shop_requests_total", place("edge", "ok")), 2);
    EXPECT_EQ(told.at("shop_requests_total", place("edge", "out_of_stock")), 1);
    EXPECT_EQ(told.at("shop_requests_total", place("service", "ok")), 0);
    EXPECT_EQ(told.at("shop_requests_total", place("service", "internal")), 1);
    EXPECT_FALSE(told.has("shop_requests_total", place("edge", "internal")));
    EXPECT_EQ(told.families().at("shop_requests_total").type, "counter");
}

TEST(metrics, durations_fall_into_the_first_bucket_that_holds_them) {
    metrics all;
    auto& meter = all.meter("orders.get", hop::client);
    for (auto const took : {-1ns, 0ns, 500'000ns, 500'001ns, 10'000'000'000ns, 10'000'000'001ns}) meter.count({}, took);

    exposition const told(all.text());
    auto const up_to = [&](char const* le) {
        return told.at("shop_request_duration_seconds_bucket",
                       {{"operation", "orders.get"}, {"hop", "client"}, {"le", le}});
    };
    EXPECT_EQ(up_to("0.0005"), 3);
    EXPECT_EQ(up_to("0.001"), 4);
    EXPECT_EQ(up_to("5"), 4);
    EXPECT_EQ(up_to("10"), 5);
    EXPECT_EQ(up_to("+Inf"), 6);
    labels const get{{"operation", "orders.get"}, {"hop", "client"}};
    EXPECT_DOUBLE_EQ(told.at("shop_request_duration_seconds_sum", get), 20.001000002);
}

TEST(metrics, batches_are_told_where_there_are_any) {
    metrics all;
    all.meter("orders.place", hop::edge);
    auto& meter = all.meter("inventory.allocate", hop::client);
    for (std::size_t const items : {1, 2, 3, 1'024, 1'025}) meter.count_batch(items);

    exposition const told(all.text());
    auto const up_to = [&](char const* le) {
        return told.at("shop_batch_items_bucket", {{"operation", "inventory.allocate"}, {"hop", "client"}, {"le", le}});
    };
    EXPECT_EQ(up_to("1"), 1);
    EXPECT_EQ(up_to("2"), 2);
    EXPECT_EQ(up_to("4"), 3);
    EXPECT_EQ(up_to("1024"), 4);
    EXPECT_EQ(up_to("+Inf"), 5);
    EXPECT_FALSE(told.has("shop_batch_items_count", {{"operation", "orders.place"}, {"hop", "edge"}}));
}

TEST(metrics, meters_follow_the_rows_of_an_operation_table) {
    metrics all;
    auto const meters = all.meters(shop::orders::operations, hop::edge);
    ASSERT_EQ(meters.size(), std::tuple_size_v<decltype(shop::orders::operations)>);
    EXPECT_EQ(meters[0], &all.meter(std::get<0>(shop::orders::operations).name, hop::edge));
    EXPECT_EQ(meters.back(), &all.meter("orders.cancel", hop::edge));
    EXPECT_NE(meters.back(), &all.meter("orders.cancel", hop::client));
}

TEST(metrics, values_kept_elsewhere_are_read_at_each_scrape) {
    metrics all;
    double open = 1;
    all.gauge("shop_open_operations", {}, [&] { return open; });
    all.counter("shop_stock_outs_total", {}, [] { return 1e15 + 1; });
    EXPECT_EQ(exposition(all.text()).at("shop_open_operations"), 1);
    open = 2.5;
    exposition const told(all.text());
    EXPECT_EQ(told.at("shop_open_operations"), 2.5);
    EXPECT_EQ(told.at("shop_stock_outs_total"), 1e15 + 1);
    EXPECT_EQ(told.families().at("shop_open_operations").type, "gauge");
}

TEST(metrics, series_of_one_name_stand_together_whatever_their_labels_hold) {
    metrics all;
    std::string const odd = "http://a\\b\"c\n\xc3\xa9{}=,";
    all.gauge("shop_breaker_open", {{"service", "orders"}, {"instance", odd}}, [] { return 1.0; });
    all.gauge("shop_open_operations", {}, [] { return 0.0; });
    all.gauge("shop_breaker_open", {{"service", "orders"}, {"instance", "b"}}, [] { return 0.0; });
    exposition const told(all.text());
    EXPECT_EQ(told.at("shop_breaker_open", {{"service", "orders"}, {"instance", odd}}), 1);
    EXPECT_EQ(told.at("shop_breaker_open", {{"service", "orders"}, {"instance", "b"}}), 0);
}

TEST(metrics, what_is_removed_is_neither_told_nor_read) {
    metrics all;
    int reads = 0;
    labels const a{{"service", "orders"}, {"instance", "a"}};
    all.gauge("shop_channel_in_flight", a, [&] { return ++reads; });
    all.remove("shop_channel_in_flight", a);
    EXPECT_EQ(all.text(), "");
    EXPECT_EQ(reads, 0);
    EXPECT_THROW(all.remove("shop_channel_in_flight", a), std::logic_error);
    all.gauge("shop_channel_in_flight", a, [&] { return 7.0; });
    EXPECT_EQ(exposition(all.text()).at("shop_channel_in_flight", a), 7);
}

TEST(metrics, what_has_no_row_in_the_table_is_refused) {
    metrics all;
    auto const zero = [] { return 0.0; };
    EXPECT_THROW(all.gauge("shop_unheard_of", {}, zero), std::logic_error);
    EXPECT_THROW(all.counter("shop_open_operations", {}, zero), std::logic_error);
    EXPECT_THROW(all.gauge("shop_stock_outs_total", {}, zero), std::logic_error);
    EXPECT_THROW(all.gauge("shop_request_duration_seconds", {}, zero), std::logic_error);
    EXPECT_THROW(all.counter("shop_requests_total", {{"operation", "a"}, {"hop", "edge"}, {"code", "ok"}}),
                 std::logic_error);
    EXPECT_THROW(all.gauge("shop_queue_items", {}, zero), std::logic_error);
    EXPECT_THROW(all.gauge("shop_queue_items", {{"line", "a"}}, zero), std::logic_error);
    EXPECT_THROW(all.gauge("shop_queue_items", {{"queue", "a"}, {"line", "a"}}, zero), std::logic_error);
    EXPECT_THROW(all.gauge("shop_queue_items", {{"queue", "\xff"}}, zero), std::logic_error);
    EXPECT_THROW(all.meter("\xff", hop::edge), std::logic_error);
    all.gauge("shop_queue_items", {{"queue", "a"}}, zero);
    EXPECT_THROW(all.gauge("shop_queue_items", {{"queue", "a"}}, zero), std::logic_error);
    EXPECT_EQ(exposition(all.text()).families().size(), 1U);
}

TEST(metrics, counts_made_by_several_threads_are_all_told) {
    metrics all;
    auto& meter = all.meter("orders.place", hop::service);
    auto& limited = all.counter("shop_rate_limited_total", {});
    constexpr int each = 20'000;
    auto const work = [&] {
        for (int i = 0; i < each; ++i) {
            meter.count({}, 1us);
            limited.add();
        }
    };
    std::thread one(work), two(work);
    for (int i = 0; i < 50; ++i) EXPECT_NO_THROW(exposition(all.text()));
    one.join();
    two.join();
    exposition const told(all.text());
    EXPECT_EQ(told.at("shop_request_duration_seconds_count", {{"operation", "orders.place"}, {"hop", "service"}}),
              2 * each);
    EXPECT_EQ(told.at("shop_rate_limited_total"), 2 * each);
}

TEST(metrics_table, rows_are_fit_for_prometheus) {
    std::set<std::string_view> names;
    for (auto const& row : shop_server::metrics_table()) {
        EXPECT_TRUE(names.insert(row.name).second) << row.name;
        EXPECT_EQ(row.meaning.find_first_of("\\\n|"), row.meaning.npos) << row.name;
        EXPECT_FALSE(row.meaning.empty()) << row.name;
        EXPECT_EQ(row.name.ends_with("_total"), row.type == shop_server::metric_type::counter) << row.name;
    }
}

TEST(metrics_table, metrics_document_is_current) {
    auto const path = std::string(SHOP_SOURCE_DIR) + "/docs/metrics.md";
    if (std::getenv("SHOP_WRITE_DOCS") != nullptr)
        std::ofstream(path, std::ios::binary) << shop_server::metrics_document();
    std::ifstream file(path, std::ios::binary);
    std::stringstream stored;
    stored << file.rdbuf();
    EXPECT_EQ(stored.str(), shop_server::metrics_document())
        << "run this test with SHOP_WRITE_DOCS=1 and commit docs/metrics.md";
}

TEST(outcome, has_a_word_for_each_end) {
    EXPECT_EQ(outcome().word(), "ok");
    EXPECT_EQ(outcome(error_code::malformed_json).word(), "malformed_json");
    EXPECT_EQ(outcome(error_code::internal).word(), "internal");
    EXPECT_EQ(outcome(error_code::internal).index() + 1, outcome::count);
    EXPECT_EQ(outcome::of(shop::result<int>(1)), outcome());
    EXPECT_EQ(outcome::of(shop::result<void>(shop::error(error_code::overloaded))), outcome(error_code::overloaded));
    EXPECT_TRUE(outcome(error_code::overloaded).is_fault());
    EXPECT_FALSE(outcome(error_code::out_of_stock).is_fault());
    EXPECT_FALSE(outcome().is_fault());
}

}  // namespace
