#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/ip/address.hpp>

#include <shop/http/message.hpp>
#include <shop/http/network.hpp>

/// Who sends a request that came through proxies.
namespace shop::http::detail {

namespace ip = boost::asio::ip;

/// The plain form of an address: IPv4 in IPv6 as IPv4.
ip::address plain(ip::address const& address);

/// Reads an address as proxies write it: with or without a port, IPv6 with or without brackets (RFC 7239, 6).
std::optional<ip::address> read_node(std::string_view text);

/// Whose address it is: a caller with IPv6 owns at least a /64, so all of it is one; IPv4 in IPv6 is IPv4.
/// @param address as text, without a port
std::string caller_network(std::string_view address);

bool is_trusted(ip::address const& address, std::vector<network> const& trusted);

/// The client of a request whose peer is trusted: of the addresses in `Forwarded` (RFC 7239) or `X-Forwarded-For`, the
/// last that is not trusted itself; the first one if all are.
///
/// Each proxy adds the address it was asked by behind those it was told. So what stands left of an untrusted address
/// was written by who may say anything, and counts for nothing. Where an entry names no address (`unknown`, `_hidden`),
/// the one who wrote it stands.
/// @return nothing where the peer itself stands: without an address, and where both fields are there and name different
/// clients. A proxy hands on the field that it does not write, so either may be the client's own.
std::optional<ip::address> client_address(std::span<header const> forwarding, std::vector<network> const& trusted);

}  // namespace shop::http::detail
