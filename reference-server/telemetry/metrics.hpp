#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "metrics_table.hpp"
#include "operation_meter.hpp"
#include "outcome.hpp"

namespace shop_server {

/// The label `operation` of a request that is none: an unknown path, `/livez`.
inline constexpr std::string_view no_operation = "none";

/// The values of a metric's labels, by their names.
using metric_labels = std::map<std::string, std::string>;

/// Everything the server tells Prometheus. What it may tell stands in `metrics_table`, with the meaning.
///
/// What happens often is counted by handles that are asked for once, at start; values that are kept elsewhere are read
/// when somebody asks, by functions.
///
/// Every function throws `std::logic_error` for a name that has no row, a type or labels other than in its row, values
/// of labels that are no UTF-8, and a metric that is registered already: programming errors, seen at start.
/// @par Thread safety
/// Shared objects: safe.
class metrics {
public:
    /// Reads a value. Called on the thread that calls `text`, with the metrics locked: it must not block, throw, or
    /// call them.
    using read_function = std::function<double()>;

    metrics();
    ~metrics();
    metrics(metrics const&) = delete;
    metrics& operator=(metrics const&) = delete;

    /// What counts one operation at one hop: the same object for the same two.
    /// @return valid as long as this object.
    operation_meter& meter(std::string_view operation, hop at);

    /// One meter per row of an operation table, in the order of its rows.
    template <class... Rows>
    std::vector<operation_meter*> meters(std::tuple<Rows...> const& operations, hop at) {
        return std::apply([&](Rows const&... rows) { return std::vector<operation_meter*>{&meter(rows.name, at)...}; },
                          operations);
    }

    /// A value that goes up and down and is kept elsewhere.
    /// @param read what it reads outlives this object, or is taken out by `remove` before it ends.
    void gauge(std::string_view name, metric_labels labels, read_function read);

    /// A value that only grows and is kept elsewhere.
    /// @param read as for `gauge`.
    void counter(std::string_view name, metric_labels labels, read_function read);

    /// A value that only grows and is kept here.
    /// @return valid as long as this object, or until it is removed.
    tally& counter(std::string_view name, metric_labels labels);

    /// Takes out what `gauge` or `counter` registered; its function is not called any more once this returns.
    void remove(std::string_view name, metric_labels const& labels);

    /// All of it, in the Prometheus text format 0.0.4.
    std::string text() const;
    /// The media type of `text`.
    static constexpr std::string_view media_type = "text/plain; version=0.0.4; charset=utf-8";

private:
    class series;
    std::unique_ptr<series> series_;
};

}  // namespace shop_server
