#include <shop/testing/seeded_ids.hpp>

namespace shop::testing {

namespace {

/// SplitMix64 (Steele, Lea, Flood 2014): every seed gives a full period.
std::uint64_t mixed(std::uint64_t& state) {
    auto z = (state += 0x9e3779b97f4a7c15ULL);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
}

void write_bytes(std::uint8_t* to, std::uint64_t value, int bytes) {
    while (bytes-- > 0) {
        to[bytes] = static_cast<std::uint8_t>(value);
        value >>= 8;
    }
}

}  // namespace

uuid seeded_ids::next(timestamp now) {
    std::lock_guard lock(mutex_);
    auto ms = static_cast<std::uint64_t>(now.time_since_epoch().count());
    auto count = std::uint64_t{++drawn_};  // 12 bits before the variant, 20 behind it: rising, and never twice
    uuid out;
    write_bytes(out.bytes.data(), ms, 6);
    write_bytes(out.bytes.data() + 6, 0x7000 | (count >> 20), 2);
    write_bytes(out.bytes.data() + 8, (std::uint64_t{2} << 62) | ((count & 0xfffff) << 42) | (mixed(state_) >> 22), 8);
    return out;
}

}  // namespace shop::testing
