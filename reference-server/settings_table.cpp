#include "settings.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include <boost/asio/ip/address.hpp>

#include <shop/http/client.hpp>
#include <shop/http/limits.hpp>

#include "channels/channels.hpp"
#include "channels/mail/mail_settings.hpp"
#include "peers/instances.hpp"

namespace shop_server {

namespace {

using refusal = std::optional<std::string_view>;

template <class Number>
std::optional<Number> number_from(std::string_view text) {
    Number value{};
    auto const [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failed != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

/// `10s`, `500ms`, `2m`.
std::optional<std::chrono::milliseconds> duration_from(std::string_view text) {
    auto const unit_at = std::ranges::find_if(text, [](char c) { return c < '0' || c > '9'; }) - text.begin();
    auto const count = number_from<std::int32_t>(text.substr(0, unit_at));
    auto const unit = text.substr(unit_at);
    if (!count) return std::nullopt;
    if (unit == "ms") return std::chrono::milliseconds(*count);
    if (unit == "s") return std::chrono::seconds(*count);
    if (unit == "m") return std::chrono::minutes(*count);
    return std::nullopt;
}

constexpr std::string_view address_wanted =
    "must be HOST:PORT, e.g. 127.0.0.1:8080 or [::1]:8080; port 0 picks a free one";

std::optional<listen_address> address_from(std::string_view text) {
    auto const colon = text.rfind(':');
    if (colon == text.npos) return std::nullopt;
    auto host = text.substr(0, colon);
    if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
        host = host.substr(1, host.size() - 2);
    } else if (host.find_first_of(":[]") != host.npos) {
        return std::nullopt;
    }
    auto const port = number_from<std::uint16_t>(text.substr(colon + 1));
    bool const plain =
        std::ranges::all_of(host, [](unsigned char c) { return c > 0x20 && c < 0x7F && c != '[' && c != ']'; });
    if (host.empty() || host.size() > 253 || !plain || !port) return std::nullopt;
    return listen_address{std::string(host), *port};
}

refusal set_listen(settings& of, std::string_view text) {
    auto address = address_from(text);
    if (!address) return address_wanted;
    of.listen = std::move(*address);
    return std::nullopt;
}

constexpr std::string_view none = "none";

constexpr std::size_t body_memory_mib_min = 16;
static_assert(body_memory_mib_min * 1024 * 1024 >= shop::limits::import_body_bytes_max, "an import has room");

template <bool settings::*Flag>
refusal set_flag(settings& of, std::string_view text) {
    if (text != "yes" && text != "no") return "must be yes or no";
    of.*Flag = text == "yes";
    return std::nullopt;
}

template <std::size_t settings::*Count, std::size_t Most, std::size_t Least = 1>
refusal set_count(settings& of, std::string_view text) {
    static std::string const wanted = "must be a number from " + std::to_string(Least) + " to " + std::to_string(Most);
    auto const count = number_from<std::size_t>(text);
    if (!count || *count < Least || *count > Most) return wanted;
    of.*Count = *count;
    return std::nullopt;
}

/// Calls `take` with each of the parts between commas; nothing for `none`. @return whether it took them all
template <class Take>
bool for_each_part(std::string_view text, Take take) {
    while (text != none) {
        auto const comma = text.find(',');
        if (!take(text.substr(0, comma))) return false;
        if (comma == text.npos) break;
        text.remove_prefix(comma + 1);
    }
    return true;
}

template <std::string settings::*Text>
refusal set_text(settings& of, std::string_view text) {
    of.*Text = text == none ? std::string_view() : text;
    return std::nullopt;
}

refusal set_admin_listen(settings& of, std::string_view text) {
    of.admin_listen = address_from(text);
    if (!of.admin_listen && text != none) return address_wanted;
    return std::nullopt;
}

template <std::vector<std::string> settings::*Service>
refusal set_addresses(settings& of, std::string_view text) {
    (of.*Service).clear();
    bool const fine = for_each_part(text, [&](std::string_view address) {
        (of.*Service).emplace_back(address);
        return check_address(address).has_value();
    });
    if (!fine) return "must be http://HOST:PORT, several of them with commas, dns+http://NAME:PORT or file:PATH";
    return std::nullopt;
}

refusal set_store(settings& of, std::string_view text) {
    auto choice = store_from(text);
    if (!choice) return "must be sqlite:PATH, postgresql://USER@HOST:PORT/DATABASE or memory:";
    of.store = std::move(*choice);
    return std::nullopt;
}

refusal set_read_store(settings& of, std::string_view text) {
    of.read_store = store_from(text);
    bool const fine = text == none || (of.read_store && of.read_store->which == store_choice::kind::postgres);
    if (!fine) return "must be postgresql://USER@HOST:PORT/DATABASE, or none";
    return std::nullopt;
}

refusal set_database_pooler(settings& of, std::string_view text) {
    auto const pooler = shop::from_word<shop::storage::postgres_pooler>(text);
    if (!pooler) return "must be none, session or transaction";
    of.database_pooler = *pooler;
    return std::nullopt;
}

refusal set_unknown_skus(settings& of, std::string_view text) {
    auto const what = shop::from_word<shop::unknown_skus>(text);
    if (!what) return "must be refuse or accept";
    of.unknown_skus = *what;
    return std::nullopt;
}

refusal set_log_level(settings& of, std::string_view text) {
    auto const level = shop::from_word<shop::severity>(text);
    if (!level) return "must be debug, info, warning or error";
    of.log_level = *level;
    return std::nullopt;
}

/// As `duration_from` reads it.
std::string in_words(std::chrono::milliseconds duration) {
    auto const ms = duration.count();
    if (ms % 60'000 == 0) return std::to_string(ms / 60'000) + "m";
    if (ms % 1'000 == 0) return std::to_string(ms / 1'000) + "s";
    return std::to_string(ms) + "ms";
}

template <std::chrono::milliseconds settings::*Duration, std::int64_t LeastMs, std::int64_t MostMs>
refusal set_duration(settings& of, std::string_view text) {
    constexpr std::chrono::milliseconds least(LeastMs), most(MostMs);
    static std::string const wanted =
        "must be a duration from " + in_words(least) + " to " + in_words(most) + ", e.g. 10s";
    auto const duration = duration_from(text);
    if (!duration || *duration < least || *duration > most) return wanted;
    of.*Duration = *duration;
    return std::nullopt;
}

/// Who can change the keys on their way can sign what they like: without TLS only this machine is asked.
refusal set_jwt_keys(settings& of, std::string_view text) {
    constexpr std::string_view plain = "http://", secure = "https://";
    bool known = text == none || text.starts_with("file:") || text.starts_with(secure);
    if (text.starts_with(plain)) {
        auto const at = shop::http::origin::parse(text.substr(0, text.find('/', plain.size())));
        known = at && listen_address{at->host, at->port}.is_loopback();
    }
    if (!known) return "must be file:PATH or the address of a JWKS, https:// unless it is on this machine";
    of.jwt_keys = text == none ? std::string_view() : text;
    return std::nullopt;
}

/// `50/s`, `50/s:200`: so many a second, so many at once.
template <std::optional<request_rate> settings::*Rate>
refusal set_rate(settings& of, std::string_view text) {
    constexpr std::string_view wanted = "must be COUNT/s or COUNT/s:BURST, e.g. 50/s:200, or none";
    (of.*Rate).reset();
    if (text == none) return std::nullopt;
    auto const colon = text.find(':');
    auto const per_second = text.substr(0, colon);
    if (!per_second.ends_with("/s")) return wanted;
    auto const count = number_from<std::uint32_t>(per_second.substr(0, per_second.size() - 2));
    auto const burst = colon == text.npos ? count : number_from<std::uint32_t>(text.substr(colon + 1));
    if (!count || !burst || *count < 1 || *burst < 1 || *count > 1'000'000 || *burst > 1'000'000) return wanted;
    of.*Rate = request_rate{static_cast<double>(*count), *burst};
    return std::nullopt;
}

refusal set_allowed_origins(settings& of, std::string_view text) {
    of.allowed_origins.clear();
    bool const fine = for_each_part(text, [&](std::string_view one) {
        of.allowed_origins.emplace_back(one);
        return one == "*" || ((one.starts_with("http://") || one.starts_with("https://")) && !one.ends_with('/'));
    });
    if (!fine) return "must be origins such as https://shop.example, several with commas, or *";
    return std::nullopt;
}

refusal set_channels(settings& of, std::string_view text) {
    static std::string const wanted = "must be names of channels, several with commas, each once: " + channel_names();
    of.channels.clear();
    bool const fine = text != none && for_each_part(text, [&](std::string_view one) {
                          bool const is_new = std::ranges::find(of.channels, one) == of.channels.end();
                          of.channels.emplace_back(one);
                          return is_new && has_channel(one);
                      });
    if (!fine) return wanted;
    return std::nullopt;
}

refusal set_recipient_rate(settings& of, std::string_view text) {
    of.recipient_rate = 0;
    if (text == none) return std::nullopt;
    return set_count<&settings::recipient_rate, 1'000'000>(of, text);
}

refusal set_trusted_proxies(settings& of, std::string_view text) {
    of.trusted_proxies.clear();
    bool const fine = for_each_part(text, [&](std::string_view one) {
        auto read = shop::http::network::parse(one);
        if (read) of.trusted_proxies.push_back(*read);
        return read.has_value();
    });
    if (!fine)
        return "must be networks such as 10.0.0.0/8 or 2001:db8::/32, without bits beyond the prefix, or addresses; "
               "several with commas";
    return std::nullopt;
}

/// A path of ours must not begin with it: whether a proxy has taken it off could not be told.
refusal set_base_path(settings& of, std::string_view text) {
    constexpr std::array<std::string_view, 8> own{"v1",      "internal", "livez",        "readyz",
                                                  "metrics", "info",     "openapi.json", "docs"};
    constexpr std::string_view wanted =
        "must be a path such as /shop, without a slash at its end and of letters, digits, -, _ and dots inside "
        "of segments; its first segment is none of the server's own (v1, metrics, ...)";
    of.base_path.clear();
    if (text == none) return std::nullopt;
    auto const plain = [](unsigned char c) { return std::isalnum(c) || c == '-' || c == '_'; };
    bool fine = text.size() <= 256 && text.starts_with('/') && plain(text.back());
    for (std::size_t i = 1; i < text.size(); ++i) {
        fine = fine && (plain(text[i]) || ((text[i] == '/' || text[i] == '.') && plain(text[i - 1])));
    }
    auto const first = text.substr(std::min<std::size_t>(1, text.size()));
    if (!fine || std::ranges::find(own, first.substr(0, first.find('/'))) != own.end()) return wanted;
    of.base_path = text;
    return std::nullopt;
}

refusal set_access_log(settings& of, std::string_view text) {
    of.access_log.reset();
    if (text == "yes" || text == "no") {
        of.access_log = text == "yes";
    } else if (text != "auto") {
        return "must be yes, no or auto";
    }
    return std::nullopt;
}

refusal set_trace_collector(settings& of, std::string_view text) {
    if (text != none && !shop::http::origin::parse(text))
        return "must be http://HOST:PORT of an OpenTelemetry collector";
    of.trace_collector = text == none ? std::string_view() : text;
    return std::nullopt;
}

refusal set_trace_ratio(settings& of, std::string_view text) {
    auto const ratio = number_from<double>(text);
    if (!ratio || !(*ratio >= 0 && *ratio <= 1)) return "must be a number from 0 to 1";
    of.trace_ratio = *ratio;
    return std::nullopt;
}

constexpr std::array table{
    setting{"listen", "HOST:PORT", "where to listen; port 0 picks a free one", "127.0.0.1:8080", false, false,
            set_listen},
    setting{"store", "STORE",
            "where everything is kept: sqlite:PATH, postgresql://USER@HOST:PORT/DATABASE, or memory: (gone with the "
            "process)",
            "sqlite:shop.db", false, true, set_store},
    setting{"read-store", "STORE",
            "a replica of that PostgreSQL database, for lists and searches and for `audit`; what it has not got yet is "
            "not in them",
            "none", false, true, set_read_store},
    setting{"migrate", setting::yes_or_no, "bring the schema of a PostgreSQL database up to date before serving it",
            "no", false, false, set_flag<&settings::migrate>},
    setting{"database-connections", "COUNT",
            "connections to PostgreSQL, each with a thread; a quarter of them, one at least, is for lists", "8", false,
            true, set_count<&settings::database_connections, 1'000>},
    setting{"database-pooler", "none|session|transaction",
            "what stands between: session or transaction for PgBouncer, as its pool_mode is", "none", false, true,
            set_database_pooler},
    setting{"log-level", "LEVEL", "the least that is logged: debug, info, warning, error", "info", true, true,
            set_log_level},
    setting{"grace", "DURATION", "how long requests under way may take to finish after SIGTERM", "10s", false, false,
            set_duration<&settings::grace, 100, 600'000>},
    setting{"idle", "DURATION",
            "how long a connection is kept that waits for a request; more than what stands before it keeps its "
            "connections, and "
            "than the 30s of a gateway",
            "130s", false, false, set_duration<&settings::idle, 1'000, 3'600'000>},
    setting{"admin-listen", "HOST:PORT",
            "where to answer /livez, /readyz, /metrics, /info, /openapi.json and /docs; none: on the port of `listen` "
            "if that is loopback",
            "none", false, false, set_admin_listen},
    setting{"product", "ADDRESSES",
            "where the product service is: http://HOST:PORT, several with commas, dns+http://NAME:PORT or file:PATH",
            "none", false, false, set_addresses<&settings::product>},
    setting{"inventory", "ADDRESSES", "where the inventory service is", "none", false, false,
            set_addresses<&settings::inventory>},
    setting{"order", "ADDRESSES", "where the order service is", "none", false, false, set_addresses<&settings::order>},
    setting{"notification", "ADDRESSES", "where the notification service is", "none", false, false,
            set_addresses<&settings::notification>},
    setting{"service-credentials", "FILE", "the secret that this process shows to other services, its role's own",
            "none", true, false, set_text<&settings::service_credentials>},
    setting{"service-callers", "FILE",
            "which roles may call this service, by the hashes of their secrets: ROLE sha256:HEX a line", "none", true,
            false, set_text<&settings::service_callers>},
    setting{"batching", "yes or no", "whether calls to other services that are made at the same time leave together",
            "yes", false, false, set_flag<&settings::batching>},
    setting{"unknown-skus", "refuse|accept", "what becomes of stock of a sku that no product has: refuse or accept",
            "refuse", false, true, set_unknown_skus},
    setting{"channels", "NAMES",
            "by what customers are told of their orders, and the shop of its stock; several with commas", "log", false,
            false, set_channels},
    setting{"templates", "FOLDER", "what messages say, before the templates that come with the server", "none", false,
            false, set_text<&settings::templates>},
    setting{"recipient-rate", "COUNT",
            "messages that one customer gets over one channel within an hour; more of them wait", "none", false, false,
            set_recipient_rate},
    setting{"keys", "FILE", "the API keys that are accepted; see shop-server keys", "none", true, false,
            set_text<&settings::keys>},
    setting{"keys-usage", "FILE",
            "where the hour is noted in which each key was last used, for shop-server keys list; auto: beside the file "
            "`keys`, .usage "
            "behind its name; none: nowhere",
            "auto", true, false, set_text<&settings::keys_usage>},
    setting{"jwt-issuer", "TEXT", "who signs the JSON Web Tokens that are accepted (iss)", "none", false, false,
            set_text<&settings::jwt_issuer>},
    setting{"jwt-audience", "TEXT", "whom those tokens are for (aud)", "none", false, false,
            set_text<&settings::jwt_audience>},
    setting{"jwt-keys", "PLACE", "the issuer's keys: file:PATH or the https:// address of a JWKS", "none", false, false,
            set_jwt_keys},
    setting{"cursor-key", "FILE",
            "the secret that seals the cursors of lists, the same at all gateways; none: one drawn at each start",
            "none", false, false, set_text<&settings::cursor_key>},
    setting{"rate-limit", "COUNT/s:BURST", "requests of one account; more are answered 429", "none", true, false,
            set_rate<&settings::account_rate>},
    setting{"address-rate-limit", "COUNT/s:BURST", "requests from one address; more are answered 429", "none", true,
            false, set_rate<&settings::address_rate>},
    setting{"allowed-origins", "ORIGINS", "whose web pages may use the API (CORS); several with commas", "none", true,
            false, set_allowed_origins},
    setting{"trusted-proxies", "NETWORKS",
            "proxies that are believed about whom they ask for, by Forwarded or X-Forwarded-For; several with commas",
            "none", false, false, set_trusted_proxies},
    setting{"base-path", "PATH",
            "what stands before all paths in the addresses that clients know, e.g. /shop; a proxy may take it off or "
            "leave it",
            "none", false, false, set_base_path},
    setting{"requests-max", "COUNT", "requests under way at once; more are answered 503", "4096", true, false,
            set_count<&settings::requests_max, 1'000'000>},
    setting{"access-log", "yes, no or auto",
            "a log line for each request, at a service for each item; auto: at the gateway", "auto", true, false,
            set_access_log},
    setting{"tls-certificate", "FILE", "the certificate chain to serve TLS with, as PEM; none: plain HTTP", "none",
            true, false, set_text<&settings::tls_certificate>},
    setting{"tls-key", "FILE", "the key to that certificate, as PEM, readable by nobody else", "none", true, false,
            set_text<&settings::tls_key>},
    setting{"tls-trust", "FILE", "whom to believe about services at https://, as PEM; none: whom the system believes",
            "none", false, false, set_text<&settings::tls_trust>},
    setting{"tls-client-trust", "FILE",
            "whom to believe about callers, as PEM: each must show a certificate of theirs (mutual TLS); none: callers "
            "are not asked",
            "none", true, false, set_text<&settings::tls_client_trust>},
    setting{"tls-client-certificate", "FILE",
            "the certificate chain to show to services at https:// that ask for one, as PEM", "none", false, false,
            set_text<&settings::tls_client_certificate>},
    setting{"tls-client-key", "FILE", "the key to that certificate, as PEM, readable by nobody else", "none", false,
            false, set_text<&settings::tls_client_key>},
    setting{"smtp", "URL",
            "the server that mail is handed to: smtp://HOST:PORT, or smtps://HOST:PORT for TLS from the first byte",
            "none", false, false, set_smtp},
    setting{"mail-from", "ADDRESS", "whom mails are from: shop@example.com, or NAME <shop@example.com>", "none", false,
            false, set_mail_from},
    setting{"mail-reply-to", "ADDRESS", "where replies go; none: to `mail-from`", "none", false, false,
            set_mail_reply_to},
    setting{"mail-envelope-from", "ADDRESS", "where bounces go, which somebody must read; none: to `mail-from`", "none",
            false, false, set_mail_envelope_from},
    setting{"smtp-tls", "required|none",
            "required: mail goes over TLS or not at all, smtp:// by STARTTLS; none: unencrypted", "required", false,
            false, set_smtp_tls},
    setting{"smtp-ca-file", "FILE", "whom to believe about the mail server, as PEM; none: whom the system believes",
            "none", false, false, set_text<&settings::smtp_ca_file>},
    setting{"smtp-user", "TEXT", "who logs in at the mail server", "none", false, false,
            set_text<&settings::smtp_user>},
    setting{"smtp-password-file", "FILE", "the file with that password, readable by nobody else", "none", false, false,
            set_text<&settings::smtp_password_file>},
    setting{"smtp-connections", "COUNT", "connections to the mail server at once, each with a thread", "4", false,
            false, set_count<&settings::smtp_connections, 64>},
    setting{"smtp-messages-per-connection", "COUNT",
            "mails that one connection is used for; exim delivers at once no more than 10", "10", false, false,
            set_count<&settings::smtp_messages_per_connection, 10'000>},
    setting{"webhook-private-targets", setting::yes_or_no,
            "webhooks also go to private addresses, to this machine, and without TLS", "no", false, false,
            set_flag<&settings::webhook_private_targets>},
    setting{"webhook-trust", "FILE",
            "whom to believe about receivers of webhooks, as PEM; none: whom the system believes", "none", false, false,
            set_text<&settings::webhook_trust>},
    setting{"webhook-failing-days", "DAYS", "an endpoint to which every webhook failed for that long is disabled", "5",
            false, false, set_count<&settings::webhook_failing_days, 30>},
    setting{"trace-collector", "http://HOST:PORT",
            "the OpenTelemetry collector that traces are sent to (OTLP over HTTP)", "none", false, false,
            set_trace_collector},
    setting{"trace-ratio", "RATIO", "the share of traces that are recorded, from 0 to 1", "0.01", false, false,
            set_trace_ratio},
    setting{"connections", "COUNT", "connections at once; more are answered 503", "10000", false, false,
            set_count<&settings::connections, 100'000>},
    setting{"connections-per-address", "COUNT",
            "of those, connections of one address (IPv6: of a /64) but a trusted proxy's; more are answered 503",
            "1000", false, false, set_count<&settings::connections_per_address, 100'000>},
    setting{"streams", "COUNT", "streams of live updates that are open at once; more are answered 503", "5000", true,
            false, set_count<&settings::streams, 100'000>},
    setting{"streams-per-account", "COUNT", "of those, streams of one account; more are answered 429", "20", true,
            false, set_count<&settings::streams_per_account, 100'000>},
    setting{"streams-per-address", "COUNT", "of those, streams of one address (IPv6: of a /64); more are answered 429",
            "100", true, false, set_count<&settings::streams_per_address, 100'000>},
    setting{"body-memory", "MIB", "MiB of request bodies that are held at once; more are answered 503", "256", false,
            false, set_count<&settings::body_memory_mib, 1'048'576, body_memory_mib_min>},
    setting{"body-memory-per-caller", "MIB", "of those, MiB of one account, and of one address; more are answered 429",
            "64", false, false, set_count<&settings::body_memory_per_caller_mib, 1'048'576, body_memory_mib_min>},
};

static_assert(shop::limits::idle_max == std::chrono::seconds(130), "the default of `idle` says it too");
static_assert(shop::limits::connections_max == 10'000, "the default of `connections` says it too");
static_assert(shop::limits::streams_max == 5'000 && shop::limits::streams_per_account_max == 20 &&
                  shop::limits::streams_per_address_max == 100,
              "the defaults of `streams...` say it too");

}  // namespace

std::optional<store_choice> store_from(std::string_view text) {
    constexpr std::string_view file = "sqlite:";
    if (text == "memory:") return store_choice{store_choice::kind::memory, {}};
    if (text.starts_with(file) && text.size() > file.size()) {
        return store_choice{store_choice::kind::sqlite, std::string(text.substr(file.size()))};
    }
    if (text.starts_with("postgresql://") || text.starts_with("postgres://")) {
        return store_choice{store_choice::kind::postgres, std::string(text)};
    }
    return std::nullopt;
}

bool listen_address::is_loopback() const {
    boost::system::error_code no_address;
    auto const address = boost::asio::ip::make_address(host, no_address);
    if (no_address) return host == "localhost";
    if (address.is_v6() && address.to_v6().is_v4_mapped()) {
        return boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, address.to_v6()).is_loopback();
    }
    return address.is_loopback();
}

std::span<setting const> settings_table() {
    return table;
}

}  // namespace shop_server
