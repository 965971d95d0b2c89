#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <curl/curl.h>
#include <boost/asio/ip/address.hpp>

#include <shop/core/result.hpp>

namespace shop_server::webhook {

inline constexpr std::size_t url_bytes_max = 2048;

/// Whether an address is one of the public internet: not of this machine, of a private or shared network, of a link, of
/// many, of a documentation, nor one of IPv6 that stands for one of IPv4 that is none (RFC 6890 and its registries).
bool is_public(boost::asio::ip::address const& address);

/// Where an endpoint may stand.
enum class targets {
    public_only,  ///< https, on the public internet
    any,          ///< also http, also on private networks and this machine
};

/// The address of an endpoint, read by the same parser that connects.
class target {
public:
    /// @par Errors
    /// `invalid_value` at "/url", with what to write instead.
    static shop::result<target> parse(std::string_view url, targets allowed);

    std::string const& host() const { return host_; }  ///< A name, or an address without brackets.
    std::uint16_t port() const { return port_; }
    /// The address, where the host is one.
    std::optional<boost::asio::ip::address> const& literal() const { return literal_; }
    /// For `CURLOPT_CURLU`; valid as long as this.
    CURLU* handle() const { return handle_.get(); }

private:
    struct cleanup {
        void operator()(CURLU* one) const { curl_url_cleanup(one); }
    };
    std::unique_ptr<CURLU, cleanup> handle_;
    std::string host_;
    std::uint16_t port_ = 0;
    std::optional<boost::asio::ip::address> literal_;
};

}  // namespace shop_server::webhook
