#pragma once

#include <chrono>
#include <memory>

#include <shop/notifications/webhook_sender.hpp>

namespace shop::notifications {

/// How other systems are told of events by webhooks.
struct webhook_options {
    std::shared_ptr<webhook_sender> sender = nullptr;  ///< null: this shop sends none
    /// An endpoint to which every message failed for that long is disabled.
    std::chrono::hours failing_max = std::chrono::hours(120);
};

}  // namespace shop::notifications
