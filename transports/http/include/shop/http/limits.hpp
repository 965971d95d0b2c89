#pragma once

#include <shop/core/limits.hpp>

/// The bounds of HTTP, beside those of everything else. The edge tests walk each of them.
namespace shop::limits {

/// Request line and header fields together; more is 431.
inline constexpr std::size_t request_head_bytes_max = 16 * 1024;
inline constexpr std::size_t header_fields_max = 100;                  ///< per request; more is 431
inline constexpr std::size_t target_bytes_max = 4 * 1024;              ///< of the request line; more is 414
inline constexpr std::size_t body_bytes_max = 256 * 1024;              ///< of any request but an import; more is 413
inline constexpr std::size_t import_body_bytes_max = 8 * 1024 * 1024;  ///< of an import; more is 413
inline constexpr std::size_t read_buffer_bytes_max = 32 * 1024;        ///< per connection
inline constexpr std::size_t connections_max = 10'000;                 ///< open at once, of one server

inline constexpr std::chrono::milliseconds head_read_max = 5s;   ///< for a whole head, from its first byte on
inline constexpr std::chrono::milliseconds body_read_max = 10s;  ///< for a whole body
inline constexpr std::chrono::milliseconds write_max = 10s;      ///< for a whole answer
inline constexpr std::chrono::milliseconds idle_max = 130s;      ///< between two requests of a connection
inline constexpr std::chrono::milliseconds linger_max = 30s;     ///< for the rest of a request that was refused early
/// Of a lingering connection from which nothing comes.
inline constexpr std::chrono::milliseconds linger_silence_max = 2s;
/// Read and thrown away of a refused request.
inline constexpr std::size_t linger_bytes_max = 2 * import_body_bytes_max;

inline constexpr std::size_t streams_max = 5'000;            ///< of live updates, open at once; more are 503
inline constexpr std::size_t streams_per_account_max = 20;   ///< of those; more are 429
inline constexpr std::size_t streams_per_address_max = 100;  ///< of those, of one address (IPv6: a /64); more are 429
/// Of a stream, that wait to be sent; then it is ended, and its client resumes.
inline constexpr std::size_t stream_unsent_bytes_max = 32 * 1024;
inline constexpr std::chrono::milliseconds stream_heartbeat = 15s;  ///< of a stream on which nothing else is sent

static_assert(watched_skus_max * 256 < stream_unsent_bytes_max, "a stream begins with all that it watches");
static_assert(read_buffer_bytes_max >= request_head_bytes_max, "a whole head fits into the read buffer");
static_assert(target_bytes_max < request_head_bytes_max);
static_assert(linger_silence_max < linger_max && linger_max < idle_max);
static_assert(idle_max > 120s, "proxies keep connections for 60 to 120 s: who closes first must be they");

}  // namespace shop::limits
