#pragma once

#include <functional>
#include <map>

#include <shop/core/interruptible_timer.hpp>

#include "orders/store_service.hpp"

namespace shop::orders {

/// Finishes what a crash or an unreachable inventory cut off, again and again until it is done.
///
/// An operation is taken up at once when this process cannot have begun it (an exclusive store, at start), otherwise
/// after it was seen open for `limits::recovery_grace`. When the store or the inventory was away and is back, everything is
/// taken up at once: who placed an order waits for it. Taking up what somebody else is doing is harmless: effects and
/// conclusions are idempotent.
class store_service::recovery : public std::enable_shared_from_this<store_service::recovery> {
public:
    explicit recovery(std::shared_ptr<store_service> const& service)
        : service_(service),
          context_(service->parts_.context),
          inventory_available_(service->parts_.inventory_available),
          between_scans_(context_) {}

    void start();
    void stop();

private:
    struct sighting {
        operation_id operation;
        steady_time due;        ///< when it is taken up next
        unsigned attempts = 0;
        bool seen_now = true;
        bool at_start = false;  ///< it was open when this process began to look
    };

    static asio::awaitable<void> run(std::shared_ptr<recovery> self);
    asio::awaitable<bool> scan(store_service& service, bool first);
    asio::awaitable<void> take_up(store_service& service, std::vector<order_record> open);
    void report(std::size_t count, bool at_start);
    asio::awaitable<void> pause();
    bool inventory_is_away() const;
    bool is_due(order_record const& order, steady_time grace_over, bool first);
    void failed(order_record const& order, error const& why);

    std::weak_ptr<store_service> service_;
    service_context context_;
    std::function<bool()> inventory_available_;
    std::map<order_id, sighting> sightings_;
    interruptible_timer between_scans_;
    bool store_was_away_ = false;
    bool inventory_was_away_ = false;
};

}  // namespace shop::orders
