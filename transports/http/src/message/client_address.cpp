#include "message/client_address.hpp"

#include <algorithm>
#include <array>

#include <shop/http/detail/head.hpp>

#include "message/characters.hpp"

namespace shop::http {
namespace detail {
namespace {

using std::string_view;

std::optional<ip::address> read_address(string_view text) {
    std::array<char, 46> terminated{};  // INET6_ADDRSTRLEN
    // A zone means something on the machine that wrote it only.
    if (text.empty() || text.size() >= terminated.size() || text.find('%') != string_view::npos) return std::nullopt;
    std::copy(text.begin(), text.end(), terminated.begin());
    boost::system::error_code wrong;
    auto const address = ip::make_address(terminated.data(), wrong);
    if (wrong) return std::nullopt;
    return plain(address);
}

/// A port, or what stands for one that its writer keeps to itself (`_x`).
bool is_port(string_view text) {
    bool const digits = !text.empty() && text.size() <= 5 && all(text, digit_char);
    return digits || (text.size() > 1 && text.front() == '_' && all(text, token_char));
}

/// The value of the `for` of one element of `Forwarded`; empty without one.
string_view for_of(string_view element) {
    while (!element.empty()) {
        auto const end = std::min(element.find(';'), element.size());
        auto const pair = trimmed(element.substr(0, end));
        if (pair.size() > 4 && same_name(pair.substr(0, 4), "for=")) {
            auto value = pair.substr(4);
            if (value.size() > 2 && value.front() == '"' && value.back() == '"')
                value = value.substr(1, value.size() - 2);
            return value;
        }
        element.remove_prefix(std::min(end + 1, element.size()));
    }
    return {};
}

/// Goes along a chain of addresses from the client's end, and keeps who stands if all that follow are trusted.
class chain {
public:
    explicit chain(std::vector<network> const& trusted) : trusted_(trusted) {}

    void read_x_forwarded_for(string_view list) {
        seen_ = true;
        for (;;) {
            auto const end = std::min(list.find(','), list.size());
            add(read_node(trimmed(list.substr(0, end))));
            if (end == list.size()) return;
            list.remove_prefix(end + 1);
        }
    }

    /// Commas inside of quotes end no element; quotes that do not close end with the field.
    void read_forwarded(string_view list) {
        seen_ = true;
        for (;;) {
            bool quoted = false;
            std::size_t end = 0;
            while (end < list.size() && (quoted || list[end] != ',')) {
                if (list[end] == '"') quoted = !quoted;
                ++end;
            }
            add(read_node(for_of(list.substr(0, end))));
            if (end == list.size()) return;
            list.remove_prefix(end + 1);
        }
    }

    bool seen() const { return seen_; }
    std::optional<ip::address> const& client() const { return client_; }

private:
    void add(std::optional<ip::address> const& entry) {
        if (!entry) {
            client_.reset();  // its writer stands: the next entry, or the peer
        } else if (!client_ || !is_trusted(*entry, trusted_)) {
            client_ = entry;
        }
    }

    std::vector<network> const& trusted_;
    bool seen_ = false;
    std::optional<ip::address> client_;
};

std::array<std::uint8_t, 16> bytes_of(ip::address const& address) {
    auto const wide = address.is_v4() ? ip::make_address_v6(ip::v4_mapped, address.to_v4()) : address.to_v6();
    return wide.to_bytes();
}

}  // namespace

ip::address plain(ip::address const& address) {
    if (!address.is_v6() || !address.to_v6().is_v4_mapped()) return address;
    return ip::make_address_v4(ip::v4_mapped, address.to_v6());
}

std::optional<ip::address> read_node(string_view text) {
    if (text.starts_with('[')) {
        auto const close = text.find(']');
        if (close == string_view::npos) return std::nullopt;
        auto const behind = text.substr(close + 1);
        if (!behind.empty() && (behind.front() != ':' || !is_port(behind.substr(1)))) return std::nullopt;
        auto const inside = text.substr(1, close - 1);
        if (inside.find(':') == string_view::npos) return std::nullopt;
        return read_address(inside);
    }
    auto const colon = text.find(':');
    if (colon != string_view::npos && colon == text.rfind(':')) {
        if (!is_port(text.substr(colon + 1))) return std::nullopt;
        text = text.substr(0, colon);
    }
    return read_address(text);
}

std::string caller_network(string_view address) {
    auto const read = read_address(address);
    if (!read) return std::string(address);
    if (read->is_v4()) return read->to_string();
    auto bytes = read->to_v6().to_bytes();
    std::fill(bytes.begin() + 8, bytes.end(), std::uint8_t{0});
    return ip::make_address_v6(bytes).to_string() + "/64";
}

bool is_trusted(ip::address const& address, std::vector<network> const& trusted) {
    return std::any_of(trusted.begin(), trusted.end(), [&](auto const& one) { return one.contains(address); });
}

std::optional<ip::address> client_address(std::span<header const> forwarding, std::vector<network> const& trusted) {
    chain standard(trusted), usual(trusted);
    for (auto const& field : forwarding) {
        if (same_name(field.name, "Forwarded")) standard.read_forwarded(field.value);
        if (same_name(field.name, "X-Forwarded-For")) usual.read_x_forwarded_for(field.value);
    }
    if (!standard.seen()) return usual.client();
    if (usual.seen() && usual.client() != standard.client()) return std::nullopt;
    return standard.client();
}

}  // namespace detail

result<network> network::parse(std::string_view text) {
    auto const slash = std::min(text.find('/'), text.size());
    auto const address = detail::read_address(text.substr(0, slash));
    error const wrong(error_code::invalid_value,
                      "must be a network such as 10.0.0.0/8 or 2001:db8::/32, or an address");
    if (!address) return wrong;
    unsigned const bits = address->is_v4() ? 32 : 128;
    unsigned prefix = bits;
    if (slash < text.size()) {
        auto const digits = text.substr(slash + 1);
        bool const plain = !digits.empty() && digits.size() <= 3 && detail::all(digits, detail::digit_char) &&
                           (digits.front() != '0' || digits.size() == 1);
        if (!plain) return wrong;
        prefix = 0;
        for (char c : digits) prefix = prefix * 10 + static_cast<unsigned>(c - '0');
        if (prefix > bits) return wrong;
    }
    network out;
    out.base_ = detail::bytes_of(*address);
    out.prefix_bits_ = prefix + 128 - bits;
    for (unsigned bit = out.prefix_bits_; bit < 128; ++bit) {
        if ((out.base_[bit / 8] >> (7 - bit % 8) & 1) != 0) {
            return error(error_code::invalid_value,
                         "must be a network without bits beyond its prefix, such as 10.0.0.0/8");
        }
    }
    return out;
}

bool network::contains(asio::ip::address const& address) const {
    auto const bytes = detail::bytes_of(address);
    auto const whole = prefix_bits_ / 8;
    if (!std::equal(base_.begin(), base_.begin() + whole, bytes.begin())) return false;
    auto const left = prefix_bits_ % 8;
    if (left == 0) return true;
    return (base_[whole] ^ bytes[whole]) >> (8 - left) == 0;
}

}  // namespace shop::http
