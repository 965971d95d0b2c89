#include <shop/core/mail_address.hpp>

#include <shop/core/limits.hpp>
#include <shop/core/text.hpp>

#include "ascii.hpp"

namespace shop {

namespace {

constexpr std::size_t domain_label_bytes_max = 63;  // RFC 1035, 2.3.4

bool is_beyond_ascii(char c) {
    return static_cast<unsigned char>(c) >= 0x80;
}
/// `atext` of RFC 5322, 3.2.3, with what RFC 6531 adds.
bool is_atom_character(char c) {
    constexpr std::string_view others = "!#$%&'*+-/=?^_`{|}~";
    return ascii::is_letter_or_digit(c) || is_beyond_ascii(c) || others.find(c) != others.npos;
}

template <class Fits>
bool is_dotted(std::string_view text, Fits part_fits) {
    for (;;) {
        auto const dot = text.find('.');
        if (!part_fits(text.substr(0, dot))) return false;
        if (dot == text.npos) return true;
        text.remove_prefix(dot + 1);
    }
}

bool is_atom(std::string_view part) {
    for (char const c : part) {
        if (!is_atom_character(c)) return false;
    }
    return !part.empty();
}

bool is_domain_label(std::string_view part) {
    for (char const c : part) {
        if (!ascii::is_letter_or_digit(c) && !is_beyond_ascii(c) && c != '-') return false;
    }
    return !part.empty() && part.size() <= domain_label_bytes_max && part.front() != '-' && part.back() != '-';
}

}  // namespace

std::optional<std::string_view> refuse_mail_address(std::string_view utf8) {
    static_assert(limits::mail_address_bytes_max == 254 && limits::mail_local_part_bytes_max == 64);
    if (utf8.size() > limits::mail_address_bytes_max) return "must be at most 254 bytes long";
    auto const at = utf8.rfind('@');
    if (at == utf8.npos) return "must be a mail address, such as ann@example.com";
    if (at > limits::mail_local_part_bytes_max) return "must have at most 64 bytes before the @";
    if (!is_plain_text(utf8) || has_white_space(utf8)) return "must not contain blanks or control characters";
    if (!is_dotted(utf8.substr(0, at), is_atom)) {
        return "must have letters, digits and !#$%&'*+-/=?^_`{|}~ before the @, with single dots between them";
    }
    if (!is_dotted(utf8.substr(at + 1), is_domain_label)) {
        return "must have a domain behind the @: letters, digits and hyphens, with single dots between them";
    }
    return std::nullopt;
}

}  // namespace shop
