#include <charconv>

#include <shop/core/limits.hpp>
#include <shop/orders/rules.hpp>

#include "core/ascii.hpp"

namespace shop::orders {

std::optional<std::uint64_t> rules::number_of_event(std::string_view text) {
    std::uint64_t number = 0;
    auto const [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
    bool const whole = !text.empty() && ascii::is_digit(text.front()) && end == text.data() + text.size();
    if (!whole || failed != std::errc{} || number > static_cast<std::uint64_t>(limits::safe_integer_max)) return {};
    return number;
}

std::optional<event_place> event_place::parse(std::string_view text) {
    auto const dot = text.find('.');
    if (dot == text.npos) return std::nullopt;
    auto const source = store_epoch::parse(text.substr(0, dot));
    auto const position = rules::number_of_event(text.substr(dot + 1));
    if (!source || !position) return std::nullopt;
    return event_place{*source, *position};
}

std::string to_string(event_place const& place) {
    return to_string(place.source) + '.' + std::to_string(place.position);
}

}  // namespace shop::orders
