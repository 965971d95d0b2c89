#include "statement.hpp"

#include <shop/core/fingerprint.hpp>

namespace shop::postgres {

namespace {

std::string name_of(std::string_view text) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out = "shop_";
    for (auto const byte : fingerprint_of("statement", text)) {
        out += digits[byte >> 4];
        out += digits[byte & 15];
    }
    return out;
}

}  // namespace

statement::statement(std::string text, answer_shape answers)
    : text_(std::move(text)), name_(name_of(text_)), answers_(std::move(answers)) {}

}  // namespace shop::postgres
