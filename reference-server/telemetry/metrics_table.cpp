#include "metrics_table.hpp"

#include <algorithm>

namespace shop_server {

namespace {

constexpr auto metric_rows = [] {
    using enum metric_type;
    return std::array{
        metric_row{"shop_requests_total",
                   counter,
                   {"operation", "hop", "code"},
                   "Requests answered, each item of a batch counted; code is ok or the word of the error"},
        metric_row{"shop_request_duration_seconds",
                   histogram,
                   {"operation", "hop"},
                   "Time from taking a request to answering it"},
        metric_row{"shop_batch_items", histogram, {"operation", "hop"}, "Items that went together in one batch"},
        metric_row{"shop_queue_items", gauge, {"queue"}, "Items that wait in a queue now"},
        metric_row{"shop_open_operations", gauge, {}, "Orders with an operation that is begun and not concluded"},
        metric_row{"shop_event_backlog", gauge, {"subscriber"}, "Events a subscriber has not been told yet"},
        metric_row{"shop_event_age_seconds",
                   gauge,
                   {"subscriber"},
                   "Age of the oldest event a subscriber has not been told, 0 if there is none"},
        metric_row{"shop_database_connections", gauge, {"state"}, "Connections to the database, by what they do"},
        metric_row{
            "shop_database_reruns_total", counter, {}, "Batches run again after a conflict or a lost connection"},
        metric_row{"shop_database_in_doubt_total", counter, {}, "Commits whose outcome was unknown at first"},
        metric_row{"shop_breaker_open",
                   gauge,
                   {"service", "instance"},
                   "1 while calls to an instance are refused because it failed, else 0"},
        metric_row{"shop_channel_in_flight", gauge, {"service", "instance"}, "Calls to an instance not answered yet"},
        metric_row{"shop_channel_retries_total", counter, {"service"}, "Calls made once more after a failure"},
        metric_row{"shop_channel_hedges_total",
                   counter,
                   {"service"},
                   "Calls made once more because an instance did not answer in its usual time, or was left alone"},
        metric_row{"shop_channel_ejections_total",
                   counter,
                   {"service", "instance"},
                   "Times an instance was taken out of the balance for failing"},
        metric_row{"shop_stock_outs_total", counter, {}, "Orders and reservations refused for want of stock"},
        metric_row{"shop_http_connections", gauge, {}, "Connections of clients that are open"},
        metric_row{"shop_streams_open", gauge, {"operation"}, "Streams of live updates that are open"},
        metric_row{"shop_stream_events_total", counter, {"operation"}, "Events written to streams of live updates"},
        metric_row{"shop_streams_ended_total",
                   counter,
                   {"operation", "reason"},
                   "Streams of live updates that ended: by the client, for reading too slowly, for lost access, by the "
                   "server"},
        metric_row{"shop_rate_limited_total", counter, {}, "Requests refused because a client sent too many"},
        metric_row{"shop_unauthenticated_total", counter, {}, "Requests refused for missing or wrong credentials"},
        metric_row{"shop_security_events_total",
                   counter,
                   {"event"},
                   "Security events, by the word that follows security. in the log"},
        metric_row{"shop_reconciliation_mismatches_total",
                   counter,
                   {},
                   "Differences found between what two services recorded of the same thing; any is a defect"},
        metric_row{"shop_spans_dropped_total",
                   counter,
                   {},
                   "Trace spans that were lost because the collector was away or too slow"},
        metric_row{"shop_info", gauge, {"version", "role"}, "Always 1: what runs here"},
        metric_row{"process_resident_memory_bytes", gauge, {}, "Memory of the process that is in RAM"},
        metric_row{"process_open_fds", gauge, {}, "File descriptors the process has open"},
        metric_row{"process_cpu_seconds_total", counter, {}, "Processor time the process has used, user and system"},
    };
}();

constexpr std::string_view metrics_introduction = R"(# Metrics

Generated from `metrics_table` in `reference-server/telemetry/metrics_table.cpp` by the unit test
`metrics_document_is_current`; to change this page, change the table and run the test with `SHOP_WRITE_DOCS=1`.

`GET /metrics` answers in the Prometheus text format 0.0.4. A metric appears with the role that has it: a gateway has no
database, an inventory no open operations.

`hop` says where a request was looked at: `edge`, where it came in from outside; `service`, in the service that did it;
`client`, where one process called another. `operation` is a name of the operation tables (`orders.place`), or `none`
for a request that is none of them. `code` is `ok` or a word of [errors.md](errors.md); a code appears with its first
request, `ok` from the start.

`reason` says why a stream ended: `client`, it left; `slow_reader`, it did not read; `access`, its key or token holds no
more; `server`, the server stops, or lost what it reads from.

Durations are counted in 14 buckets from 0.5 ms to 10 s, batches in 11 from 1 to 1,024 items.

)";

}  // namespace

std::span<metric_row const> metrics_table() {
    return metric_rows;
}

metric_row const* find_metric(std::string_view name) {
    auto const found = std::ranges::find(metric_rows, name, &metric_row::name);
    return found == metric_rows.end() ? nullptr : &*found;
}

std::string metrics_document() {
    std::string text(metrics_introduction);
    text += "| Metric | Type | Labels | Meaning |\n|---|---|---|---|\n";
    for (auto const& row : metric_rows) {
        text.append("| `").append(row.name).append("` | ").append(shop::to_word(row.type)).append(" | ");
        std::string_view before = "`";
        for (auto const label : row.labels()) {
            text.append(before).append(label).append("`");
            before = ", `";
        }
        if (!row.labels().empty()) text += ' ';
        text.append("| ").append(row.meaning).append(" |\n");
    }
    return text;
}

}  // namespace shop_server
