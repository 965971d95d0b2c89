#include "access/bearer.hpp"

#include <algorithm>

#include <shop/http/detail/head.hpp>

namespace shop_server {

namespace {

constexpr std::string_view bearer_scheme = "bearer";

bool is_b64token_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("-._~+/").find(c) != std::string_view::npos;
}

}  // namespace

bool is_bearer_token(std::string_view text) {
    auto const end = text.find_last_not_of('=');
    return end != text.npos && std::ranges::all_of(text.substr(0, end + 1), is_b64token_letter);
}

bool is_of_bearer_scheme(std::string_view authorization) {
    auto const scheme = authorization.substr(0, authorization.find(' '));
    return shop::http::detail::same_name(bearer_scheme, scheme);
}

std::optional<std::string_view> bearer_token(std::string_view authorization) {
    if (!is_of_bearer_scheme(authorization)) return std::nullopt;
    auto const begin = authorization.find_first_not_of(' ', bearer_scheme.size());
    if (begin == authorization.npos) return std::nullopt;
    authorization.remove_prefix(begin);
    if (!is_bearer_token(authorization)) return std::nullopt;
    return authorization;
}

}  // namespace shop_server
