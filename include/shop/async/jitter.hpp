#pragma once

#include <cstdint>
#include <cstring>

#include <shop/core/uuid.hpp>

namespace shop {

/// Random times, to keep those apart who wait for the same thing. Drawn from the source of ids, so that a seed replays
/// them.
/// @par Thread safety
/// Distinct objects: safe.
class jitter {
public:
    /// @param ids draws the seed, once; not kept
    jitter(id_source& ids, timestamp now) {
        auto const id = ids.next(now);
        std::memcpy(&state_, id.bytes.data() + 8, sizeof state_);  // the random half
        state_ |= 1;
    }

    /// From 0 to `below` - 1. @pre `below` is not 0.
    std::uint64_t below(std::uint64_t below) {
        state_ ^= state_ << 13;  // xorshift64: no more is needed here
        state_ ^= state_ >> 7;
        state_ ^= state_ << 17;
        return state_ % below;
    }

private:
    std::uint64_t state_;
};

}  // namespace shop
