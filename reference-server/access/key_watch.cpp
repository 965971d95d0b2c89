#include "access/key_watch.hpp"

#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

namespace shop_server {

key_watch::key_watch(shop::service_context context, security_log& to)
    : context_(std::move(context)), to_(&to), between_looks_(std::make_shared<shop::interruptible_timer>(context_)) {
    asio::co_spawn(context_.executor, look_daily(*this, between_looks_), asio::detached);
}

key_watch::~key_watch() {
    between_looks_->stop();
}

void key_watch::use(std::shared_ptr<api_keys const> keys, std::string const& usage) {
    auto const before = std::exchange(keys_, std::move(keys));
    if (!keys_ || usage.empty()) {
        usage_ = nullptr;
    } else if (!usage_ || usage_->path() != usage) {
        usage_ = std::make_unique<key_usage>(usage, *context_.log);
    }
    if (before && keys_) {
        auto const now = api_keys::between(*before, *keys_);
        for (auto const& id : now.added) to_->write(security_event::key_added, {{"key", id}});
        for (auto const& id : now.changed) to_->write(security_event::key_changed, {{"key", id}});
        for (auto const& id : now.revoked) to_->write(security_event::key_revoked, {{"key", id}});
    }
    tell_expiring();
}

void key_watch::tell_expiring() const {
    if (!keys_) return;
    auto const now = context_.clock->stamp();
    for (auto const& [id, at] : keys_->expiring_between(now, now + key_expiry_notice)) {
        to_->write(security_event::key_expires_soon, {{"key", id}, {"expires_at", shop::to_string(at)}});
    }
}

asio::awaitable<void> key_watch::look_daily(key_watch& self, std::shared_ptr<shop::interruptible_timer> between) {
    for (;;) {
        co_await between->sleep(std::chrono::hours(24));
        if (between->stopped()) co_return;
        self.tell_expiring();
    }
}

}  // namespace shop_server
