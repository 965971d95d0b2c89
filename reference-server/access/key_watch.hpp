#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <boost/asio/awaitable.hpp>

#include <shop/async/interruptible_timer.hpp>
#include <shop/async/service_context.hpp>

#include "access/api_keys.hpp"
#include "access/key_usage.hpp"
#include "access/security_log.hpp"

namespace shop_server {

namespace asio = boost::asio;

/// So long before it expires a key is told of, once a day.
inline constexpr std::chrono::hours key_expiry_notice(14 * 24);

/// What happens to API keys over time: tells the security log which came, went, changed and are about to expire, and
/// notes when each was last used.
/// @par Thread safety
/// Shared objects: unsafe; to be used from the executor of its context.
class key_watch {
public:
    /// @param to outlives this object
    key_watch(shop::service_context context, security_log& to);
    ~key_watch();

    /// From now on these keys count. The first are not told; later ones are compared with those before.
    /// @param usage the file of their last uses; empty: they are not kept
    void use(std::shared_ptr<api_keys const> keys, std::string const& usage);
    void used(std::string_view id, shop::timestamp now) {
        if (usage_) usage_->note(id, now);
    }

private:
    void tell_expiring() const;
    static asio::awaitable<void> look_daily(key_watch& self, std::shared_ptr<shop::interruptible_timer> between);

    shop::service_context context_;
    security_log* to_;
    std::shared_ptr<api_keys const> keys_;
    std::unique_ptr<key_usage> usage_;
    std::shared_ptr<shop::interruptible_timer> between_looks_;
};

}  // namespace shop_server
