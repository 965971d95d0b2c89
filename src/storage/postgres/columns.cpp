#include "columns.hpp"

#include <shop/core/text.hpp>

namespace shop::postgres {

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
    add(std::move(out));
}

void row_reader::refuse(bool is_null, std::size_t came, std::size_t expected) {
    auto const bytes = [](std::size_t count) { return std::to_string(count) + " bytes"; };
    throw postgres::misfit(expected == any_size ? "a text" : bytes(expected), is_null ? "NULL" : bytes(came));
}

}  // namespace shop::postgres
