#include "rest/upload.hpp"

#include <shop/core/limits.hpp>

namespace shop::http::detail {

result<void> uploaded_items::read(std::string_view body) {
    if (body.empty()) return error(error_code::malformed_request, "this operation needs a body of JSON: an array");
    if (auto parsed = tape_.parse(body); !parsed) return parsed.error();
    if (!tape_.root().is(json::kind::array)) return malformed_at("", "must be an array");
    if (tape_.root().size() > limits::import_items_max) {
        return malformed_at("", "must have at most 10000 items: send them in several requests");
    }
    return {};
}

void append_results(std::string& out, std::vector<uploaded_item> const& items) {
    for (auto const& item : items) {
        if (out.back() != '[') out += ',';
        out += item.result;
    }
}

std::string failed_item(uploaded_item const& item, error const& e) {
    std::string out = "{";
    auto const name = item.value.find("sku");
    if (name && name->is(json::kind::string) && sku::parse(name->as_string())) {
        out += "\"sku\":";
        json::append_string(out, name->as_string());
        out += ',';
    }
    auto details = e.details();
    for (auto& place : details.errors) place.pointer.insert(0, "/" + std::to_string(item.position));
    out += "\"error\":";
    out += problem(error(e.code(), std::move(details))).body;
    out += '}';
    return out;
}

}  // namespace shop::http::detail
