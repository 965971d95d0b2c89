#include "storage/postgres/columns.hpp"

#include <shop/core/text.hpp>

namespace shop::postgres {

namespace {

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return -1;
}

}  // namespace

void require_text(std::string_view value) {
    if (!is_storable_text(value)) {
        throw failure(error(error_code::invalid_value, "a text holds a NUL, or is not UTF-8"));
    }
}

void value_writer::bytes(std::span<std::uint8_t const> value) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out = "\\x";
    for (auto b : value) {
        out += digits[b >> 4];
        out += digits[b & 15];
    }
    values_.emplace_back(std::move(out));
}

/// `\x` and two digits a byte.
void row_reader::bytes(std::span<std::uint8_t> to) {
    auto const read = text();
    if (read.size() != 2 + 2 * to.size()) return misfit();
    for (std::size_t i = 0; i < to.size(); ++i) {
        int const high = hex_digit(read[2 + 2 * i]);
        int const low = hex_digit(read[3 + 2 * i]);
        if (high < 0 || low < 0) return misfit();
        to[i] = static_cast<std::uint8_t>(16 * high + low);
    }
}

}  // namespace shop::postgres
