#pragma once

#include <chrono>
#include <cstddef>

namespace shop::notifications {

/// How deliveries are made.
struct delivery_options {
    /// Messages that one recipient gets over one channel within `rate_window`, at most; more of them wait. 0: any
    /// number. Only of channels for people.
    std::size_t rate = 0;
    std::chrono::seconds rate_window = std::chrono::hours(1);  ///< at least 1 s
    std::chrono::minutes digest_at = std::chrono::hours(8);    ///< after midnight, in the customer's time zone
};

}  // namespace shop::notifications
