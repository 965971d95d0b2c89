#pragma once

#include <string_view>

namespace shop::http::detail {

/// Whether a Host header names one host, with or without a port: a name, an IPv4 address, or an IPv6 one in brackets.
bool is_host(std::string_view text);

}  // namespace shop::http::detail
