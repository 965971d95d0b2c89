#include <shop/http/message.hpp>

#include <algorithm>
#include <array>
#include <stdexcept>

#include <shop/http/detail/head.hpp>

#include "message/characters.hpp"

namespace shop::http {

std::optional<std::string_view> request::find(std::string_view name) const {
    for (auto const& field : headers) {
        if (detail::same_name(field.name, name)) return field.value;
    }
    return std::nullopt;
}

response& response::add(std::string_view name, std::string_view value) {
    constexpr std::array<std::string_view, 12> own{"cache-control",
                                                   "connection",
                                                   "content-length",
                                                   "content-type",
                                                   "date",
                                                   "keep-alive",
                                                   "trailer",
                                                   "traceparent",
                                                   "transfer-encoding",
                                                   "x-request-id",
                                                   "x-content-type-options",
                                                   "strict-transport-security"};
    auto same = [&](std::string_view other) { return detail::same_name(name, other); };
    if (!detail::is_token(name) || std::any_of(own.begin(), own.end(), same)) {
        throw std::invalid_argument("a header with this name cannot be added");
    }
    if (!detail::all(value, detail::value_char)) {
        throw std::invalid_argument("a header value has a control character");
    }
    fields_.append(name).append(": ").append(value).append("\r\n");
    return *this;
}

std::optional<std::string_view> response::find(std::string_view name) const {
    std::string_view rest = fields_;
    while (!rest.empty()) {
        auto const line = rest.substr(0, rest.find("\r\n"));
        auto const colon = line.find(": ");
        if (detail::same_name(line.substr(0, colon), name)) return line.substr(colon + 2);
        rest.remove_prefix(line.size() + 2);
    }
    return std::nullopt;
}

}  // namespace shop::http
