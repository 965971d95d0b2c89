#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <shop/async/results.hpp>
#include <shop/core/log.hpp>
#include <shop/core/result.hpp>
#include <shop/notifications/types.hpp>

namespace shop::notifications {

namespace asio = boost::asio;

/// What one recipient is told about one event.
struct message {
    delivery_id id;                          ///< equal over all tries: a channel that can tells repeats by it
    std::string event_type;                  ///< as `delivery::event_type`
    std::optional<shop::order_id> order_id;  ///< the order that it is about,
    std::optional<shop::sku> sku;            ///< or the sku
    std::uint64_t version = 0;               ///< of the order or of the stock, as of the event
    std::string recipient;                   ///< the customer's id; the channel knows how to reach them
    std::string text;                        ///< UTF-8, for people
};

/// A way to reach people.
/// @par Thread safety
/// Shared objects: need not be safe; called from the executor of the service.
class channel {
public:
    virtual ~channel() = default;
    /// Stands in each delivery: it must not change, nor be that of another channel.
    virtual std::string_view name() const = 0;
    /// Hands messages over, each its own result, in their order. Repeats are possible, gaps are not.
    virtual results<void> send(std::vector<message> messages) = 0;
};

/// The channel `log`: one line per message.
std::shared_ptr<channel> log_channel(log_sink& sink);

}  // namespace shop::notifications
