#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <shop/async/interruptible_timer.hpp>
#include <shop/async/service_context.hpp>
#include <shop/http/client.hpp>
#include <shop/transport/balancing.hpp>

#include "access/security_log.hpp"

namespace shop_server {

namespace asio = boost::asio;

/// What `/readyz` says of a service that answers what is read and has no room for what is written.
constexpr std::string_view status_read_only = "read-only";

struct peer_options {
    std::string service;                 ///< `inventory`
    std::vector<std::string> addresses;  ///< see `find_instances`
    std::function<std::string()> credential;
    security_log* security = nullptr;            ///< outlives the peer
    std::optional<shop::http::tls_trust> trust;  ///< whom to believe about instances at https://
    bool batching = true;
    std::size_t messages_in_flight_max = 2;         ///< of one operation to one instance, while batching
    std::chrono::milliseconds overdue_margin{250};  ///< see `balancing_options`
};

/// Another process of this shop, or several that do the same: where they are, whether they are well, and the channel to
/// them.
///
/// Instances are asked for `/readyz` once a second; one that is not ready, or does not answer, is passed over while
/// another is, and asked twenty times a second until it is ready again. One that is read-only is asked: it refuses by
/// itself what it cannot do. Addresses that can change (a name with several addresses, a registry file) are looked up
/// again once a second.
/// @par Thread safety
/// Shared objects: unsafe; to be used from the executor of its context.
class peer : public std::enable_shared_from_this<peer> {
public:
    peer(shop::service_context context, peer_options options);

    std::string const& service() const { return options_.service; }
    std::shared_ptr<shop::transport::channel> channel() const { return balanced_; }
    /// Whether an instance is there and well.
    bool is_ready() const;
    /// Whether what is there answers what is read, and nothing can be written.
    bool is_read_only() const;
    shop::transport::balancing_channel const& balance() const { return *balanced_; }
    bool is_batching() const { return options_.batching; }

    /// Is told of the addresses of instances that are gone and that have come.
    using instances_function =
        std::function<void(std::vector<std::string> const& gone, std::vector<std::string> const& come)>;
    void on_instances(instances_function tell) { tell_ = std::move(tell); }

    void start();
    void stop();

private:
    static asio::awaitable<void> look_after(std::shared_ptr<peer> self);
    asio::awaitable<void> find();
    asio::awaitable<void> check(std::string address, std::shared_ptr<shop::http::client> client);

    shop::service_context context_;
    peer_options options_;
    shop::interruptible_timer between_looks_;
    std::map<std::string, std::shared_ptr<shop::http::client>> clients_;  ///< by address
    std::map<std::string, bool> ready_;
    std::set<std::string> asked_;  ///< that owe an answer about it
    std::set<std::string> read_only_;
    std::string not_found_because_;  ///< why the last look for instances failed; empty if it did not
    instances_function tell_;
    std::shared_ptr<shop::transport::balancing_channel> balanced_;
};

}  // namespace shop_server
