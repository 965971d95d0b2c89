#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <shop/async/service_context.hpp>
#include <shop/core/time.hpp>

namespace shop_server {

/// What is allowed: a stock of `burst` requests, refilled by `per_second`.
struct request_rate {
    double per_second = 0;    ///< 0.001 to 1,000,000
    std::uint32_t burst = 0;  ///< 1 to 1,000,000
};

/// Drawn at start, kept secret: without it nobody can choose names that share a bucket with somebody else's.
using hash_seed = std::array<std::uint8_t, 16>;

/// Draws one.
hash_seed draw_hash_seed(shop::service_context const& context);

struct rate_decision {
    bool allowed = false;
    std::uint32_t remaining = 0;      ///< requests that would be allowed right now
    std::uint32_t limit = 0;          ///< the burst
    std::uint32_t reset_s = 0;        ///< until the whole burst is there again, rounded up
    std::uint32_t retry_after_s = 0;  ///< until one request is, rounded up; 0 if allowed
};

/// Limits the rate of requests by account or address, in constant memory: token buckets in a table of fixed size. Where
/// more callers than buckets meet, the fullest bucket of a set is forgotten first: the one of whom it takes the least.
/// @par Thread safety
/// Distinct objects: safe. Shared objects: unsafe.
class rate_limiter {
public:
    static constexpr std::size_t buckets_default = 65'536;  // one MiB

    /// @pre the rate is within its ranges.
    /// @param buckets rounded up to a power of two.
    rate_limiter(request_rate rate, hash_seed seed, std::size_t buckets = buckets_default);

    /// The key of an account, and that of the address of a client, as text. A caller with IPv6 owns at least a /64, so
    /// all of it counts as one; IPv4 in IPv6 counts as IPv4.
    std::uint64_t account_key(std::string_view account) const;
    std::uint64_t address_key(std::string_view address) const;

    /// From now on counts at another rate. What was taken stays taken: in requests, as many as before.
    /// @pre the rate is within its ranges.
    void set_rate(request_rate rate, shop::steady_time now);

    /// Takes one request, if there is one left.
    rate_decision take(std::uint64_t key, shop::steady_time now);

    /// The `RateLimit-Policy` field, and the `RateLimit` field of a decision (draft-ietf-httpapi-ratelimit-headers).
    std::string policy_field() const;
    static std::string field(rate_decision const& decision);

private:
    static constexpr std::size_t ways = 8;

    /// A bucket is when it will be full: the past for a full one, and for one that was never used.
    struct bucket {
        std::uint64_t key = 0;
        std::int64_t full_at_ns = 0;
    };

    void use(request_rate rate);
    std::uint64_t hash(char kind, std::string_view name) const;
    bucket& bucket_of(std::uint64_t key);

    hash_seed seed_;
    std::uint32_t burst_ = 0;
    std::int64_t interval_ns_ = 0;  // one request
    std::int64_t window_ns_ = 0;    // a whole burst
    std::vector<bucket> buckets_;
};

}  // namespace shop_server
