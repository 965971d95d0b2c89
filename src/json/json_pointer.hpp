#pragma once

#include <string>
#include <string_view>

#include <shop/json/json.hpp>

namespace shop::json {

/// Appends a step of a JSON pointer (RFC 6901). A name too long to be repeated is left out: the pointer then names the
/// object around it.
inline void append_pointer_step(std::string& out, std::string_view member) {
    if (member.size() > key_bytes_shown_max) return;
    out += '/';
    for (char const c : member) {
        if (c == '~') {
            out += "~0";
        } else if (c == '/') {
            out += "~1";
        } else {
            out += c;
        }
    }
}

inline void append_pointer_step(std::string& out, std::size_t item) {
    out += '/';
    append_number(out, static_cast<std::uint64_t>(item));
}

}  // namespace shop::json
