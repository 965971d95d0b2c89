#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <initializer_list>
#include <string_view>

#include <shop/core/describe.hpp>
#include <shop/core/log.hpp>

namespace shop_server {

/// What is logged for those who look for attacks and mistakes afterwards. Names are stable: alarms are built on them.
enum class security_event {
    unauthenticated,    ///< 401: no credential, or one that is not valid
    forbidden,          ///< 403: who called may not do it
    rate_limited,       ///< 429: too many requests, or too many bad credentials
    settings_reloaded,  ///< SIGHUP, and what was read counts now
    reload_refused,  ///< SIGHUP, and nothing of what was read counts, or not what one setting names: `kept` says which
    key_added,       ///< an API key counts from now on
    key_revoked,     ///< an API key does not count any more
    key_changed,     ///< an API key has other scopes, another account, customer, secret or expiry
    key_expires_soon,      ///< an API key has only days left
    credentials_changed,   ///< other services are let in, or are known by other secrets
    file_unguarded,        ///< a file that decides, or holds a secret, is open to others
    connection_unguarded,  ///< what is sent to another machine may be read on its way
};
constexpr std::array<std::string_view, 12> words_of(security_event) {
    return {"unauthenticated",  "forbidden",           "rate_limited",   "settings_reloaded",
            "reload_refused",   "key_added",           "key_revoked",    "key_changed",
            "key_expires_soon", "credentials_changed", "file_unguarded", "connection_unguarded"};
}

/// The security events of a process: lines of the log whose `event` is `security.` and the word of the event, as in
/// `security.reload_refused`, and numbers for `shop_security_events_total`.
/// @par Thread safety
/// Shared objects: safe.
class security_log {
public:
    /// @param to outlives this object.
    explicit security_log(shop::log_sink& to) : to_(&to) {}

    /// @param fields names a key by its id, never by its text.
    void write(security_event what, std::initializer_list<shop::log_field> fields);
    /// Counts one that is not written: of many alike, a few lines are enough.
    void count(security_event what) { ++of(what); }
    std::uint64_t counted(security_event what) const { return counted_[static_cast<std::size_t>(what)]; }

private:
    std::atomic<std::uint64_t>& of(security_event what) { return counted_[static_cast<std::size_t>(what)]; }

    shop::log_sink* to_;
    std::array<std::atomic<std::uint64_t>, words_of(security_event{}).size()> counted_{};
};

}  // namespace shop_server
