#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include <shop/core/uuid.hpp>

namespace shop {

/// What a request was, in 16 bytes: tells a repeat from another request under the same key.
using fingerprint = std::array<std::uint8_t, 16>;

/// The fingerprint of an operation's name and its canonical request (XXH3-128; it only ever compares requests of one
/// account, so that a collision could harm nobody but its maker).
fingerprint fingerprint_of(std::string_view operation, std::string_view canonical_request);

/// A version 8 UUID (RFC 9562: vendor specific) of a fingerprint.
uuid uuid_of(fingerprint const& of);

}  // namespace shop
