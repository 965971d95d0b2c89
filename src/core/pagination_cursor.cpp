#include <shop/core/pagination_cursor.hpp>

#include <array>

#include <shop/core/base64url.hpp>
#include <shop/core/fingerprint.hpp>
#include <shop/core/limits.hpp>

namespace shop {

namespace {

constexpr std::size_t check_bytes = 8;
constexpr std::size_t cursor_bytes_max = 512;
constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Not a secret: who forges a cursor gains nothing, but a mistaken one should be noticed.
std::string check_of(std::string_view operation, std::string_view place) {
    auto const whole = fingerprint_of(operation, place);
    return {whole.begin(), whole.begin() + check_bytes};
}

}  // namespace

std::string make_cursor(std::string_view operation, std::string_view place) {
    return to_base64url(check_of(operation, place).append(place));
}

error bad_cursor() {
    error_details details;
    details.errors.push_back({"cursor", "must be the next_cursor of an earlier page of the same list"});
    return error(error_code::malformed_request, std::move(details));
}

result<std::string> read_cursor(std::string_view operation, std::string_view cursor) {
    if (cursor.size() > cursor_bytes_max) return bad_cursor();
    auto bytes = from_base64url(cursor);
    if (!bytes || bytes->size() < check_bytes) return bad_cursor();
    auto place = bytes->substr(check_bytes);
    if (bytes->compare(0, check_bytes, check_of(operation, place)) != 0) return bad_cursor();
    return place;
}

result<std::size_t> page_limit(std::optional<std::int64_t> asked) {
    if (!asked) return limits::page_items_default;
    if (*asked < 1 || *asked > static_cast<std::int64_t>(limits::page_items_max)) {
        return invalid_at("limit", "must be 1 to " + std::to_string(limits::page_items_max));
    }
    return static_cast<std::size_t>(*asked);
}

result<std::size_t> page_limit(std::optional<std::int64_t> asked, std::vector<sku> const& only) {
    if (only.size() > limits::page_items_max) {
        return invalid_at("sku", "must be at most " + std::to_string(limits::page_items_max) + " skus");
    }
    if (!asked && !only.empty()) return only.size();
    return page_limit(asked);
}

}  // namespace shop
