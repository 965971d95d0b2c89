#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include <shop/async/service_context.hpp>
#include <shop/http/limits.hpp>
#include <shop/inventory/service.hpp>
#include <shop/orders/service.hpp>

namespace shop::http {

namespace detail {
class stream_registry;
class order_hub;
class availability_hub;
}  // namespace detail

/// Why a stream ended.
enum class stream_end { client, slow_reader, access, server };
constexpr std::array<std::string_view, 4> words_of(stream_end) {
    return {"client", "slow_reader", "access", "server"};
}

/// The bounds of live updates.
struct live_update_options {
    std::size_t streams_max = limits::streams_max;                          ///< open at once; more are answered 503
    std::size_t streams_per_account_max = limits::streams_per_account_max;  ///< more are answered 429; 0: no bound
    std::size_t streams_per_address_max = limits::streams_per_address_max;  ///< more are answered 429; 0: no bound
    std::size_t unsent_bytes_max = limits::stream_unsent_bytes_max;  ///< of one stream; then it ends, to be resumed
    std::chrono::milliseconds heartbeat = limits::stream_heartbeat;  ///< of a stream on which nothing else is sent
    std::chrono::milliseconds look_again{250};                       ///< between looks for what other processes wrote
    std::chrono::milliseconds gather{20};            ///< between looks at the most, whatever is written here
    std::chrono::milliseconds check_access{10'000};  ///< how often is asked whether who reads still may
};

/// The streams of server-sent events, and where their events come from: the logs of the services are looked at once for
/// all streams, when something was written here, and every now and then for what was written elsewhere. The services
/// may run here or elsewhere. Nothing is looked at while there are no streams.
/// @par Thread safety
/// Shared objects: unsafe; to be used from the executor of its context.
class live_updates {
public:
    /// @param context its clock and executor outlive this
    live_updates(service_context context, live_update_options options, std::shared_ptr<orders::service> orders,
                 std::shared_ptr<inventory::service> inventory);
    /// As `stop`.
    ~live_updates();
    live_updates(live_updates const&) = delete;
    live_updates& operator=(live_updates const&) = delete;

    void orders_changed();  ///< Something was written to the log of the orders.
    void stock_changed();   ///< Some stock changed.

    void reload(live_update_options options);  ///< Other bounds; streams stay open if who reads them still may.

    void stop();  ///< Ends all streams, and everything that runs in the background.

    /// The operations that are streams: the numbers below are counted by their places here.
    static std::span<std::string_view const> operations();
    std::size_t open(std::size_t operation) const;                     ///< Streams now.
    std::uint64_t events(std::size_t operation) const;                 ///< Written to streams so far.
    std::uint64_t ended(std::size_t operation, stream_end why) const;  ///< Streams so far.

    detail::order_hub& order_streams() { return *orders_; }               ///< For the API.
    detail::availability_hub& availability_streams() { return *stock_; }  ///< For the API.

private:
    std::shared_ptr<detail::stream_registry> registry_;
    std::shared_ptr<detail::order_hub> orders_;
    std::shared_ptr<detail::availability_hub> stock_;
};

}  // namespace shop::http
