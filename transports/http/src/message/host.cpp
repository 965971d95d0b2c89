#include "message/host.hpp"

#include <algorithm>

#include "message/characters.hpp"

namespace shop::http::detail {

bool is_host(std::string_view text) {
    std::string_view port;
    if (!text.empty() && text.front() == '[') {
        auto const end = text.find(']');
        if (end == std::string_view::npos || end < 3) return false;
        for (char c : text.substr(1, end - 1)) {
            if (!is(c, hex_char) && c != ':' && c != '.') return false;
        }
        port = text.substr(end + 1);
    } else {
        auto const end = std::min(text.find(':'), text.size());
        if (end == 0) return false;
        for (char c : text.substr(0, end)) {
            bool const letter = lower(c) >= 'a' && lower(c) <= 'z';
            if (!letter && !is(c, digit_char) && c != '-' && c != '.' && c != '_' && c != '~') return false;
        }
        port = text.substr(end);
    }
    if (port.empty()) return true;
    if (port.front() != ':' || port.size() < 2 || port.size() > 6 || !all(port.substr(1), digit_char)) return false;
    unsigned number = 0;
    for (char c : port.substr(1)) number = number * 10 + static_cast<unsigned>(c - '0');
    return number <= 65'535;
}

}  // namespace shop::http::detail
