#include <shop/core/sku.hpp>

#include <stdexcept>

#include "ascii.hpp"

namespace shop {

namespace {

bool is_code(std::string_view text) {
    if (text.empty() || text.size() > detail::code::characters_max || !ascii::is_letter_or_digit(text.front()))
        return false;
    for (char const c : text) {
        if (!ascii::is_letter_or_digit(c) && c != '.' && c != '_' && c != '-') return false;
    }
    return true;
}

detail::code checked(std::string_view text, char const* what_it_is) {
    if (!is_code(text)) throw std::invalid_argument(what_it_is);
    return detail::code(text);
}

}  // namespace

sku::sku(std::string_view text) : code_(checked(text, "a sku is [A-Za-z0-9][A-Za-z0-9._-]{0,63}")) {}

std::optional<sku> sku::parse(std::string_view text) {
    if (!is_code(text)) return std::nullopt;
    sku read;
    read.code_ = detail::code(text);
    return read;
}

location::location(std::string_view text) : code_(checked(text, "a location is [A-Za-z0-9][A-Za-z0-9._-]{0,63}")) {}

std::optional<location> location::parse(std::string_view text) {
    if (!is_code(text)) return std::nullopt;
    location read;
    read.code_ = detail::code(text);
    return read;
}

}  // namespace shop
