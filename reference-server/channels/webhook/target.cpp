#include "channels/webhook/target.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

#include <shop/http/network.hpp>

namespace shop_server::webhook {

namespace {

namespace ip = boost::asio::ip;

/// All that is no address of the public internet, of either family.
constexpr std::array special_networks{
    "0.0.0.0/8",      "10.0.0.0/8",   "100.64.0.0/10",  "127.0.0.0/8",    "169.254.0.0/16", "172.16.0.0/12",
    "192.0.0.0/24",   "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15",  "198.51.100.0/24",
    "203.0.113.0/24", "224.0.0.0/4",  "240.0.0.0/4",    "::/96",          "64:ff9b::/96",   "64:ff9b:1::/48",
    "100::/64",       "2001::/23",    "2001:db8::/32",  "2002::/16",      "3fff::/20",      "5f00::/16",
    "fc00::/7",       "fe80::/10",    "fec0::/10",      "ff00::/8",
};

std::vector<shop::http::network> const& special() {
    static auto const all = [] {
        std::vector<shop::http::network> out;
        for (auto const* text : special_networks) out.push_back(shop::http::network::parse(text).value());
        return out;
    }();
    return all;
}

struct curl_text {
    curl_text() = default;
    curl_text(curl_text const&) = delete;
    curl_text& operator=(curl_text const&) = delete;
    ~curl_text() { curl_free(text); }
    char* text = nullptr;
};

/// A part of an address; empty where it has none.
std::string part_of(CURLU* url, CURLUPart what, unsigned flags = 0) {
    curl_text out;
    if (curl_url_get(url, what, &out.text, flags) != CURLUE_OK) return {};
    return out.text;
}

bool is_letter_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// Labels of letters, digits, hyphens and underscores. One whose last label is a number would be read as an IPv4
/// address by some and as a name by others.
bool is_name(std::string_view host) {
    if (host.ends_with('.')) host.remove_suffix(1);
    if (host.empty() || host.size() > 253) return false;
    auto last = host;
    for (;;) {
        auto const dot = last.find('.');
        auto const label = last.substr(0, dot);
        bool const plain =
            std::ranges::all_of(label, [](char c) { return is_letter_digit(c) || c == '-' || c == '_'; });
        if (label.empty() || label.size() > 63 || !plain) return false;
        if (dot == last.npos) {
            return !(label.front() >= '0' && label.front() <= '9');
        }
        last.remove_prefix(dot + 1);
    }
}

std::optional<std::uint16_t> port_from(std::string_view text) {
    std::uint16_t port = 0;
    auto const [end, failed] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (failed != std::errc{} || end != text.data() + text.size() || port == 0) return std::nullopt;
    return port;
}

shop::error refuse(std::string why) {
    return shop::invalid_at("/url", std::move(why));
}

/// The text between `//` and the path.
std::string_view authority_of(std::string_view url) {
    auto const begin = url.find("://");
    if (begin == url.npos) return {};
    url.remove_prefix(begin + 3);
    return url.substr(0, url.find_first_of("/?#"));
}

}  // namespace

bool is_public(ip::address const& address) {
    if (address.is_v6() && address.to_v6().is_v4_mapped()) return false;
    return std::ranges::none_of(special(), [&](auto const& one) { return one.contains(address); });
}

shop::result<target> target::parse(std::string_view url, targets allowed) {
    if (url.empty() || url.size() > url_bytes_max) {
        return refuse("must be 1 to " + std::to_string(url_bytes_max) + " bytes");
    }
    bool const plain = std::ranges::all_of(url, [](char c) {
        return c > 0x20 && c < 0x7f && std::string_view("\\\"<>^`{|}").find(c) == std::string_view::npos;
    });
    if (!plain)
        return refuse("must be ASCII without blanks, backslashes and quotes: write others as %XX, names as xn--");
    if (url.find('#') != url.npos) return refuse("must have no fragment: take the # and what follows away");
    auto const authority = authority_of(url);
    if (authority.find('@') != authority.npos) {
        return refuse("must have no user: the signature says who sends, put what else is needed into the path");
    }
    if (authority.find('%') != authority.npos) return refuse("must have a host without % escapes and zones");
    target out;
    out.handle_.reset(curl_url());
    std::string const text(url);
    // The parser would also take the path of https:///x for a host.
    if (authority.empty() || !out.handle_ ||
        curl_url_set(out.handle_.get(), CURLUPART_URL, text.c_str(), CURLU_DISALLOW_USER) != CURLUE_OK) {
        return refuse("must be an absolute address, such as https://example.com/hooks/shop");
    }
    auto const scheme = part_of(out.handle_.get(), CURLUPART_SCHEME);
    if (scheme != "https" && (scheme != "http" || allowed == targets::public_only)) {
        return refuse(allowed == targets::any ? "must begin with https:// or http://" : "must begin with https://");
    }
    auto const port = port_from(part_of(out.handle_.get(), CURLUPART_PORT, CURLU_DEFAULT_PORT));
    if (!port) return refuse("must have a port from 1 to 65535, or none");
    out.port_ = *port;
    out.host_ = part_of(out.handle_.get(), CURLUPART_HOST);
    if (out.host_.size() > 2 && out.host_.front() == '[') out.host_ = out.host_.substr(1, out.host_.size() - 2);
    boost::system::error_code is_no_address;
    auto const address = ip::make_address(out.host_, is_no_address);
    if (!is_no_address) {
        // The parser also reads 0x7f.1: the text must say the address that it means.
        auto const said = authority.substr(0, address.is_v6() ? authority.find(']') : authority.rfind(':'));
        if (address.is_v4() && said != address.to_string()) {
            return refuse("must spell an IPv4 address as four decimal numbers, or have a name");
        }
        if (allowed == targets::public_only && !is_public(address)) {
            return refuse("must not lead to a private or special address");
        }
        out.literal_ = address;
    } else if (!is_name(out.host_)) {
        return refuse("must have a host name or an IP address");
    }
    return out;
}

}  // namespace shop_server::webhook
