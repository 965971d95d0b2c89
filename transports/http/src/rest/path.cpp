#include "rest/path.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include <shop/http/problem.hpp>
#include <shop/http/uri.hpp>

#include "message/characters.hpp"

namespace shop::http::detail {

/// Paths of letters, digits, `-`, `_`, and dots inside of segments read the same in every reading, so that they need no
/// second one. All others are left to `path_segments`.
bool request_path::split_plain(std::string_view raw) {
    if (raw.size() < 2 || raw.front() != '/' || raw.back() == '/') return false;
    char before = 0;
    for (char c : raw) {
        bool const plain = is(c, token_char) && is(c, path_char) && !(c == '.' && before == '/');
        if (!plain && !(c == '/' && before != '/')) return false;
        before = c;
    }
    while (!raw.empty() && count_ < path_segments_max) {
        raw.remove_prefix(1);
        auto const end = std::min(raw.find('/'), raw.size());
        segments_[count_++] = raw.substr(0, end);
        raw.remove_prefix(end);
    }
    if (!raw.empty()) count_ = 0;
    return true;
}

result<void> request_path::read(std::string_view raw) {
    count_ = 0;
    if (split_plain(raw)) return {};
    count_ = 0;
    auto decoded = path_segments(raw);
    if (!decoded) return decoded.error();
    decoded_ = std::move(*decoded);
    if (decoded_.size() > path_segments_max) return {};
    for (auto const& segment : decoded_) segments_[count_++] = segment;
    return {};
}

std::optional<http_method> method_of(std::string_view word) {
    return from_word<http_method>(word);
}

router::pattern& router::pattern_of(std::string_view path) {
    request_path read;
    std::string plain(path);
    std::erase_if(plain, [](char c) { return c == '{' || c == '}'; });
    if (!read.read(plain) || read.segments().empty()) throw std::invalid_argument("a route's path is malformed");

    pattern made;
    auto rest = path;
    for (auto const segment : read.segments()) {
        rest.remove_prefix(1);
        bool const named = rest.front() == '{';
        made.segments.emplace_back(named ? std::string_view{} : segment);
        rest.remove_prefix(segment.size() + (named ? 2 : 0));
    }
    for (auto& known : patterns_) {
        if (known.segments == made.segments) return known;
    }
    // Literals go before names: descending, the empty text of a name comes last.
    auto const place = std::find_if(patterns_.begin(), patterns_.end(),
                                    [&](auto const& other) { return other.segments < made.segments; });
    return *patterns_.insert(place, std::move(made));
}

void router::add(http_method method, std::string_view path, std::size_t number) {
    auto& at = pattern_of(path).numbers[static_cast<std::size_t>(method)];
    if (at != 0) throw std::invalid_argument("two routes have the same method and path");
    at = number;
}

router::match router::find(std::optional<http_method> method, std::span<std::string_view const> segments) const {
    match found;
    for (auto const& pattern : patterns_) {
        if (pattern.segments.size() != segments.size()) continue;
        std::size_t named = 0;
        bool fits = true;
        for (std::size_t i = 0; i < segments.size() && fits; ++i) {
            auto const& wanted = pattern.segments[i];
            if (wanted.empty()) {
                if (named < path_parameters_max) found.values[named++] = segments[i];
            } else {
                fits = wanted == segments[i];
            }
        }
        if (!fits) continue;
        if (method && pattern.numbers[static_cast<std::size_t>(*method)] != 0) {
            found.number = pattern.numbers[static_cast<std::size_t>(*method)];
            return found;
        }
        for (std::size_t m = 0; m < pattern.numbers.size(); ++m) {
            if (pattern.numbers[m] != 0) found.methods |= static_cast<std::uint8_t>(1u << m);
        }
    }
    return found;
}

std::string methods_to_text(std::uint8_t methods) {
    std::string text;
    for (std::size_t m = 0; m < words_of(http_method{}).size(); ++m) {
        if ((methods & (1u << m)) == 0) continue;
        if (!text.empty()) text += ", ";
        text += to_word(static_cast<http_method>(m));
        if (static_cast<http_method>(m) == http_method::get) text += ", HEAD";
    }
    return text + ", OPTIONS";
}

response answer_by_methods(request const& head, std::string_view allowed) {
    auto answer = head.method == "OPTIONS"
                      ? response(204)
                      : problem(refusal::method_not_allowed, "this resource has " + std::string(allowed), head);
    answer.add("Allow", allowed);
    return answer;
}

std::string_view without_last_slash(std::string_view path) {
    return path.size() > 1 && path.back() == '/' ? path.substr(0, path.size() - 1) : std::string_view{};
}

error no_such_path(request const& head, std::string_view meant) {
    std::string detail = "no resource has this path";
    if (!meant.empty()) detail.append("; without the slash at its end it is ").append(head.base_path).append(meant);
    return error(error_code::not_found, std::move(detail));
}

}  // namespace shop::http::detail
