#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "outcome.hpp"

namespace shop_server {

/// The upper bounds of the buckets of durations.
inline constexpr std::array<std::chrono::nanoseconds, 14> duration_bounds = [] {
    using namespace std::chrono_literals;
    return std::array<std::chrono::nanoseconds, 14>{500us, 1ms,   2500us, 5ms, 10ms,   25ms, 50ms,
                                                    100ms, 250ms, 500ms,  1s,  2500ms, 5s,   10s};
}();
/// The upper bounds of the buckets of batches.
inline constexpr std::array<std::uint64_t, 11> batch_bounds{1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1'024};

/// A counter of something that happens here.
/// @par Thread safety
/// Shared objects: safe. Counting is one relaxed addition.
class tally {
public:
    void add(std::uint64_t n = 1) noexcept { value_.fetch_add(n, std::memory_order_relaxed); }
    std::uint64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }

private:
    std::atomic<std::uint64_t> value_{0};
};

/// What `metrics` counts of one operation at one hop.
///
/// prometheus-cpp's own histogram takes a mutex and its counter spins on a double; this costs a few additions, and
/// becomes its form when somebody asks.
/// @par Thread safety
/// Shared objects: safe, without locks. Who reads while somebody counts may see a request in one number and not yet in
/// another.
class operation_meter {
public:
    /// A request, or an item of a batch, has been answered.
    void count(outcome ended, std::chrono::nanoseconds took) noexcept {
        auto const ns = std::max(took, std::chrono::nanoseconds(0));
        ended_[ended.index()].add();
        durations_[bucket(duration_bounds, ns)].add();
        duration_ns_.add(static_cast<std::uint64_t>(ns.count()));
    }

    /// So many items went together.
    void count_batch(std::size_t items) noexcept {
        batches_[bucket(batch_bounds, std::uint64_t{items})].add();
        batch_items_.add(items);
    }

    std::uint64_t ended(outcome how) const noexcept { return ended_[how.index()].value(); }
    auto const& durations() const noexcept { return durations_; }
    std::chrono::nanoseconds duration_sum() const noexcept {
        return std::chrono::nanoseconds(static_cast<std::int64_t>(duration_ns_.value()));
    }
    auto const& batches() const noexcept { return batches_; }
    std::uint64_t batch_items() const noexcept { return batch_items_.value(); }

private:
    /// The first bucket whose bound is no less; the last one has none. As many steps whatever the value.
    template <class T, std::size_t N>
    static std::size_t bucket(std::array<T, N> const& bounds, T value) noexcept {
        std::size_t at = 0;
        for (auto const bound : bounds) at += bound < value ? 1 : 0;
        return at;
    }

    std::array<tally, outcome::count> ended_;
    std::array<tally, duration_bounds.size() + 1> durations_;
    std::array<tally, batch_bounds.size() + 1> batches_;
    tally duration_ns_;
    tally batch_items_;
};

}  // namespace shop_server
