#pragma once

#include <algorithm>
#include <chrono>
#include <optional>

#include <shop/core/time.hpp>

namespace shop::transport {

/// How long an operation usually takes, and from when on one is overdue: the estimate of RFC 6298 (2.), for which a
/// message is lost after its mean round trip and four times the mean deviation from it, or a least margin.
class usual_latency {
public:
    using duration = steady_time::duration;

    void add(duration took) {
        if (!mean_) {
            mean_ = took;
            deviation_ = took / 2;
            return;
        }
        deviation_ += (std::chrono::abs(took - *mean_) - deviation_) / 4;
        *mean_ += (took - *mean_) / 8;
    }

    /// @param margin at least so much above the mean
    duration overdue_after(duration margin) const {
        constexpr duration when_nothing_is_known = std::chrono::seconds(1);
        return mean_ ? *mean_ + std::max(margin, 4 * deviation_) : std::max(margin, when_nothing_is_known);
    }

private:
    std::optional<duration> mean_;
    duration deviation_{};
};

}  // namespace shop::transport
