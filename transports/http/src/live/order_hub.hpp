#pragma once

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include <shop/async/interruptible_timer.hpp>

#include "live/stream_registry.hpp"

namespace shop::http::detail {

/// Streams of orders. One reader follows the log of all orders, and hands each step to the streams that wait for it;
/// what a stream missed before it came is read for it alone.
/// @par Thread safety
/// Shared objects: unsafe; to be used from the executor of its context.
class order_hub : public std::enable_shared_from_this<order_hub> {
public:
    order_hub(service_context context, std::shared_ptr<stream_registry> registry,
              std::shared_ptr<orders::service> orders)
        : context_(std::move(context)),
          registry_(std::move(registry)),
          orders_(std::move(orders)),
          between_looks_(context_) {}

    asio::awaitable<response> open(stream_request at, orders::follow_order wanted);
    asio::awaitable<response> open(stream_request at, orders::follow_orders wanted);

    void changed();
    void stop() { between_looks_.stop(); }

private:
    /// Who follows one order.
    struct of_one {
        order_id order;
        std::shared_ptr<principal const> by;
        std::uint64_t told = 0;  ///< the version
        bool reading = true;     ///< what it missed; what comes meanwhile is read next
        bool missed = false;
    };
    /// Who follows all of them.
    struct of_all {
        std::uint64_t told = 0;  ///< the position
        bool reading = true;
    };
    template <class Follower>
    struct following {
        event_stream* stream;
        std::shared_ptr<Follower> who;
    };

    asio::awaitable<result<void>> begin();
    void follow();
    static asio::awaitable<void> follow_log(std::shared_ptr<order_hub> self);
    asio::awaitable<result<bool>> look();
    void tell(orders::order_event const& step);
    void restart();
    asio::awaitable<result<orders::order_events>> read_all(std::optional<std::string> last_event_id);
    static asio::awaitable<void> catch_up(std::shared_ptr<order_hub> self, std::weak_ptr<event_stream> stream,
                                          std::shared_ptr<of_one> who);
    static asio::awaitable<void> catch_up(std::shared_ptr<order_hub> self, std::weak_ptr<event_stream> stream,
                                          std::shared_ptr<of_all> who, orders::order_events first);
    static asio::awaitable<bool> write_slowly(std::shared_ptr<order_hub> self, std::weak_ptr<event_stream> stream,
                                              std::string text, std::shared_ptr<interruptible_timer> drained);
    std::string place_id(std::uint64_t position) const;

    service_context context_;
    std::shared_ptr<stream_registry> registry_;
    std::shared_ptr<orders::service> orders_;
    interruptible_timer between_looks_;
    std::unordered_map<order_id, std::vector<following<of_one>>> one_;
    std::vector<following<of_all>> all_;
    store_epoch source_;
    std::optional<std::uint64_t> position_;  ///< up to which the log was told; nothing while nobody follows
    bool following_ = false;
    bool changed_ = false;
    bool gathering_ = false;
};

}  // namespace shop::http::detail
