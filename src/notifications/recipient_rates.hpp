#pragma once

#include <algorithm>
#include <cstddef>
#include <map>

#include <shop/core/time.hpp>
#include <shop/notifications/delivery_options.hpp>
#include <shop/notifications/store.hpp>

namespace shop::notifications {

/// How many messages each recipient may get over a channel within a window of time. Of this process alone: whoever
/// takes over begins anew.
/// @par Thread safety
/// Shared objects: unsafe.
class recipient_rates {
    static constexpr std::size_t known_max = 65'536;

public:
    explicit recipient_rates(delivery_options const& options) : rate_(options.rate), window_(options.rate_window) {}

    /// Messages that may be sent now.
    std::size_t left(lane const& whose, steady_time now) const {
        if (rate_ == 0) return static_cast<std::size_t>(-1);
        auto const known = counts_.find(whose);
        if (known == counts_.end() || now - known->second.since >= window_) return rate_;
        return rate_ - std::min(rate_, known->second.sent);
    }
    /// Until more may be sent.
    steady_time::duration wait(lane const& whose, steady_time now) const {
        auto const known = counts_.find(whose);
        return known == counts_.end() ? steady_time::duration{} : known->second.since + window_ - now;
    }
    void sent(lane const& whose, std::size_t count, steady_time now) {
        if (rate_ == 0 || count == 0) return;
        if (counts_.size() >= known_max) {
            std::erase_if(counts_, [&](auto const& c) { return now - c.second.since >= window_; });
            if (counts_.size() >= known_max) counts_.clear();  // bounded, at the price of a few messages too early
        }
        auto& known = counts_[whose];
        if (known.sent == 0 || now - known.since >= window_) known = {now, 0};
        known.sent += count;
    }

private:
    struct counted {
        steady_time since{};
        std::size_t sent = 0;
    };
    std::size_t rate_;
    steady_time::duration window_;
    std::map<lane, counted> counts_;
};

}  // namespace shop::notifications
