#pragma once

#include <chrono>
#include <vector>

namespace shop::notifications {

/// When a message that failed is tried again. After the last pause it is given up: a dead letter.
struct retry_schedule {
    std::vector<std::chrono::milliseconds> pauses;  ///< after the first failure, after the second...
    double jitter = 0.5;  ///< the share of a pause that is random, from 0 to 1; see `shop::backoff`
};

/// Ten attempts within about nine minutes: 1 s after the first failure, twice as long after each one more.
retry_schedule usual_retries();
/// The schedule of Standard Webhooks 1.0: ten attempts within three days.
retry_schedule webhook_retries();

}  // namespace shop::notifications
