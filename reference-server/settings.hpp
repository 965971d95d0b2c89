#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <shop/core/describe.hpp>
#include <shop/core/limits.hpp>
#include <shop/core/log.hpp>
#include <shop/engine/known_skus.hpp>
#include <shop/http/network.hpp>
#include <shop/storage/postgres.hpp>

#include "access/rate_limiter.hpp"
#include "channels/mail/mail_message.hpp"
#include "role.hpp"

namespace shop_server {

struct listen_address {
    std::string host;
    std::uint16_t port = 0;

    /// Whether only this machine can reach it.
    bool is_loopback() const;
};

struct store_choice {
    enum class kind { memory, sqlite, postgres };
    kind which = kind::sqlite;
    std::string place;  ///< the path of a SQLite file, the connection string of a PostgreSQL database
};
constexpr std::array<std::string_view, 3> words_of(store_choice::kind) {
    return {"memory", "sqlite", "postgresql"};
}

/// `sqlite:PATH`, `postgresql://...` or `memory:`; nothing for anything else.
std::optional<store_choice> store_from(std::string_view text);

/// Everything that can be set, as the program uses it.
struct settings {
    listen_address listen;
    store_choice store;
    std::optional<store_choice> read_store;  ///< a replica of a PostgreSQL store
    bool migrate = false;
    std::size_t database_connections = 0;
    shop::storage::postgres_pooler database_pooler = shop::storage::postgres_pooler::none;
    shop::severity log_level = shop::severity::info;
    std::chrono::milliseconds grace{}, idle{};
    std::size_t connections = 0, connections_per_address = 0;
    std::size_t streams = 0, streams_per_account = 0, streams_per_address = 0;
    std::size_t body_memory_mib = 0, body_memory_per_caller_mib = 0;
    std::optional<listen_address> admin_listen;
    std::string service_credentials, service_callers;                  ///< paths of files
    std::vector<std::string> product, inventory, order, notification;  ///< where those services are
    bool batching = true;
    shop::unknown_skus unknown_skus = shop::unknown_skus::refuse;
    std::vector<std::string> channels;  ///< names of those by which customers are told, each once
    std::string templates;              ///< path of a folder, or empty
    std::size_t recipient_rate = 0;     ///< messages to one recipient per hour and channel; 0: any number
    std::string keys;                   ///< path of the file of API keys
    std::string keys_usage;             ///< that of their last uses, `auto`, or empty
    std::string cursor_key;             ///< path of a file
    std::string jwt_issuer, jwt_audience;
    std::string jwt_keys;  ///< `file:PATH` or the address of a JWKS
    std::optional<request_rate> account_rate, address_rate;
    std::vector<std::string> allowed_origins;
    std::vector<shop::http::network> trusted_proxies;
    std::string base_path;  ///< empty, or `/shop`
    std::size_t requests_max = 0;
    std::optional<bool> access_log;  ///< not set: as the role has it
    std::string trace_collector;
    double trace_ratio = 0;
    std::string tls_certificate, tls_key;                ///< paths of PEM files
    std::string tls_client_trust;                        ///< likewise: whom to believe about callers
    std::string tls_client_certificate, tls_client_key;  ///< likewise: what to show to other services
    std::string tls_trust;                               ///< path of a PEM file: whom to believe about other services
    std::string smtp;                  ///< `smtp://HOST:PORT` or `smtps://HOST:PORT`; empty: no mail is sent
    mailbox mail_from, mail_reply_to;  ///< without an address: not set
    std::string mail_envelope_from;    ///< where bounces go; empty: to `mail_from`
    bool smtp_requires_tls = true;
    std::string smtp_ca_file, smtp_user, smtp_password_file;
    std::size_t smtp_connections = 0, smtp_messages_per_connection = 0;
    bool webhook_private_targets = false;
    std::string webhook_trust;  ///< path of a PEM file: whom to believe about receivers of webhooks
    std::size_t webhook_failing_days = 0;

    /// Whether callers must say who they are.
    bool asks_who() const { return !keys.empty() || !jwt_issuer.empty(); }
    /// Where the last uses of API keys are noted; empty: nowhere.
    std::string keys_usage_file() const {
        if (keys.empty() || keys_usage != "auto") return keys_usage;
        return keys + ".usage";
    }
};

/// One row of the settings table, from which flags, environment, configuration file, `check-config` and the table in
/// docs/operating.md follow.
struct setting {
    static constexpr std::string_view yes_or_no = "yes|no";  ///< a `value`: the flag alone says yes

    std::string_view name;  ///< `log-level`: the flag `--log-level`, the key `log-level`, the variable `SHOP_LOG_LEVEL`
    std::string_view value;  ///< what it takes, for people
    std::string_view description;
    std::string_view default_value;
    bool reloadable;  ///< SIGHUP reads it again
    bool for_tools;   ///< also a flag of `import` and `audit`
    /// Sets it, or says what its value must be.
    std::optional<std::string_view> (*set)(settings& of, std::string_view text);
};

std::span<setting const> settings_table();

/// `log-level` as `SHOP_LOG_LEVEL`.
std::string variable_of(setting const& s);

enum class origin { standard, file, environment, flag };
constexpr std::array<std::string_view, 4> words_of(origin) {
    return {"default", "file", "environment", "flag"};
}

/// Where settings are taken from, the strongest last.
struct setting_sources {
    std::optional<std::string> file;                 ///< path of the configuration file
    std::map<std::string, std::string> environment;  ///< variables that begin with `SHOP_`
    std::map<std::string, std::string> flags;        ///< by name of the setting
};

struct read_settings {
    struct row {
        setting const* of;
        std::string value;
        origin from;

        /// The value, as it may be shown: without a password.
        std::string shown() const;
    };
    settings values;
    std::vector<row> rows;              ///< one per setting
    std::vector<std::string> refusals;  ///< each names its key
    std::vector<std::string> warnings;
};

/// Reads all sources. Everything that is wrong is refused, not just the first.
read_settings read(setting_sources const& from);

/// A connection string without its password.
std::string without_password(std::string_view connection_string);

/// What stands in the way of serving there, if anything: beyond loopback, and for pages of any origin, keys are needed.
std::optional<std::string> refuse_to_serve(role what, settings const& with, listen_address const& where);

/// What becomes of the settings of a running process by a reload: those that can change are as read again, the others
/// as they were.
settings reloaded(settings const& running, read_settings const& again);

/// The variables of this process that begin with `SHOP_`.
std::map<std::string, std::string> shop_environment();

}  // namespace shop_server
