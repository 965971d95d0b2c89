#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

#include <shop/async/jitter.hpp>
#include <shop/core/time.hpp>

namespace shop {

/// Exponential backoff: how long to wait before the next attempt. `first` after the first failure, twice as long after
/// each one more, `max` at most.
struct backoff {
    steady_time::duration first;  ///< above 0
    steady_time::duration max;    ///< no pause is longer
    /// The share of a pause that is random, from 0 to 1; 1 is full jitter. It keeps apart who failed at the same
    /// moment.
    double jitter = 0;

    /// The pause without its jitter.
    /// @param failures so far; what is less than 1 counts as 1
    constexpr steady_time::duration longest(unsigned failures) const {
        auto pause = std::min(first, max);
        for (; failures > 1 && pause < max; --failures) pause = pause > max / 2 ? max : pause * 2;
        return pause;
    }
    /// @param failures as for `longest`
    /// @param random a number that nobody else draws
    constexpr steady_time::duration after(unsigned failures, std::uint64_t random = 0) const {
        auto const all = longest(failures);
        auto const share = static_cast<std::uint64_t>(static_cast<double>(all.count()) * jitter);
        if (share == 0) return all;
        return all - steady_time::duration(static_cast<steady_time::duration::rep>(random % share));
    }
    /// The same, with a number drawn from `random`.
    steady_time::duration after(unsigned failures, shop::jitter& random) const {
        return after(failures, random.below(static_cast<std::uint64_t>(max.count())));
    }
};

}  // namespace shop
