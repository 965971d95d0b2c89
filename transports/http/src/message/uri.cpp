#include <shop/http/uri.hpp>

#include <algorithm>

#include "message/characters.hpp"

namespace shop::http {
namespace {

using detail::is;
using std::string_view;

error malformed(std::string detail) {
    return error(error_code::malformed_request, std::move(detail));
}

/// Whether it is UTF-8 (no overlong forms, no surrogates) without control characters, C1 ones included.
bool is_plain_text(string_view text) {
    auto const byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    for (std::size_t i = 0; i < text.size();) {
        unsigned const first = byte(i);
        if (first < 0x80) {
            if (first < 0x20 || first == 0x7f) return false;
            ++i;
            continue;
        }
        std::size_t const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
        if (first < 0xc2 || first > 0xf4 || i + length > text.size()) return false;
        char32_t code = first & (0x7fu >> length);
        for (std::size_t k = 1; k < length; ++k) {
            if ((byte(i + k) & 0xc0) != 0x80) return false;
            code = (code << 6) | (byte(i + k) & 0x3f);
        }
        constexpr char32_t least[]{0, 0, 0x80, 0x800, 0x10000};
        bool const surrogate = code >= 0xd800 && code <= 0xdfff;
        if (code < least[length] || code > 0x10ffff || surrogate || code < 0xa0) return false;
        i += length;
    }
    return true;
}

enum class part { path, query_name, query_value };

/// Decodes one segment, name or value.
result<std::string> decode(string_view text, part in) {
    auto const allowed = in == part::path ? detail::path_char : detail::query_char;
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        char const c = text[i];
        if (c == '%') {
            if (i + 2 >= text.size() || !is(text[i + 1], detail::hex_char) || !is(text[i + 2], detail::hex_char)) {
                return malformed("a percent sign is not followed by two hexadecimal digits");
            }
            auto const byte = static_cast<char>(detail::hex_value(text[i + 1]) * 16 + detail::hex_value(text[i + 2]));
            if (in == part::path && (byte == '/' || byte == '\\' || byte == ';')) {
                return malformed("a path segment has an encoded slash, backslash or semicolon");
            }
            out.push_back(byte);
            i += 2;
        } else if (c == '+' && in != part::path) {
            out.push_back(' ');
        } else if (is(c, allowed) || (c == '=' && in == part::query_value)) {  // base64 ends in equals signs
            out.push_back(c);
        } else {
            return malformed("the request target has a character that must be percent-encoded");
        }
    }
    if (!is_plain_text(out)) return malformed("the request target has control characters or is not UTF-8");
    return out;
}

}  // namespace

result<std::vector<std::string>> path_segments(string_view target) {
    auto path = target.substr(0, target.find('?'));
    if (path.empty() || path.front() != '/') return malformed("the path does not begin with a slash");
    std::vector<std::string> segments;
    if (path.size() == 1) return segments;
    segments.reserve(4);
    do {
        path.remove_prefix(1);
        auto const end = std::min(path.find('/'), path.size());
        auto segment = decode(path.substr(0, end), part::path);
        if (!segment) return segment.error();
        if (segment->empty() || *segment == "." || *segment == "..") {
            return malformed("the path has an empty segment or a dot segment");
        }
        segments.push_back(std::move(*segment));
        path.remove_prefix(end);
    } while (!path.empty());
    return segments;
}

result<std::vector<std::pair<std::string, std::string>>> query_parameters(string_view query) {
    std::vector<std::pair<std::string, std::string>> parameters;
    while (!query.empty()) {
        auto const end = std::min(query.find('&'), query.size());
        auto const pair = query.substr(0, end);
        auto const equals = std::min(pair.find('='), pair.size());
        auto name = decode(pair.substr(0, equals), part::query_name);
        if (!name) return name.error();
        auto const raw_value = pair.substr(std::min(equals + 1, pair.size()));
        auto value = decode(raw_value, part::query_value);
        if (!value) return value.error();
        if (name->empty()) return malformed("a query parameter has no name");
        auto same = [&](auto const& other) { return other.first == *name; };
        if (std::any_of(parameters.begin(), parameters.end(), same)) {
            error_details details;
            details.detail = "a query parameter occurs twice; lists are separated by commas";
            // The name is repeated only if it is short: it is the client's.
            if (name->size() <= 64) details.errors.push_back({*name, "occurs twice"});
            return error(error_code::malformed_request, std::move(details));
        }
        parameters.emplace_back(std::move(*name), std::move(*value));
        query.remove_prefix(end);
        if (!query.empty()) {
            query.remove_prefix(1);
            if (query.empty()) return malformed("the query ends in an ampersand");
        }
    }
    return parameters;
}

}  // namespace shop::http
