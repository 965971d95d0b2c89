#include <shop/core/text.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace shop {

namespace {

constexpr char32_t invalid_character = 0xffffffff;

/// Takes one character off the front; `invalid_character` for what is not UTF-8 (RFC 3629).
char32_t take_character(std::string_view& utf8) {
    auto const byte = [&](std::size_t i) { return static_cast<std::uint8_t>(utf8[i]); };
    std::size_t length = 1;
    char32_t least = 0;
    char32_t character = byte(0);
    if (character < 0x80) {
        utf8.remove_prefix(1);
        return character;
    }
    if (character >> 5 == 0x06) {
        length = 2, least = 0x80, character &= 0x1f;
    } else if (character >> 4 == 0x0e) {
        length = 3, least = 0x800, character &= 0x0f;
    } else if (character >> 3 == 0x1e) {
        length = 4, least = 0x10000, character &= 0x07;
    } else {
        return invalid_character;
    }
    if (utf8.size() < length) return invalid_character;
    for (std::size_t i = 1; i < length; ++i) {
        if (byte(i) >> 6 != 0x02) return invalid_character;
        character = character << 6 | (byte(i) & 0x3f);
    }
    utf8.remove_prefix(length);
    bool const surrogate = character >= 0xd800 && character <= 0xdfff;
    return character < least || character > 0x10ffff || surrogate ? invalid_character : character;
}

bool is_line_break(char32_t c) {
    return c == '\n' || c == '\r' || c == '\t' || c == 0x2028 || c == 0x2029;
}
bool is_white_space(char32_t c) {
    return (c >= 0x09 && c <= 0x0d) || c == ' ' || c == 0x85 || c == 0xa0 || c == 0x1680 ||
           (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f || c == 0x3000;
}
bool has_no_glyph(char32_t c) {
    return c == 0xad || c == 0x34f || c == 0x115f || c == 0x1160 || c == 0x180e || (c >= 0x200b && c <= 0x200d) ||
           c == 0x2060 || c == 0x2800 || c == 0x3164 || c == 0xfeff || c == 0xffa0;
}
bool is_control(char32_t c) {
    return c < 0x20 || (c >= 0x7f && c <= 0x9f);
}
bool turns_direction(char32_t c) {
    return c == 0x061c || c == 0x200e || c == 0x200f || (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

}  // namespace

bool is_storable_text(std::string_view utf8) {
    constexpr std::uint64_t ones = 0x0101010101010101, highs = 0x8080808080808080;
    while (!utf8.empty()) {
        if (utf8.size() >= sizeof(std::uint64_t)) {
            std::uint64_t eight;
            std::memcpy(&eight, utf8.data(), sizeof eight);
            // ASCII without a zero byte, eight at a time.
            if (((eight | (eight - ones)) & highs) == 0) {
                utf8.remove_prefix(sizeof eight);
                continue;
            }
        }
        auto const c = take_character(utf8);
        if (c == 0 || c == invalid_character) return false;
    }
    return true;
}

bool is_blank(std::string_view utf8) {
    while (!utf8.empty()) {
        auto const c = take_character(utf8);
        if (!is_white_space(c) && !has_no_glyph(c)) return false;
    }
    return true;
}

bool has_white_space(std::string_view utf8) {
    while (!utf8.empty()) {
        auto const c = take_character(utf8);
        if (c == invalid_character) return false;
        if (is_white_space(c)) return true;
    }
    return false;
}

bool is_plain_text(std::string_view utf8, line_breaks breaks) {
    while (!utf8.empty()) {
        auto const c = take_character(utf8);
        if (is_line_break(c)) {
            if (breaks == line_breaks::refuse) return false;
        } else if (c == invalid_character || is_control(c) || turns_direction(c) || c == 0xfeff) {
            return false;
        }
    }
    return true;
}

}  // namespace shop
