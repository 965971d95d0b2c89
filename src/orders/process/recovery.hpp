#pragma once

#include <functional>
#include <map>
#include <memory>
#include <vector>

#include <shop/async/interruptible_timer.hpp>

#include "process.hpp"

namespace shop::orders {

/// Finishes what a crash or an unreachable inventory cut off, again and again until it is done.
///
/// Scans find what is open. An operation is taken up at once when this process cannot have begun it (an exclusive
/// store, at start), otherwise after it was seen open for `limits::recovery_grace`. When the store or the inventory was
/// away and is back, everything is taken up at once: who placed an order waits for it. What this process left open
/// itself is tried again a few times between scans, for outages too short for a scan to see. Taking up what somebody
/// else is doing is harmless: effects and conclusions are idempotent.
class recovery : public std::enable_shared_from_this<recovery> {
public:
    explicit recovery(std::shared_ptr<process> const& manager)
        : process_(manager),
          context_(manager->parts().context),
          inventory_available_(manager->parts().inventory_available),
          between_scans_(context_) {}

    void start();
    void stop();

private:
    struct sighting {
        operation_id operation;
        steady_time due;  ///< when it is taken up next
        unsigned attempts = 0;
        bool seen_now = true;
        bool at_start = false;  ///< it was open when this process began to look
    };

    static asio::awaitable<void> run(std::shared_ptr<recovery> self);
    asio::awaitable<bool> scan(process& manager, bool first);
    asio::awaitable<void> take_up(process& manager, std::vector<order_record> open);
    void report(std::size_t count, bool at_start);
    asio::awaitable<void> pause();
    void look_soon(order_id id);
    asio::awaitable<void> take_up_left_open();
    bool inventory_is_away() const;
    bool is_due(order_record const& order, steady_time grace_over, bool first);
    void failed(order_record const& order, error const& why);

    std::weak_ptr<process> process_;
    service_context context_;
    std::function<bool()> inventory_available_;
    std::map<order_id, sighting> sightings_;
    std::vector<order_id> left_open_;  ///< by calls of this process, lately; `limits::batch_items_max` at most
    unsigned looks_in_vain_ = 0;       ///< at those
    steady_time next_look_{};          ///< at those
    interruptible_timer between_scans_;
    bool store_was_away_ = false;
    bool inventory_was_away_ = false;
};

}  // namespace shop::orders
