#include "peers/instances.hpp"

#include <algorithm>
#include <iterator>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <shop/http/client.hpp>

#include "access/secret_file.hpp"

namespace shop_server {
namespace {

using boost::asio::ip::tcp;

constexpr std::string_view dns_scheme = "dns+";
constexpr std::string_view file_scheme = "file:";
constexpr std::size_t registry_bytes_max = 64 * 1024;

shop::error gone(std::string why) {
    return shop::error(shop::error_code::unavailable, std::move(why));
}

shop::result<std::vector<std::string>> read_registry(std::string const& path) {
    auto const text = read_guarded_file(path, registry_bytes_max, file_secrecy::trusted);
    if (!text) return shop::error(text.error().code(), "the registry file: " + std::string(text.error().message()));
    std::vector<std::string> found;
    for (std::string_view rest = *text; !rest.empty();) {
        auto const end = std::min(rest.find('\n'), rest.size());
        auto line = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        while (!line.empty() && (line.back() == ' ' || line.back() == '\r' || line.back() == '\t'))
            line.remove_suffix(1);
        if (line.empty() || line.front() == '#') continue;
        auto const one = shop::http::origin::parse(line);
        if (!one) return gone("the registry file has a line that is no http://HOST:PORT");
        found.push_back(one->url());
    }
    return found;
}

asio::awaitable<shop::result<std::vector<std::string>>> look_up(shop::http::origin name) {
    tcp::resolver resolver(co_await asio::this_coro::executor);
    boost::system::error_code failed;
    auto const found = co_await resolver.async_resolve(name.host, std::to_string(name.port),
                                                       asio::redirect_error(asio::use_awaitable, failed));
    if (failed) co_return gone("the name cannot be looked up");
    std::vector<std::string> out;
    for (auto const& one : found) {
        shop::http::origin const at{one.endpoint().address().to_string(), one.endpoint().port(), name.tls};
        out.push_back(at.url());
    }
    co_return out;
}

}  // namespace

shop::result<void> check_address(std::string_view address) {
    if (address.starts_with(file_scheme) && address.size() > file_scheme.size()) return {};
    bool const is_name = address.starts_with(dns_scheme);
    if (is_name) address.remove_prefix(dns_scheme.size());
    // The certificate is for the name, and each address is an origin of its own.
    if (is_name && address.starts_with("https://")) {
        return shop::error(shop::error_code::not_supported,
                           "dns+https:// is not offered: name the instances, or list them in a file");
    }
    if (auto const one = shop::http::origin::parse(address); !one) return one.error();
    return {};
}

shop::result<void> check_registry_files(std::vector<std::string> const& addresses) {
    for (auto const& address : addresses) {
        if (!address.starts_with(file_scheme)) continue;
        auto const read = read_registry(address.substr(file_scheme.size()));
        if (!read && read.error().code() == shop::error_code::invalid_value) return read.error();
    }
    return {};
}

asio::awaitable<shop::result<std::vector<std::string>>> find_instances(std::vector<std::string> addresses) {
    std::vector<std::string> all;
    for (auto const& address : addresses) {
        shop::result<std::vector<std::string>> some = std::vector<std::string>{};
        if (address.starts_with(file_scheme)) {
            some = read_registry(address.substr(file_scheme.size()));
        } else if (address.starts_with(dns_scheme)) {
            auto name = shop::http::origin::parse(std::string_view(address).substr(dns_scheme.size()));
            some = co_await look_up(std::move(*name));
        } else {
            some->push_back(shop::http::origin::parse(address)->url());
        }
        if (!some) co_return some.error();
        std::move(some->begin(), some->end(), std::back_inserter(all));
    }
    std::ranges::sort(all);
    auto const twice = std::ranges::unique(all);
    all.erase(twice.begin(), twice.end());
    co_return all;
}

}  // namespace shop_server
