#include <charconv>

#include <shop/json/json.hpp>

namespace shop::json {

namespace {

constexpr bool needs_escape(char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\';
}

void append_escaped(std::string& out, char c) {
    constexpr std::string_view digits = "0123456789abcdef";
    out += '\\';
    switch (c) {
        case '"':
        case '\\':
            out += c;
            return;
        case '\b':
            out += 'b';
            return;
        case '\f':
            out += 'f';
            return;
        case '\n':
            out += 'n';
            return;
        case '\r':
            out += 'r';
            return;
        case '\t':
            out += 't';
            return;
        default:
            break;
    }
    out += "u00";
    out += digits[static_cast<unsigned char>(c) >> 4];
    out += digits[static_cast<unsigned char>(c) & 0xf];
}

template <class Number>
void append_characters(std::string& out, Number number) {
    std::array<char, 32> text;
    auto const written = std::to_chars(text.data(), text.data() + text.size(), number);
    out.append(text.data(), written.ptr);
}

void append_array(std::string& out, value v) {
    out += '[';
    bool first = true;
    for (auto item : v) {
        if (!first) out += ',';
        first = false;
        append(out, item);
    }
    out += ']';
}

void append_object(std::string& out, value v) {
    out += '{';
    bool first = true;
    for (auto member : v) {
        if (!first) out += ',';
        first = false;
        append_string(out, member.key());
        out += ':';
        append(out, member);
    }
    out += '}';
}

}  // namespace

void append_string(std::string& out, std::string_view text) {
    out += '"';
    auto run = text.begin();
    for (auto at = text.begin(); at != text.end(); ++at) {
        if (!needs_escape(*at)) continue;
        out.append(run, at);
        append_escaped(out, *at);
        run = at + 1;
    }
    out.append(run, text.end());
    out += '"';
}

void append_number(std::string& out, std::int64_t number) {
    append_characters(out, number);
}
void append_number(std::string& out, std::uint64_t number) {
    append_characters(out, number);
}

void codec<value>::write(std::string& out, value v) {
    switch (v.kind()) {
        case kind::null:
            out += "null";
            break;
        case kind::boolean:
            out += v.as_bool() ? "true" : "false";
            break;
        case kind::integer:
            append_number(out, v.as_int64());
            break;
        case kind::big_integer:
            append_number(out, v.as_uint64());
            break;
        case kind::real:
            out += v.number_text();
            break;
        case kind::string:
            append_string(out, v.as_string());
            break;
        case kind::array:
            append_array(out, v);
            break;
        case kind::object:
            append_object(out, v);
            break;
    }
}

}  // namespace shop::json
