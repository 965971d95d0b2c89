#include <shop/core/base64url.hpp>

#include <array>
#include <cstdint>

namespace shop {

namespace {

constexpr std::string_view base64url_letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::uint8_t no_base64url_letter = 64;

constexpr auto base64url_values = [] {
    std::array<std::uint8_t, 256> out{};
    out.fill(no_base64url_letter);
    for (std::size_t i = 0; i < base64url_letters.size(); ++i) {
        out[static_cast<unsigned char>(base64url_letters[i])] = static_cast<std::uint8_t>(i);
    }
    return out;
}();

}  // namespace

std::string to_base64url(std::string_view bytes) {
    std::string out;
    out.reserve((bytes.size() * 4 + 2) / 3);
    std::uint32_t bits = 0;
    int held = 0;
    for (unsigned char const byte : bytes) {
        bits = bits << 8 | byte;
        held += 8;
        while (held >= 6) out += base64url_letters[bits >> (held -= 6) & 63];
    }
    if (held > 0) out += base64url_letters[bits << (6 - held) & 63];
    return out;
}

std::optional<std::string> from_base64url(std::string_view text) {
    if (text.size() % 4 == 1) return std::nullopt;
    std::string out;
    out.reserve(text.size() * 3 / 4);
    std::uint32_t bits = 0;
    int held = 0;
    for (unsigned char const letter : text) {
        auto const six = base64url_values[letter];
        if (six == no_base64url_letter) return std::nullopt;
        bits = bits << 6 | six;
        held += 6;
        if (held >= 8) out += static_cast<char>(bits >> (held -= 8) & 255);
    }
    bool const spare_bits_set = (bits & ((1u << held) - 1)) != 0;
    if (spare_bits_set) return std::nullopt;
    return out;
}

}  // namespace shop
