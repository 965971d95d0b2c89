#include "channels/webhook/resolver.hpp"

#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace shop_server::webhook {

namespace ip = boost::asio::ip;

std::vector<ip::address> addresses_of(std::string const& host) {
    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_ADDRCONFIG;
    addrinfo* found = nullptr;
    if (::getaddrinfo(host.c_str(), nullptr, &hints, &found) != 0) return {};
    std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> const all(found, &::freeaddrinfo);
    std::vector<ip::address> out;
    for (auto const* one = found; one != nullptr; one = one->ai_next) {
        if (one->ai_family == AF_INET) {
            auto const& v4 = *reinterpret_cast<sockaddr_in const*>(one->ai_addr);
            out.emplace_back(ip::address_v4(ntohl(v4.sin_addr.s_addr)));
        } else if (one->ai_family == AF_INET6) {
            auto const& v6 = *reinterpret_cast<sockaddr_in6 const*>(one->ai_addr);
            ip::address_v6::bytes_type bytes;
            std::copy_n(v6.sin6_addr.s6_addr, bytes.size(), bytes.begin());
            out.emplace_back(ip::address_v6(bytes));
        }
    }
    return out;
}

struct resolver::state {
    state(lookup h, answered t) : how(std::move(h)), tell(std::move(t)) {}
    lookup const how;
    std::mutex mutex;
    answered tell;  // empty once nobody listens
    std::size_t under_way = 0;
};

resolver::resolver(lookup how, answered tell) : state_(std::make_shared<state>(std::move(how), std::move(tell))) {}

resolver::~resolver() {
    std::lock_guard lock(state_->mutex);
    state_->tell = nullptr;
}

bool resolver::start(std::string host) {
    {
        std::lock_guard lock(state_->mutex);
        if (state_->under_way == lookups_max) return false;
        ++state_->under_way;
    }
    auto work = [state = state_, host = std::move(host)] {
        auto found = state->how(host);
        std::lock_guard lock(state->mutex);
        --state->under_way;
        if (state->tell) state->tell(host, std::move(found));
    };
    try {
        std::thread(std::move(work)).detach();
    } catch (std::system_error const&) {  // no thread to be had now
        std::lock_guard lock(state_->mutex);
        --state_->under_way;
        return false;
    }
    return true;
}

}  // namespace shop_server::webhook
