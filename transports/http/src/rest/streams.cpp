#include "rest/streams.hpp"

#include <utility>

#include <shop/http/rest.hpp>

#include "live/availability_hub.hpp"
#include "live/order_hub.hpp"

namespace shop::http::detail {
namespace {

stream_request to_stream_request(exchange& at, std::optional<std::string> last_event_id = {}) {
    return {at.http, std::move(at.call), at.access ? at.access->follow(at.http) : std::function<bool()>(),
            std::move(last_event_id)};
}

}  // namespace

asio::awaitable<response> open_stream(exchange& at, orders::follow_order wanted) {
    auto asked = to_stream_request(at, wanted.last_event_id);
    return at.live->order_streams().open(std::move(asked), std::move(wanted));
}

asio::awaitable<response> open_stream(exchange& at, orders::follow_orders wanted) {
    auto asked = to_stream_request(at, wanted.last_event_id);
    return at.live->order_streams().open(std::move(asked), std::move(wanted));
}

asio::awaitable<response> open_stream(exchange& at, inventory::watch_availability wanted) {
    auto asked = to_stream_request(at);
    return at.live->availability_streams().open(std::move(asked), std::move(wanted));
}

}  // namespace shop::http::detail
