#include "settings.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

#include <unistd.h>

#include <boost/asio/ip/address.hpp>

#include "config_file.hpp"

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

refusal set_listen(settings& of, std::string_view text) {
    constexpr std::string_view wanted = "must be HOST:PORT, e.g. 127.0.0.1:8080 or [::1]:8080; port 0 picks a free one";
    auto const colon = text.rfind(':');
    if (colon == text.npos) return wanted;
    auto host = text.substr(0, colon);
    if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
        host = host.substr(1, host.size() - 2);
    } else if (host.find_first_of(":[]") != host.npos) {
        return wanted;
    }
    auto const port = number_from<std::uint16_t>(text.substr(colon + 1));
    bool const plain =
        std::ranges::all_of(host, [](unsigned char c) { return c > 0x20 && c < 0x7F && c != '[' && c != ']'; });
    if (host.empty() || host.size() > 253 || !plain || !port) return wanted;
    of.listen = {std::string(host), *port};
    return std::nullopt;
}

refusal set_store(settings& of, std::string_view text) {
    constexpr std::string_view file = "sqlite:";
    if (text == "memory:") {
        of.store = {store_choice::kind::memory, {}};
    } else if (text.starts_with(file) && text.size() > file.size()) {
        of.store = {store_choice::kind::sqlite, std::string(text.substr(file.size()))};
    } else if (text.starts_with("postgresql://") || text.starts_with("postgres://")) {
        of.store = {store_choice::kind::postgres, std::string(text)};
    } else {
        return "must be sqlite:PATH, postgresql://USER@HOST:PORT/DATABASE or memory:";
    }
    return std::nullopt;
}

refusal set_migrate(settings& of, std::string_view text) {
    if (text != "yes" && text != "no") return "must be yes or no";
    of.migrate = text == "yes";
    return std::nullopt;
}

refusal set_database_connections(settings& of, std::string_view text) {
    auto const count = number_from<std::size_t>(text);
    if (!count || *count < 1 || *count > 1'000) return "must be a number from 1 to 1000";
    of.database_connections = *count;
    return std::nullopt;
}

refusal set_database_pooler(settings& of, std::string_view text) {
    if (text != "none" && text != "transaction") return "must be none or transaction";
    of.behind_pooler = text == "transaction";
    return std::nullopt;
}

refusal set_log_level(settings& of, std::string_view text) {
    auto const level = shop::from_word<shop::severity>(text);
    if (!level) return "must be debug, info, warning or error";
    of.log_level = *level;
    return std::nullopt;
}

refusal set_grace(settings& of, std::string_view text) {
    auto const grace = duration_from(text);
    if (!grace || *grace < std::chrono::milliseconds(100) || *grace > std::chrono::minutes(10)) {
        return "must be a duration from 100ms to 10m, e.g. 10s";
    }
    of.grace = *grace;
    return std::nullopt;
}

refusal set_connections(settings& of, std::string_view text) {
    auto const count = number_from<std::size_t>(text);
    if (!count || *count < 1 || *count > 100'000) return "must be a number from 1 to 100000";
    of.connections = *count;
    return std::nullopt;
}

constexpr std::array table{
    setting{"listen", "HOST:PORT", "where to listen; port 0 picks a free one", "127.0.0.1:8080", false, false,
            set_listen},
    setting{"store", "STORE",
            "where everything is kept: sqlite:PATH, postgresql://USER@HOST:PORT/DATABASE, or memory: (gone with the process)",
            "sqlite:shop.db", false, true, set_store},
    setting{"migrate", setting::yes_or_no, "bring the schema of a PostgreSQL database up to date before serving it", "no",
            false, false, set_migrate},
    setting{"database-connections", "COUNT", "connections to PostgreSQL, each with a thread", "8", false, true,
            set_database_connections},
    setting{"database-pooler", "none|transaction",
            "what stands between: transaction for PgBouncer in transaction mode, which keeps no prepared statements", "none",
            false, true, set_database_pooler},
    setting{"log-level", "LEVEL", "the least that is logged: debug, info, warning, error", "info", true, true,
            set_log_level},
    setting{"grace", "DURATION", "how long requests under way may take to finish after SIGTERM", "10s", false, false,
            set_grace},
    setting{"connections", "COUNT", "connections at once; more are answered 503", "10000", false, false,
            set_connections},
};

static_assert(shop::limits::connections_max == 10'000, "the default of `connections` says it too");

setting const* find_setting(std::string_view name) {
    auto const found = std::ranges::find(table, name, &setting::name);
    return found == table.end() ? nullptr : &*found;
}

}  // namespace

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

std::string variable_of(setting const& s) {
    std::string out = "SHOP_";
    for (char c : s.name) out += c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return out;
}

read_settings read(setting_sources const& from) {
    read_settings out;
    std::map<std::string_view, std::pair<std::string, origin>> chosen;
    std::map<std::string_view, std::string> called;  // how the one who set it calls it
    for (auto const& s : table) {
        chosen[s.name] = {std::string(s.default_value), origin::standard};
        called[s.name] = std::string(s.name);
    }

    if (from.file) {
        auto file = read_config_file(*from.file);
        out.refusals = std::move(file.refusals);
        for (auto& entry : file.entries) {
            auto const* s = find_setting(entry.key);
            if (!s) {
                out.refusals.push_back(*from.file + " line " + std::to_string(entry.line) + ": unknown key '" +
                                       entry.key + "'");
                continue;
            }
            chosen[s->name] = {std::move(entry.value), origin::file};
            called[s->name] = *from.file + " line " + std::to_string(entry.line) + ": " + entry.key;
        }
    }
    for (auto const& [variable, value] : from.environment) {
        auto const s = std::ranges::find(table, variable, variable_of);
        if (s != table.end()) {
            chosen[s->name] = {value, origin::environment};
            called[s->name] = variable;
        } else if (variable != "SHOP_CONFIG") {
            // Not refused: platforms set variables named after their services, SHOP_PORT for one.
            out.warnings.push_back(variable + ": no such setting, ignored");
        }
    }
    for (auto const& [name, value] : from.flags) {
        auto const* s = find_setting(name);
        chosen[s->name] = {value, origin::flag};
        called[s->name] = "--" + name;
    }

    for (auto const& s : table) {
        auto& [value, where] = chosen[s.name];
        if (auto refused = s.set(out.values, value))
            out.refusals.push_back(called[s.name] + ": " + std::string(*refused));
        out.rows.push_back({&s, std::move(value), where});
    }
    return out;
}

std::optional<std::string> refuse_to_serve(listen_address const& where) {
    if (where.is_loopback()) return std::nullopt;
    return "listen: " + where.host +
           " can be reached from other machines, and without keys everybody who reaches it may do everything; listen "
           "on "
           "127.0.0.1, and let a proxy on this machine decide who gets in";
}

std::string without_password(std::string_view connection_string) {
    std::string out(connection_string);
    constexpr std::string_view hidden = "***";
    if (auto const at = out.find("://"); at != out.npos) {
        auto const begin = at + 3;
        auto const authority_end = std::min(out.find_first_of("/?", begin), out.size());
        auto const sign = out.rfind('@', authority_end);
        auto const colon = out.find(':', begin);
        if (sign != out.npos && sign > begin && colon < sign) out.replace(colon + 1, sign - colon - 1, hidden);
    }
    constexpr std::string_view key = "password=";
    for (auto at = out.find(key); at != out.npos; at = out.find(key, at + key.size())) {
        auto const begin = at + key.size();
        out.replace(begin, std::min(out.find('&', begin), out.size()) - begin, hidden);
    }
    return out;
}

std::string read_settings::row::shown() const {
    return of->name == "store" ? without_password(value) : value;
}

std::map<std::string, std::string> shop_environment() {
    std::map<std::string, std::string> out;
    for (char** entry = environ; entry && *entry; ++entry) {
        std::string_view const text = *entry;
        auto const equals = text.find('=');
        if (text.starts_with("SHOP_") && equals != text.npos) {
            out.emplace(text.substr(0, equals), text.substr(equals + 1));
        }
    }
    return out;
}

}  // namespace shop_server
