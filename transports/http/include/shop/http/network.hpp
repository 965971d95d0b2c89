#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include <boost/asio/ip/address.hpp>

#include <shop/core/result.hpp>

namespace shop::http {

namespace asio = boost::asio;

/// A network of addresses in CIDR notation (RFC 4632; RFC 4291, 2.3): `10.0.0.0/8`, `2001:db8::/32`. An address alone
/// is the network of itself. IPv4 in IPv6 (RFC 4291, 2.5.5.2) counts as IPv4.
class network {
public:
    /// @par Errors
    /// `invalid_value` for what is no network, and for an address with bits beyond its prefix (`10.0.0.1/8`), which is
    /// more often a slip than meant.
    static result<network> parse(std::string_view text);

    bool contains(asio::ip::address const& address) const;  ///< IPv4 in IPv6 counts as IPv4.

private:
    std::array<std::uint8_t, 16> base_{};
    unsigned prefix_bits_ = 0;
};

}  // namespace shop::http
