#include "rest/answer.hpp"

#include <utility>

namespace shop::http::detail {
namespace {

std::string quoted(std::uint64_t version) {
    std::string tag = "\"";
    json::append_number(tag, version);
    tag += '"';
    return tag;
}

unsigned status_of_success(shop::success success, circumstances seen) {
    if (seen.pending) return 202;
    switch (success) {
        case success::answered:
            return 200;
        case success::created:
            return 201;
        case success::removed:
            return 204;
    }
    return 200;
}

}  // namespace

std::string tag_of(products::product const& p) {
    auto tag = quoted(p.version);
    tag.back() = '.';
    json::append_number(tag, p.availability_sequence);
    tag += '"';
    return tag;
}
std::string tag_of(inventory::stock_level const& s) {
    return quoted(s.version);
}
std::string tag_of(orders::order const& o) {
    return quoted(o.version);
}
std::string tag_of(notifications::preferences const& p) {
    return quoted(p.version);
}
std::string tag_of(notifications::webhook_endpoint const& e) {
    return quoted(e.version);
}

std::string location_of(products::product const& p) {
    return "/v1/products/" + std::string(p.sku.text());
}
std::string location_of(orders::order const& o) {
    std::string address = "/v1/orders/";
    append(address, o.id.value);
    return address;
}

std::string location_of(notifications::webhook_endpoint const& e) {
    std::string address = "/v1/webhook-endpoints/";
    append(address, e.id.value);
    return address;
}

response refuse(exchange const& at, bool is_list, error const& e) {
    // What belongs to somebody else, what never was, and what cannot be are told in the same words.
    if (e.code() == error_code::not_found && !at.path_values.front().empty()) {
        return problem(error(error_code::not_found), at.http);
    }
    // The values a list refuses stood in its address: a limit out of bounds, a cursor that nobody handed out.
    if (is_list && e.code() == error_code::invalid_value) {
        return problem(error(error_code::malformed_request, e.details()), at.http);
    }
    auto out = problem(e, at.http);
    if (e.details().replayed) out.add("Idempotent-Replayed", "true");
    return out;
}

response begin_answer(shop::success success, circumstances seen, std::string const& tag, std::string const& location) {
    response out(status_of_success(success, seen));
    if (!tag.empty()) out.add("ETag", tag);
    if (!location.empty()) out.add("Location", location);
    if (seen.replayed) out.add("Idempotent-Replayed", "true");
    return out;
}

}  // namespace shop::http::detail
