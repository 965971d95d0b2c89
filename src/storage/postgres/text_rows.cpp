#include "text_rows.hpp"

#include <charconv>
#include <string>

#include <shop/core/uuid.hpp>

#include "trouble.hpp"

namespace shop::postgres {

text_rows::field const& text_rows::at(std::size_t row, std::size_t column) const {
    if (row >= size() || column >= columns_) throw postgres::misfit("one more field", "none");
    return (*fields_)[row * columns_ + column];
}

bool text_reader::null() {
    if (from_.at(row_, at_)) return false;
    ++at_;
    return true;
}

std::string_view text_reader::text() {
    auto const& field = from_.at(row_, at_++);
    if (!field) throw postgres::misfit("a value", "NULL");
    return *field;
}

bool text_reader::boolean() {
    auto const word = text();
    if (word != "t" && word != "f") throw postgres::misfit("a boolean", "something else");
    return word == "t";
}

std::int64_t text_reader::integer() {
    auto const digits = text();
    std::int64_t value = 0;
    auto const [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (failed != std::errc() || end != digits.data() + digits.size())
        throw postgres::misfit("an integer", "something else");
    return value;
}

void text_reader::id(std::array<std::uint8_t, 16>& to) {
    auto const read = parse_uuid(text());
    if (!read) throw postgres::misfit("a uuid", "something else");
    to = read->bytes;
}

void text_reader::bytes(std::span<std::uint8_t> to) {
    auto const digits = text();
    bool fits = digits.size() == 2 + 2 * to.size() && digits.starts_with("\\x");
    for (std::size_t i = 0; fits && i < to.size(); ++i) {
        auto const* const begin = digits.data() + 2 + 2 * i;
        auto const [end, failed] = std::from_chars(begin, begin + 2, to[i], 16);
        fits = failed == std::errc() && end == begin + 2;
    }
    if (!fits) throw postgres::misfit(std::to_string(to.size()) + " bytes", "something else");
}

}  // namespace shop::postgres
