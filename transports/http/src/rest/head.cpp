#include "rest/head.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include <shop/core/idempotency_key.hpp>
#include <shop/http/detail/head.hpp>

#include "message/characters.hpp"

namespace shop::http::detail {
namespace {

using std::string_view;

/// Reads digits and nothing else.
template <class Number>
std::optional<Number> whole_number(string_view text) {
    Number read{};
    auto const* end = text.data() + text.size();
    auto const [stop, fault] = std::from_chars(text.data(), end, read);
    if (text.empty() || !is(text.front(), digit_char) || fault != std::errc{} || stop != end) return std::nullopt;
    return read;
}

/// Whether a proxy may have made it of two equal fields (RFC 9110, 5.3).
bool is_merged_of_equal(string_view value) {
    constexpr string_view between = ", ";
    if (value.size() <= between.size() || value.size() % 2 != 0) return false;
    auto const half = (value.size() - between.size()) / 2;
    return value.substr(half, between.size()) == between &&
           value.substr(0, half) == value.substr(half + between.size());
}

error refused_key(error_code why, string_view detail) {
    error_details details;
    details.errors.push_back({"Idempotency-Key", std::string(detail)});
    return error(why, std::move(details));
}

}  // namespace

error malformed_at(string_view place, string_view detail) {
    error_details details;
    details.errors.push_back({std::string(place), std::string(detail)});
    return error(error_code::malformed_request, std::move(details));
}

bool has_body(request const& head) {
    if (head.find("Transfer-Encoding")) return true;
    auto const length = head.find("Content-Length");
    return length && *length != "0";
}

bool is_json(string_view content_type) {
    auto const semicolon = content_type.find(';');
    if (!same_name(trimmed(content_type.substr(0, semicolon)), "application/json")) return false;
    if (semicolon == string_view::npos) return true;
    auto const parameter = trimmed(content_type.substr(semicolon + 1));
    return same_name(parameter, "charset=utf-8") || same_name(parameter, "charset=\"utf-8\"");
}

bool accepts(request const& request, string_view type) {
    bool asked = false;
    auto const group = type.substr(0, type.find('/') + 1);
    for (auto const& field : request.headers) {
        if (!same_name(field.name, "Accept")) continue;
        asked = true;
        for (auto rest = field.value; !rest.empty();) {
            auto const comma = std::min(rest.find(','), rest.size());
            auto const range = rest.substr(0, comma);
            rest.remove_prefix(std::min(comma + 1, rest.size()));
            auto const name = trimmed(range.substr(0, range.find(';')));
            bool const fits = same_name(name, type) || name == "*/*" || same_name(name, std::string(group) + "*");
            auto const weight = range.find("q=0");
            bool const refused =
                weight != string_view::npos && range.find_first_of("123456789", weight) == string_view::npos;
            if (fits && !refused) return true;
        }
    }
    return !asked;
}

result<std::optional<std::string>> last_event_id_of(request const& request) {
    constexpr std::size_t bytes_max = 64;
    auto const text = request.find("Last-Event-ID");
    if (!text || text->empty()) return std::optional<std::string>();
    if (text->size() > bytes_max) return malformed_at("Last-Event-ID", "must be the id of an event of this stream");
    return std::optional<std::string>(*text);
}

result<std::string> idempotency_key_of(request const& request) {
    string_view key;
    std::size_t times = 0;
    for (auto const& field : request.headers) {
        if (!same_name(field.name, "Idempotency-Key")) continue;
        key = field.value;
        ++times;
    }
    if (times > 1 || is_merged_of_equal(key)) {
        return refused_key(error_code::idempotency_key_malformed, "was sent twice: send it once");
    }
    auto const good = check_idempotency_key(key);
    if (good) return std::string(key);
    return refused_key(good.error().code(), "must be 1 to 255 printable ASCII characters");
}

result<std::chrono::milliseconds> time_given(request const& request, std::chrono::milliseconds most) {
    auto const text = request.find("Shop-Timeout-Ms");
    if (!text) return most;
    auto const read = whole_number<std::uint64_t>(*text);
    if (!read || *read == 0) return malformed_at("Shop-Timeout-Ms", "must be a whole number of milliseconds from 1");
    if (*read >= static_cast<std::uint64_t>(most.count())) return most;
    return std::chrono::milliseconds(*read);
}

}  // namespace shop::http::detail
