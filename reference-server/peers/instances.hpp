#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include <shop/core/result.hpp>

namespace shop_server {

namespace asio = boost::asio;

/// Whether an address says where a service is: `http://HOST:PORT`; `dns+http://NAME:PORT`, all addresses that the name
/// has; `file:PATH`, a registry file with one `http://HOST:PORT` a line, where empty lines and lines that begin with
/// `#` are passed over. Whoever can write that file is sent the credential of services, so only its owner may.
shop::result<void> check_address(std::string_view address);

/// Refuses registry files that others may write; one that is not there yet may come.
/// @par Errors
/// `invalid_value`, with what to mend.
shop::result<void> check_registry_files(std::vector<std::string> const& addresses);

/// The instances at these addresses now, as `http://HOST:PORT`, sorted, each once.
/// @par Errors
/// `unavailable` or `not_found`, when one of the addresses cannot be looked up; `invalid_value` for a registry file
/// that others may write. Then what was known before stands.
asio::awaitable<shop::result<std::vector<std::string>>> find_instances(std::vector<std::string> addresses);

}  // namespace shop_server
