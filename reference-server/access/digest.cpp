#include "access/digest.hpp"

#include <openssl/crypto.h>
#include <openssl/sha.h>

namespace shop_server {

namespace {
constexpr std::string_view sha256_prefix = "sha256:";
constexpr std::string_view hex_digits = "0123456789abcdef";
}  // namespace

sha256_digest sha256(std::string_view bytes) {
    sha256_digest out;
    SHA256(reinterpret_cast<unsigned char const*>(bytes.data()), bytes.size(), out.data());
    return out;
}

bool same_digest(sha256_digest const& a, sha256_digest const& b) {
    return CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string to_string(sha256_digest const& digest) {
    std::string out(sha256_prefix);
    for (auto const byte : digest) {
        out += hex_digits[byte >> 4];
        out += hex_digits[byte & 15];
    }
    return out;
}

std::optional<sha256_digest> parse_sha256(std::string_view text) {
    sha256_digest out;
    if (!text.starts_with(sha256_prefix)) return std::nullopt;
    text.remove_prefix(sha256_prefix.size());
    if (text.size() != 2 * out.size()) return std::nullopt;
    for (std::size_t i = 0; i < out.size(); ++i) {
        auto const high = hex_digits.find(text[2 * i]), low = hex_digits.find(text[2 * i + 1]);
        if (high == hex_digits.npos || low == hex_digits.npos) return std::nullopt;
        out[i] = static_cast<std::uint8_t>(high << 4 | low);
    }
    return out;
}

}  // namespace shop_server
