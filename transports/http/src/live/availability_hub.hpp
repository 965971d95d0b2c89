#pragma once

#include <memory>
#include <unordered_map>
#include <vector>

#include <shop/async/interruptible_timer.hpp>

#include "live/stream_registry.hpp"

namespace shop::http::detail {

/// Streams of availability. What all of them watch is read together, and what changed is told.
/// @par Thread safety
/// Shared objects: unsafe; to be used from the executor of its context.
class availability_hub : public std::enable_shared_from_this<availability_hub> {
public:
    availability_hub(service_context context, std::shared_ptr<stream_registry> registry,
                     std::shared_ptr<inventory::service> inventory)
        : context_(std::move(context)),
          registry_(std::move(registry)),
          inventory_(std::move(inventory)),
          between_looks_(context_) {}

    asio::awaitable<response> open(stream_request at, inventory::watch_availability wanted);

    void changed();
    void stop() { between_looks_.stop(); }

private:
    /// Who watches, and whether they were told what is there.
    struct watcher {
        event_stream* stream;
        bool told = false;
    };
    struct watched {
        inventory::sku_availability now;
        bool known = false;
        std::vector<std::shared_ptr<watcher>> by;
    };

    enum class reading { for_one, for_all };

    void watch();
    static asio::awaitable<void> follow_stock(std::shared_ptr<availability_hub> self);
    asio::awaitable<bool> look();
    void take(inventory::sku_availability const& now, reading by);
    void forget(std::vector<sku> const& which, std::shared_ptr<watcher> const& who);

    service_context context_;
    std::shared_ptr<stream_registry> registry_;
    std::shared_ptr<inventory::service> inventory_;
    interruptible_timer between_looks_;
    std::unordered_map<sku, watched> skus_;
    bool following_ = false;
    bool changed_ = false;
    bool gathering_ = false;
};

}  // namespace shop::http::detail
