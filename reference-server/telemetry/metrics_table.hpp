#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>

#include <shop/core/describe.hpp>

namespace shop_server {

enum class metric_type { counter, gauge, histogram };
constexpr std::array<std::string_view, 3> words_of(metric_type) {
    return {"counter", "gauge", "histogram"};
}

/// One metric of the server. Nothing is told to Prometheus that has no row, and `docs/metrics.md` is made of the rows.
struct metric_row {
    std::string_view name;  ///< with its unit, as Prometheus wants it
    metric_type type;
    std::array<std::string_view, 3> label_places;  ///< names; empty ones are none
    std::string_view meaning;                      ///< one line without backslashes: it is the HELP line, too

    constexpr std::span<std::string_view const> labels() const {
        std::size_t n = 0;
        while (n < label_places.size() && !label_places[n].empty()) ++n;
        return {label_places.data(), n};
    }
};

/// All of them, in the order they are told.
std::span<metric_row const> metrics_table();

/// Nothing for an unknown name.
metric_row const* find_metric(std::string_view name);

/// The text of docs/metrics.md.
std::string metrics_document();

}  // namespace shop_server
