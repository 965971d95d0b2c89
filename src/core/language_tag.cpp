#include <shop/core/language_tag.hpp>

#include <algorithm>
#include <array>
#include <cstddef>

#include <shop/core/limits.hpp>

#include "ascii.hpp"

namespace shop {

namespace {

using std::string_view;

bool all_are(string_view subtag, bool (*fits)(char), std::size_t least, std::size_t most) {
    return subtag.size() >= least && subtag.size() <= most && std::all_of(subtag.begin(), subtag.end(), fits);
}

bool is_variant(string_view subtag) {
    return all_are(subtag, ascii::is_letter_or_digit, 5, 8) ||
           (subtag.size() == 4 && ascii::is_digit(subtag.front()) && all_are(subtag, ascii::is_letter_or_digit, 4, 4));
}

/// `irregular` of RFC 5646, 2.1: tags of old that the grammar does not make. The regular ones it does.
constexpr std::array<string_view, 17> irregular{"en-gb-oed", "i-ami", "i-bnn",     "i-default", "i-enochian", "i-hak",
                                                "i-klingon", "i-lux", "i-mingo",   "i-navajo",  "i-pwn",      "i-tao",
                                                "i-tay",     "i-tsu", "sgn-be-fr", "sgn-be-nl", "sgn-ch-de"};

bool is_irregular(string_view text) {
    auto const same = [](char a, char b) { return ascii::lower(a) == b; };
    return std::any_of(irregular.begin(), irregular.end(), [&](string_view one) {
        return std::equal(text.begin(), text.end(), one.begin(), one.end(), same);
    });
}

/// The subtags of a text, one after another.
class subtags {
public:
    explicit subtags(string_view text) : rest_(text) { step(); }
    bool at_end() const { return at_end_; }
    string_view now() const { return now_; }
    void step() {
        if (done_) {
            at_end_ = true;
            now_ = {};
            return;
        }
        auto const hyphen = rest_.find('-');
        now_ = rest_.substr(0, hyphen);
        done_ = hyphen == rest_.npos;
        if (!done_) rest_.remove_prefix(hyphen + 1);
    }
    /// Steps over a subtag that is as `fits` says.
    template <class Fits>
    bool take(Fits fits) {
        if (at_end_ || !fits(now_)) return false;
        step();
        return true;
    }

private:
    string_view rest_;
    string_view now_;
    bool done_ = false;
    bool at_end_ = false;
};

void take_language_and_region(subtags& in) {
    auto const letters = [](std::size_t least, std::size_t most) {
        return [=](string_view s) { return all_are(s, ascii::is_letter, least, most); };
    };
    if (in.take(letters(2, 3))) {
        for (int extensions = 0; extensions < 3 && in.take(letters(3, 3)); ++extensions) {
        }
    } else if (!in.take(letters(4, 8))) {
        return;
    }
    in.take(letters(4, 4));  // the script
    in.take([](string_view s) { return all_are(s, ascii::is_letter, 2, 2) || all_are(s, ascii::is_digit, 3, 3); });
    while (in.take(is_variant)) {
    }
}

bool is_x(string_view s) {
    return s.size() == 1 && ascii::lower(s.front()) == 'x';
}

}  // namespace

bool is_language_tag(string_view text) {
    if (text.empty() || text.size() > limits::language_tag_bytes_max) return false;
    subtags in(text);
    if (!is_x(in.now())) {
        auto const before = in.now().data();
        take_language_and_region(in);
        if (!in.at_end() && in.now().data() == before) return is_irregular(text);
        auto const singleton = [](string_view s) { return all_are(s, ascii::is_letter_or_digit, 1, 1) && !is_x(s); };
        auto const part = [](string_view s) { return all_are(s, ascii::is_letter_or_digit, 2, 8); };
        while (in.take(singleton)) {
            if (!in.take(part)) return false;
            while (in.take(part)) {
            }
        }
    }
    if (in.take(is_x)) {
        auto const part = [](string_view s) { return all_are(s, ascii::is_letter_or_digit, 1, 8); };
        if (!in.take(part)) return false;
        while (in.take(part)) {
        }
    }
    return in.at_end() || is_irregular(text);
}

}  // namespace shop
