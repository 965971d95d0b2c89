#include "rest_head.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include <shop/core/idempotency_key.hpp>
#include <shop/http/detail/head.hpp>

#include "characters.hpp"

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

result<std::string> idempotency_key_of(request const& request) {
    auto const key = request.find("Idempotency-Key").value_or(string_view{});
    auto const good = check_idempotency_key(key);
    if (good) return std::string(key);
    error_details details;
    details.errors.push_back({"Idempotency-Key", "must be 1 to 255 printable ASCII characters"});
    return error(good.error().code(), std::move(details));
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
