#include <shop/core/fingerprint.hpp>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <bit>
#include <cstring>

namespace shop {

fingerprint fingerprint_of(std::string_view operation, std::string_view canonical_request) {
    auto const seed = XXH3_64bits(operation.data(), operation.size());
    XXH128_canonical_t canonical;
    XXH128_canonicalFromHash(&canonical,
                             XXH3_128bits_withSeed(canonical_request.data(), canonical_request.size(), seed));
    return std::bit_cast<fingerprint>(canonical);
}

uuid uuid_of(fingerprint const& of) {
    uuid out;
    out.bytes = of;
    out.bytes[6] = static_cast<std::uint8_t>((out.bytes[6] & 0x0f) | 0x80);
    out.bytes[8] = static_cast<std::uint8_t>((out.bytes[8] & 0x3f) | 0x80);
    return out;
}

}  // namespace shop
