#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

namespace shop::detail {

/// Eight bytes as one number that compares as they do, one after another.
inline std::uint64_t big_endian(void const* bytes) {
    std::uint64_t read;
    std::memcpy(&read, bytes, sizeof read);
    if constexpr (std::endian::native == std::endian::little) read = __builtin_bswap64(read);
    return read;
}

}  // namespace shop::detail
