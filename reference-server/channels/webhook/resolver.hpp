#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/ip/address.hpp>

namespace shop_server::webhook {

/// The addresses behind a name; blocks. Empty: it leads nowhere.
std::vector<boost::asio::ip::address> addresses_of(std::string const& host);

/// Looks names up without blocking anybody: a lookup of the system cannot be cancelled, so each has its own thread,
/// of which there are `lookups_max` at most.
/// @par Thread safety
/// Shared objects: safe.
class resolver {
public:
    using lookup = std::function<std::vector<boost::asio::ip::address>(std::string const& host)>;
    using answered = std::function<void(std::string const& host, std::vector<boost::asio::ip::address>)>;

    static constexpr std::size_t lookups_max = 32;

    /// @param tell is called on a thread of the resolver, never after its end
    resolver(lookup how, answered tell);
    /// Leaves the lookups under way to their end; nobody is told of them.
    ~resolver();
    resolver(resolver const&) = delete;
    resolver& operator=(resolver const&) = delete;

    /// @return false if too many are under way already
    bool start(std::string host);

private:
    struct state;
    std::shared_ptr<state> state_;
};

}  // namespace shop_server::webhook
