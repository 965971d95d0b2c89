#include <shop/http/own_machine.hpp>

#include <algorithm>

#include <shop/http/detail/head.hpp>

#include "message/client_address.hpp"

namespace shop::http {

bool is_loopback_host(std::string_view host) {
    constexpr std::string_view name = "localhost";
    if (auto const address = detail::read_node(host)) return address->is_loopback();
    host = host.substr(0, host.find(':'));
    if (host.ends_with('.')) host.remove_suffix(1);
    if (host.size() < name.size() || !detail::same_name(host.substr(host.size() - name.size()), name)) return false;
    return host.size() == name.size() || host[host.size() - name.size() - 1] == '.';
}

bool is_loopback_origin(std::string_view origin) {
    auto const behind = origin.find("://");
    if (behind == origin.npos) return false;
    auto const scheme = origin.substr(0, behind);
    return (scheme == "http" || scheme == "https") && is_loopback_host(origin.substr(behind + 3));
}

bool names_this_machine(request const& head) {
    auto const host = head.find("Host");
    if (host && !is_loopback_host(*host)) return false;
    auto const origin = head.find("Origin");
    return !origin || is_loopback_origin(*origin);
}

}  // namespace shop::http
