#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include <shop/core/result.hpp>

namespace shop_server {

namespace asio = boost::asio;

/// Whether an address says where a service is: `http://HOST:PORT`; `dns+http://NAME:PORT`, all addresses that the name has;
/// `file:PATH`, a registry file with one `http://HOST:PORT` a line, where empty lines and lines that begin with `#` are
/// passed over.
shop::result<void> check_address(std::string_view address);

/// The instances at these addresses now, as `http://HOST:PORT`, sorted, each once.
/// @par Errors
/// `unavailable`, when one of the addresses cannot be looked up: then what was known before stands.
asio::awaitable<shop::result<std::vector<std::string>>> find_instances(std::vector<std::string> addresses);

}  // namespace shop_server
