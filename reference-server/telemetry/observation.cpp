#include "observation.hpp"

#include <algorithm>
#include <chrono>

#include <shop/engine.hpp>
#include <shop/http/client.hpp>

#include "process_facts.hpp"

#ifndef SHOP_VERSION
#define SHOP_VERSION "0"
#endif

namespace shop_server {

using namespace std::chrono_literals;

namespace {

constexpr auto collector_answer_max = 5s;

tracer make_tracer(role what, settings const& with, shop::service_context const& context) {
    if (with.trace_collector.empty()) return {};
    tracer_options options;
    options.source.name = "shop-" + std::string(shop::to_word(what));
    options.source.version = SHOP_VERSION;
    options.source.instance_id = to_string(context.ids->next(context.clock->stamp()));
    options.sample_ratio = with.trace_ratio;
    auto const collector =
        std::make_shared<shop::http::client>(context.executor, *shop::http::origin::parse(with.trace_collector));
    tracer::send_function const send =
        [collector, clock = context.clock](std::string body) -> asio::awaitable<shop::result<void>> {
        shop::http::client_request message;
        message.method = "POST";
        message.target = "/v1/traces";
        message.headers.emplace_back("Content-Type", "application/json");
        message.body = std::move(body);
        auto const answer = co_await collector->exchange(std::move(message), clock->now() + collector_answer_max);
        if (!answer) co_return shop::error(shop::error_code::unavailable);
        if (answer->status / 100 == 2) co_return shop::result<void>{};
        bool const later = answer->status == 429 || answer->status / 100 == 5;
        co_return shop::error(later ? shop::error_code::unavailable : shop::error_code::malformed_request);
    };
    return tracer(context, std::move(options), system_random_bits(), send);
}

}  // namespace

observation::observation(role what, settings const& with, shop::service_context context)
    : context_(std::move(context)),
      tracer_(make_tracer(what, with, context_)),
      access_log_(*context_.log),
      security_(*context_.log),
      logs_access_(with.access_log.value_or(what == role::gateway)) {
    add_process_metrics(numbers_);
    numbers_.gauge("shop_info", {{"version", SHOP_VERSION}, {"role", std::string(shop::to_word(what))}},
                   [] { return 1.0; });
    for (std::size_t i = 0; i < words_of(security_event{}).size(); ++i) {
        auto const what = static_cast<security_event>(i);
        numbers_.counter("shop_security_events_total", {{"event", std::string(shop::to_word(what))}},
                         [this, what] { return static_cast<double>(security_.counted(what)); });
    }
    if (!tracer_.is_on()) return;
    numbers_.counter("shop_spans_dropped_total", {}, [this] { return static_cast<double>(tracer_.dropped()); });
    tracer_.start();
}

observation::~observation() = default;

operation_meter& observation::meter(std::string_view operation, hop where) {
    auto& known = meters_[{operation, where}];
    if (!known) known = &numbers_.meter(operation, where);
    return *known;
}

void observation::answered(shop::http::request const& request, shop::http::response const& answer,
                           std::string_view operation) {
    auto const took = context_.clock->now() - request.received;
    meter(operation.empty() ? no_operation : operation, hop::edge)
        .count(answer.failure ? outcome(*answer.failure) : outcome(), took);
    if (tracer_.is_on() && !operation.empty()) {
        auto span =
            tracer_.start_span(operation, span_kind::server, hop::edge, request.trace, request.parent_trace, took);
        span.finish(answer.failure ? outcome(*answer.failure) : outcome());
    }
    if (!logs_access_) return;
    answered_request line;
    line.method = request.method;
    line.path = request.path;
    line.status = answer.status;
    line.took = took;
    line.bytes = answer.body.size();
    line.operation = operation;
    if (request.by) line.account = request.by->account;
    line.id = request.id;
    line.trace = request.trace;
    line.client = request.client;
    line.peer = request.peer;
    access_log_.write(line);
}

shop::transport::observer observation::watch(hop where) {
    auto tell = [this, where](shop::transport::observed_items const& items) {
        auto& numbers = meter(items.operation, where);
        numbers.count_batch(items.failures.size());
        for (auto const& failure : items.failures) numbers.count(failure ? outcome(*failure) : outcome(), items.took);
        if (logs_access_ && where == hop::service) log_items(items);
        auto const kind = where == hop::client ? span_kind::client : span_kind::server;
        for (auto const& [item, parent, name] : items.spans) {
            auto span = tracer_.start_span(items.operation, kind, where, name, parent, items.took);
            span.set_items(items.failures.size());
            span.finish(items.failures[item] ? outcome(*items.failures[item]) : outcome());
        }
    };
    return {span_source(), std::move(tell)};
}

void observation::log_items(shop::transport::observed_items const& items) {
    for (std::size_t i = 0; i < items.origins.size(); ++i) {
        auto const& from = items.origins[i];
        answered_item line;
        line.operation = items.operation;
        if (items.failures[i]) line.failure = shop::error(*items.failures[i]).word();
        line.took = items.took;
        line.account = from.account;
        line.id = from.request_id;
        line.trace = from.trace;
        access_log_.write(line);
    }
}

std::function<std::string(std::string_view)> observation::span_source() {
    if (!tracer_.is_on()) return {};
    return [this](std::string_view parent) { return tracer_.draw(parent); };
}

void observation::add(std::shared_ptr<peer> one) {
    auto const service = one->service();
    numbers_.counter("shop_channel_retries_total", {{"service", service}},
                     [one] { return static_cast<double>(one->balance().retries()); });
    numbers_.counter("shop_channel_hedges_total", {{"service", service}},
                     [one] { return static_cast<double>(one->balance().hedges()); });
    if (one->is_batching()) {
        numbers_.gauge("shop_queue_items", {{"queue", "to " + service}},
                       [one] { return static_cast<double>(one->balance().waiting()); });
    }
    // Instances come and go: each has its numbers while it is there.
    one->on_instances([this, service, weak = std::weak_ptr(one)](std::vector<std::string> const& gone,
                                                                 std::vector<std::string> const& come) {
        auto const read = [weak](std::string name, auto value) {
            return [weak, name = std::move(name), value] {
                auto const of = weak.lock();
                if (!of) return 0.0;
                for (auto const& state : of->balance().instances()) {
                    if (state.name == name) return static_cast<double>(value(state));
                }
                return 0.0;
            };
        };
        using state = shop::transport::instance_state;
        for (auto const& name : gone) {
            metric_labels const labels{{"service", service}, {"instance", name}};
            for (auto const* metric : {"shop_breaker_open", "shop_channel_in_flight", "shop_channel_ejections_total"}) {
                numbers_.remove(metric, labels);
            }
        }
        for (auto const& name : come) {
            metric_labels const labels{{"service", service}, {"instance", name}};
            numbers_.gauge("shop_breaker_open", labels, read(name, [](state const& s) { return s.open ? 1 : 0; }));
            numbers_.gauge("shop_channel_in_flight", labels, read(name, [](state const& s) { return s.in_flight; }));
            numbers_.counter("shop_channel_ejections_total", labels,
                             read(name, [](state const& s) { return s.ejections; }));
        }
    });
}

void observation::add(shop::engine const& services, std::shared_ptr<shop::storage::postgres_statistics> database) {
    auto const ports = services.ports();
    if (ports.orders) {
        numbers_.gauge("shop_open_operations", {},
                       [&services] { return static_cast<double>(services.background().open_operations); });
        numbers_.counter("shop_reconciliation_mismatches_total", {},
                         [&services] { return static_cast<double>(services.background().disagreements); });
    }
    for (auto const& one : services.background().subscribers) {
        auto const find = [&services, name = one.subscriber](auto value) {
            for (auto const& s : services.background().subscribers) {
                if (s.subscriber == name) return static_cast<double>(value(s));
            }
            return 0.0;
        };
        using backlog = shop::engine::backlog;
        numbers_.gauge("shop_event_backlog", {{"subscriber", one.subscriber}},
                       [find] { return find([](backlog const& b) { return b.events; }); });
        numbers_.gauge("shop_event_age_seconds", {{"subscriber", one.subscriber}}, [find] {
            return find([](backlog const& b) { return std::chrono::duration<double>(b.age).count(); });
        });
    }
    auto& allocations = meter("inventory.allocate", hop::service);
    auto& placings = meter("orders.place", hop::edge);
    if (ports.inventory) {
        numbers_.counter("shop_stock_outs_total", {}, [&allocations, &placings] {
            outcome const short_of(shop::error_code::out_of_stock);
            return static_cast<double>(allocations.ended(short_of) + placings.ended(short_of));
        });
    }
    if (!database) return;
    numbers_.gauge("shop_database_connections", {{"state", "busy"}},
                   [database] { return static_cast<double>(database->busy); });
    numbers_.gauge("shop_database_connections", {{"state", "idle"}}, [database] {
        auto const connected = database->connected.load(), busy = database->busy.load();
        return static_cast<double>(connected - std::min(connected, busy));
    });
    numbers_.gauge("shop_queue_items", {{"queue", "database"}},
                   [database] { return static_cast<double>(database->waiting); });
    numbers_.counter("shop_database_reruns_total", {}, [database] { return static_cast<double>(database->reruns); });
    numbers_.counter("shop_database_in_doubt_total", {},
                     [database] { return static_cast<double>(database->in_doubt); });
}

void observation::stop() {
    if (tracer_.is_on()) tracer_.stop();
}

}  // namespace shop_server
