#pragma once

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <shop/async/interruptible_timer.hpp>
#include <shop/core/call.hpp>
#include <shop/core/result.hpp>
#include <shop/http/body_pipe.hpp>
#include <shop/http/live_updates.hpp>
#include <shop/http/message.hpp>

namespace shop::http::detail {

class stream_registry;

/// Which operation a stream is of.
enum class stream_kind { order, orders, availability };
inline constexpr std::array<std::string_view, 3> stream_operations{"orders.events", "orders.all_events",
                                                                   "inventory.availability"};

/// A request that opens a stream.
struct stream_request {
    http::request const& http;
    shop::call call;
    std::function<bool()> still_let_in;        ///< whether who asks would be let in still; empty: always
    std::optional<std::string> last_event_id;  ///< as it was sent
};

/// One open stream. The connection that sends it owns it: it ends with the last reference.
class event_stream : public std::enable_shared_from_this<event_stream> {
public:
    event_stream(std::shared_ptr<stream_registry> in, stream_kind kind, std::string account, std::string network);
    ~event_stream();
    event_stream(event_stream const&) = delete;
    event_stream& operator=(event_stream const&) = delete;

    /// Writes events, as texts one behind another.
    /// @return whether they will be sent, if the client reads on
    bool write(std::string_view text, std::size_t events = 1);
    /// Ends it behind what was written.
    void end(stream_end why);

    body_pipe pipe;
    std::function<void()> on_end;         ///< what its hub is to forget
    std::function<bool()> still_let_in;   ///< empty: always
    stream_end why = stream_end::client;  ///< it ended
    bool begun = false;                   ///< it was answered, not refused

private:
    friend class stream_registry;
    std::shared_ptr<stream_registry> registry_;
    stream_kind kind_;
    std::string account_, network_;
    steady_time beat_at_{}, check_at_{};
    std::size_t place_ = 0;
};

/// All open streams: their bounds, their heartbeats, and whether who reads still may.
/// @par Thread safety
/// Shared objects: unsafe; to be used from the executor of its context.
class stream_registry : public std::enable_shared_from_this<stream_registry> {
public:
    stream_registry(service_context context, live_update_options options)
        : context_(std::move(context)), options_(options), between_beats_(context_) {}

    /// @par Errors
    /// `rate_limited` for one too many of an account or an address, `overloaded` for one too many of all.
    result<std::shared_ptr<event_stream>> open(stream_kind kind, stream_request const& asked);

    live_update_options const& options() const { return options_; }
    void reload(live_update_options options);
    void stop();
    bool is_stopped() const { return between_beats_.stopped(); }

    struct numbers {
        std::size_t open = 0;
        std::uint64_t events = 0;
        std::array<std::uint64_t, 4> ended{};
    };
    numbers const& of(std::size_t kind) const { return numbers_.at(kind); }

private:
    friend class event_stream;
    using counts = std::unordered_map<std::string, std::size_t>;
    static asio::awaitable<void> beat(std::shared_ptr<stream_registry> self);
    void join(event_stream& one);
    void leave(event_stream& one);
    void look_at(event_stream& one, steady_time now);

    service_context context_;
    live_update_options options_;
    interruptible_timer between_beats_;
    std::vector<event_stream*> streams_;
    counts by_account_, by_network_;
    std::array<numbers, stream_operations.size()> numbers_{};
    bool beating_ = false;
};

/// The answer that a stream is.
response answer_with(std::shared_ptr<event_stream> stream);

/// What every stream begins with: how long its client waits before it connects again.
inline constexpr std::string_view stream_opening = "retry: 3000\n\n";

/// An event with data of one line (WHATWG HTML, 9.2.5).
std::string event_text(std::string_view id, std::string_view data);
/// The event that says that what lies between is not known.
std::string reset_text(std::string_view id);

}  // namespace shop::http::detail
