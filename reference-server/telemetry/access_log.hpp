#pragma once

#include <chrono>
#include <cstddef>
#include <string_view>

#include <shop/core/log.hpp>

namespace shop_server {

/// More of a path is not logged.
inline constexpr std::size_t logged_path_bytes_max = 256;

/// What the access log says of one request. All views need to live only for the call.
struct answered_request {
    std::string_view method;
    std::string_view path;  ///< `http::request::path`; a query or fragment that comes with it is not logged
    unsigned status = 0;
    std::chrono::nanoseconds took{};
    std::size_t bytes = 0;       ///< of the body that was sent
    std::string_view operation;  ///< empty if it is none
    std::string_view account;    ///< `principal::account`, never a key or token
    std::string_view id;         ///< `http::request::id`
    std::string_view trace;      ///< a `traceparent`, or empty
    std::string_view client;     ///< the address of who asks, without the port
    std::string_view peer;       ///< that of the other end: of a proxy, or the client's
};

/// What the access log of a service says of one item of a message.
struct answered_item {
    std::string_view operation;
    std::string_view failure;         ///< the word of the error, empty when it went well
    std::chrono::nanoseconds took{};  ///< of the whole message
    std::string_view account;
    std::string_view id;     ///< of the request at the edge that it serves; empty for what services do by themselves
    std::string_view trace;  ///< a `traceparent`, or empty
};

/// One line per request, `request`, with the fields `method, path, status, duration_ms, bytes, operation, account,
/// request_id, trace_id, client, peer`, all of them always; at a service one line per item, `item`, with `operation,
/// failure, duration_ms, account, request_id, trace_id`. Bodies, queries, headers and credentials never come here.
/// @par Thread safety
/// As the log it writes to: shared objects are safe.
class access_log {
public:
    /// @param to outlives this object.
    explicit access_log(shop::log_sink& to) : to_(&to) {}

    /// At level `info`; at `warning` from status 500 on.
    void write(answered_request const& what);
    /// At level `info`.
    void write(answered_item const& what);

private:
    shop::log_sink* to_;
};

}  // namespace shop_server
