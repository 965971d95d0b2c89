#pragma once

#include <array>
#include <cstdint>
#include <string_view>

/// The character classes of RFC 9110 and RFC 3986, one table look-up each.
namespace shop::http::detail {

enum char_class : std::uint8_t {
    token_char = 1,   ///< may stand in a method or a field name
    value_char = 2,   ///< may stand in a field value: visible, space, tab, obs-text
    target_char = 4,  ///< visible ASCII without `#`
    path_char = 8,    ///< pchar without `%`, and without `;`, which begins parameters
    query_char = 16,  ///< query without `%`, `&`, `=`, `+`
    digit_char = 32,
    hex_char = 64,
};

constexpr std::array<std::uint8_t, 256> make_char_classes() {
    std::array<std::uint8_t, 256> table{};
    auto add = [&](std::string_view chars, std::uint8_t classes) {
        for (char c : chars) table[static_cast<unsigned char>(c)] |= classes;
    };
    for (unsigned c = 0x21; c < 0x7f; ++c) table[c] |= value_char | target_char;
    for (unsigned c = 0x80; c <= 0xff; ++c) table[c] |= value_char;
    add(" \t", value_char);
    table['#'] &= static_cast<std::uint8_t>(~target_char);
    for (unsigned c = 'a'; c <= 'z'; ++c) table[c] |= token_char | path_char | query_char;
    for (unsigned c = 'A'; c <= 'Z'; ++c) table[c] |= token_char | path_char | query_char;
    add("0123456789", token_char | path_char | query_char | digit_char | hex_char);
    add("abcdefABCDEF", hex_char);
    add("!#$%&'*+-.^_`|~", token_char);
    add("-._~!$&'()*+,=:@", path_char);
    add("-._~!$'()*,;:@/?", query_char);
    return table;
}

inline constexpr auto char_classes = make_char_classes();

constexpr bool is(char c, char_class wanted) {
    return (char_classes[static_cast<unsigned char>(c)] & wanted) != 0;
}

constexpr bool all(std::string_view text, char_class wanted) {
    std::uint8_t common = wanted;
    for (char c : text) common &= char_classes[static_cast<unsigned char>(c)];
    return common != 0;
}

constexpr char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
}

/// Without the white space around it that a field value may have (RFC 9110, 5.6.3).
constexpr std::string_view trimmed(std::string_view text) {
    auto const blank = [](char c) { return c == ' ' || c == '\t'; };
    while (!text.empty() && blank(text.front())) text.remove_prefix(1);
    while (!text.empty() && blank(text.back())) text.remove_suffix(1);
    return text;
}

/// @pre a hexadecimal digit.
constexpr unsigned hex_value(char c) {
    return static_cast<unsigned>(c <= '9' ? c - '0' : lower(c) - 'a' + 10);
}

}  // namespace shop::http::detail
