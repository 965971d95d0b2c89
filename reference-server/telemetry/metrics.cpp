#include "metrics.hpp"

#include <algorithm>
#include <limits>
#include <mutex>
#include <sstream>
#include <stdexcept>
#include <utility>

#include <prometheus/collectable.h>
#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <shop/core/text.hpp>

namespace shop_server {

namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;

[[noreturn]] void refuse_metric(std::string_view name, std::string_view why) {
    throw std::logic_error("metric " + std::string(name) + ": " + std::string(why));
}

void check_labels(metric_row const& row, metric_labels const& labels) {
    auto const names = row.labels();
    bool const same = labels.size() == names.size() && std::ranges::all_of(names, [&](std::string_view name) {
                          return labels.contains(std::string(name));
                      });
    if (!same) refuse_metric(row.name, "its labels are not those of its row in metrics_table");
    for (auto const& [name, value] : labels) {
        if (!shop::is_storable_text(value)) refuse_metric(row.name, "the value of a label is no UTF-8");
    }
}

prometheus::MetricType type_of(metric_row const& row) {
    switch (row.type) {
        case metric_type::counter:
            return prometheus::MetricType::Counter;
        case metric_type::gauge:
            return prometheus::MetricType::Gauge;
        case metric_type::histogram:
            return prometheus::MetricType::Histogram;
    }
    return prometheus::MetricType::Untyped;
}

/// A sample with the labels of its row, in the row's order.
ClientMetric sample_of(metric_row const& row, metric_labels const& labels) {
    ClientMetric out;
    for (auto const name : row.labels()) out.label.push_back({std::string(name), labels.at(std::string(name))});
    return out;
}

/// The buckets as Prometheus wants them: cumulative, the last one without a bound.
template <std::size_t N, class Bounds, class Unit>
ClientMetric::Histogram histogram_of(std::array<tally, N> const& buckets, Bounds const& bounds, Unit in_unit,
                                     double sum) {
    static_assert(N == std::tuple_size_v<Bounds> + 1);
    ClientMetric::Histogram out;
    for (std::size_t i = 0; i < N; ++i) {
        out.sample_count += buckets[i].value();
        auto const bound = i < bounds.size() ? in_unit(bounds[i]) : std::numeric_limits<double>::infinity();
        out.bucket.push_back({out.sample_count, bound});
    }
    out.sample_sum = sum;
    return out;
}

double in_seconds(std::chrono::nanoseconds ns) {
    return std::chrono::duration<double>(ns).count();
}

}  // namespace

class metrics::series final : public prometheus::Collectable {
public:
    operation_meter& meter(std::string_view operation, hop at) {
        if (!shop::is_storable_text(operation)) refuse_metric("shop_requests_total", "an operation is no UTF-8");
        std::lock_guard const lock(mutex_);
        auto& found = meters_[{std::string(operation), at}];
        if (!found) found = std::make_unique<operation_meter>();
        return *found;
    }

    void add(std::string_view name, metric_type type, metric_labels labels, read_function read,
             std::unique_ptr<tally> kept = nullptr) {
        auto const* row = find_metric(name);
        if (row == nullptr) refuse_metric(name, "it has no row in metrics_table");
        if (row->type != type) refuse_metric(name, "it is of another type in metrics_table");
        if (is_of_meters(*row)) refuse_metric(name, "it is counted by operation meters");
        check_labels(*row, labels);
        std::lock_guard const lock(mutex_);
        auto const [at, added] = values_[row].try_emplace(std::move(labels), value{std::move(read), std::move(kept)});
        if (!added) refuse_metric(name, "it is registered already");
    }

    void remove(std::string_view name, metric_labels const& labels) {
        std::lock_guard const lock(mutex_);
        auto const* row = find_metric(name);
        if (row == nullptr || values_[row].erase(labels) == 0) refuse_metric(name, "it is not registered");
    }

    std::vector<MetricFamily> Collect() const override {
        std::lock_guard const lock(mutex_);
        std::vector<MetricFamily> all;
        for (auto const& row : metrics_table()) {
            MetricFamily family{std::string(row.name), std::string(row.meaning), type_of(row), {}};
            if (is_of_meters(row)) {
                for (auto const& [of, counted] : meters_) add_samples(family, row, of, *counted);
            } else if (auto const found = values_.find(&row); found != values_.end()) {
                for (auto const& [labels, value] : found->second) family.metric.push_back(sample(row, labels, value));
            }
            if (!family.metric.empty()) all.push_back(std::move(family));
        }
        return all;
    }

private:
    using meter_key = std::pair<std::string, hop>;
    struct value {
        read_function read;
        std::unique_ptr<tally> kept;
    };

    static bool is_of_meters(metric_row const& row) {
        return row.name == "shop_requests_total" || row.name == "shop_request_duration_seconds" ||
               row.name == "shop_batch_items";
    }

    static ClientMetric sample(metric_row const& row, metric_labels const& labels, value const& of) {
        auto out = sample_of(row, labels);
        (row.type == metric_type::counter ? out.counter.value : out.gauge.value) = of.read();
        return out;
    }

    static void add_samples(MetricFamily& to, metric_row const& row, meter_key const& of,
                            operation_meter const& counted) {
        metric_labels labels{{"operation", of.first}, {"hop", std::string(shop::to_word(of.second))}};
        if (row.name == "shop_requests_total") {
            for (std::size_t i = 0; i < outcome::count; ++i) {
                auto const how = outcome::at(i);
                auto const n = counted.ended(how);
                // A counter that begins at 0 lets rates see the first request; 35 of them per operation would be noise.
                if (n == 0 && !how.is_ok()) continue;
                labels["code"] = std::string(how.word());
                to.metric.push_back(sample_of(row, labels));
                to.metric.back().counter.value = static_cast<double>(n);
            }
            return;
        }
        bool const durations = row.name == "shop_request_duration_seconds";
        auto out = sample_of(row, labels);
        if (durations) {
            out.histogram =
                histogram_of(counted.durations(), duration_bounds, in_seconds, in_seconds(counted.duration_sum()));
        } else {
            out.histogram = histogram_of(
                counted.batches(), batch_bounds, [](std::uint64_t n) { return static_cast<double>(n); },
                static_cast<double>(counted.batch_items()));
            if (out.histogram.sample_count == 0) return;  // what is never batched has no batches to tell of
        }
        to.metric.push_back(std::move(out));
    }

    std::mutex mutable mutex_;
    std::map<meter_key, std::unique_ptr<operation_meter>> meters_;
    std::map<metric_row const*, std::map<metric_labels, value>> values_;
};

metrics::metrics() : series_(std::make_unique<series>()) {}
metrics::~metrics() = default;

operation_meter& metrics::meter(std::string_view operation, hop at) {
    return series_->meter(operation, at);
}

void metrics::gauge(std::string_view name, metric_labels labels, read_function read) {
    series_->add(name, metric_type::gauge, std::move(labels), std::move(read));
}

void metrics::counter(std::string_view name, metric_labels labels, read_function read) {
    series_->add(name, metric_type::counter, std::move(labels), std::move(read));
}

tally& metrics::counter(std::string_view name, metric_labels labels) {
    auto kept = std::make_unique<tally>();
    auto& out = *kept;
    series_->add(
        name, metric_type::counter, std::move(labels), [&out] { return static_cast<double>(out.value()); },
        std::move(kept));
    return out;
}

void metrics::remove(std::string_view name, metric_labels const& labels) {
    series_->remove(name, labels);
}

std::string metrics::text() const {
    std::ostringstream out;
    prometheus::TextSerializer().Serialize(out, series_->Collect());
    return std::move(out).str();
}

}  // namespace shop_server
