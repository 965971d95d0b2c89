#include "access/rate_limiter.hpp"

#include <algorithm>
#include <bit>
#include <chrono>
#include <cmath>
#include <cstring>
#include <limits>

#include <boost/asio/ip/address.hpp>

#include <shop/core/invariant.hpp>

#include "access/digest.hpp"

namespace shop_server {

namespace {

constexpr std::int64_t second_ns = 1'000'000'000;
constexpr std::size_t ipv6_network_bytes = 8;

std::uint32_t seconds_up(std::int64_t ns) {
    return static_cast<std::uint32_t>((std::max<std::int64_t>(ns, 0) + second_ns - 1) / second_ns);
}

std::int64_t nanoseconds(shop::steady_time at) {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(at.time_since_epoch()).count();
}

std::string_view text_of(auto const& bytes, std::size_t count) {
    return {reinterpret_cast<char const*>(bytes.data()), count};
}

}  // namespace

hash_seed draw_hash_seed(shop::service_context const& context) {
    hash_seed seed;
    for (std::size_t half = 0; half < seed.size(); half += 8) {
        auto const id = context.ids->next(context.clock->stamp());
        std::memcpy(seed.data() + half, id.bytes.data() + 8, 8);  // its random half
    }
    return seed;
}

rate_limiter::rate_limiter(request_rate rate, hash_seed seed, std::size_t buckets) : seed_(seed) {
    use(rate);
    buckets_.resize(std::bit_ceil(std::max(buckets, ways)));
    // The clock may have begun before its epoch: whatever it says, an unused bucket is full.
    for (auto& unused : buckets_) unused.full_at_ns = std::numeric_limits<std::int64_t>::min();
}

void rate_limiter::use(request_rate rate) {
    SHOP_INVARIANT(rate.per_second >= 0.001 && rate.per_second <= 1e6, "a rate is 0.001 to 1,000,000 per second");
    SHOP_INVARIANT(rate.burst >= 1 && rate.burst <= 1'000'000, "a burst is 1 to 1,000,000 requests");
    burst_ = rate.burst;
    interval_ns_ = std::llround(static_cast<double>(second_ns) / rate.per_second);
    window_ns_ = interval_ns_ * burst_;  // at most 32 years
}

void rate_limiter::set_rate(request_rate rate, shop::steady_time now) {
    auto const before_ns = interval_ns_;
    use(rate);
    if (interval_ns_ == before_ns) return;
    auto const now_ns = nanoseconds(now);
    for (auto& own : buckets_) {
        if (own.full_at_ns <= now_ns) continue;
        auto const taken = static_cast<double>(own.full_at_ns - now_ns) / static_cast<double>(before_ns);
        own.full_at_ns =
            now_ns + std::min<std::int64_t>(std::llround(taken * static_cast<double>(interval_ns_)), window_ns_);
    }
}

std::uint64_t rate_limiter::hash(char kind, std::string_view name) const {
    std::string text(text_of(seed_, seed_.size()));
    text += kind;  // an account may be called like an address
    text += name;
    auto const digest = sha256(text);
    std::uint64_t out;
    std::memcpy(&out, digest.data(), sizeof out);
    return out;
}

std::uint64_t rate_limiter::account_key(std::string_view account) const {
    return hash('a', account);
}

std::uint64_t rate_limiter::address_key(std::string_view address) const {
    namespace ip = boost::asio::ip;
    boost::system::error_code no_address;
    auto const client = ip::make_address(std::string(address), no_address);
    if (no_address) return hash('p', address);
    if (client.is_v4()) return hash('4', text_of(client.to_v4().to_bytes(), 4));
    auto const six = client.to_v6();
    if (six.is_v4_mapped()) return hash('4', text_of(ip::make_address_v4(ip::v4_mapped, six).to_bytes(), 4));
    return hash('6', text_of(six.to_bytes(), ipv6_network_bytes));
}

rate_limiter::bucket& rate_limiter::bucket_of(std::uint64_t key) {
    auto const sets = buckets_.size() / ways;
    auto const first = buckets_.begin() + static_cast<std::ptrdiff_t>((key & (sets - 1)) * ways);
    auto const last = first + ways;
    auto const known = std::find_if(first, last, [&](auto const& b) { return b.key == key; });
    if (known != last) return *known;
    auto const fullest = std::min_element(first, last, [](auto& a, auto& b) { return a.full_at_ns < b.full_at_ns; });
    *fullest = {key, std::numeric_limits<std::int64_t>::min()};
    return *fullest;
}

rate_decision rate_limiter::take(std::uint64_t key, shop::steady_time now) {
    auto const now_ns = nanoseconds(now);
    auto& own = bucket_of(key);
    rate_decision out;
    out.limit = burst_;
    auto const taken = std::max(own.full_at_ns, now_ns) + interval_ns_;
    out.allowed = taken - now_ns <= window_ns_;
    if (out.allowed) own.full_at_ns = taken;
    out.remaining =
        static_cast<std::uint32_t>((window_ns_ - std::max<std::int64_t>(own.full_at_ns - now_ns, 0)) / interval_ns_);
    out.reset_s = seconds_up(own.full_at_ns - now_ns);
    if (!out.allowed) out.retry_after_s = std::max(1u, seconds_up(taken - now_ns - window_ns_));
    return out;
}

std::string rate_limiter::policy_field() const {
    return "\"default\";q=" + std::to_string(burst_) + ";w=" + std::to_string(std::max(1u, seconds_up(window_ns_)));
}

std::string rate_limiter::field(rate_decision const& decision) {
    return "\"default\";r=" + std::to_string(decision.remaining) + ";t=" + std::to_string(decision.reset_s);
}

}  // namespace shop_server
