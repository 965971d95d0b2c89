#include "settings.hpp"

#include <libpq-fe.h>

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

namespace shop::postgres {

using storage::postgres_pooler;

namespace {

std::string single_quoted(std::string_view value) {
    std::string out = "'";
    for (char c : value) {
        if (c == '\'' || c == '\\') out += '\\';
        out += c;
    }
    return out + "'";
}

struct session_setting {
    std::string_view name;
    std::string value;
};

/// Every statement names its keys, so that a plan by index is right whatever the statistics say. They are empty on a
/// new database, and a plan made then would be kept.
std::array<session_setting, 8> settings_of(storage::postgres_options const& options) {
    auto const ms = [](std::chrono::milliseconds value) { return std::to_string(value.count()); };
    return {{{"statement_timeout", ms(options.statement_timeout)},
             {"lock_timeout", ms(options.lock_timeout)},
             {"idle_in_transaction_session_timeout", ms(options.idle_in_transaction_timeout)},
             {"enable_seqscan", "off"},
             {"enable_hashjoin", "off"},
             {"enable_mergejoin", "off"},
             {"plan_cache_mode", "force_generic_plan"},
             {"jit", "off"}}};
}

/// `-c a=1 -c b=2`, for the start of a session.
std::string start_options(storage::postgres_options const& options) {
    std::string out;
    for (auto const& one : settings_of(options)) {
        out.append(out.empty() ? "-c " : " -c ").append(one.name).append("=").append(one.value);
    }
    return out;
}

}  // namespace

statement set_statement(storage::postgres_options const& options, bool is_local) {
    std::string out;
    std::vector<answer_column> columns;
    for (auto const& one : settings_of(options)) {
        out.append(out.empty() ? "SELECT " : ", ").append("set_config(").append(single_quoted(one.name)).append(", ");
        out.append(single_quoted(one.value)).append(is_local ? ", true)" : ", false)");
        columns.push_back({"set_config", types::text});
    }
    return {out, rows_of(std::move(columns), 1)};
}

statement const& check_statement() {
    static statement const made(
        "SELECT current_setting('plan_cache_mode') = 'force_generic_plan' OR current_setting('enable_seqscan') = 'off' "
        "AS kept,"
        " (extract(epoch FROM current_setting('statement_timeout')::interval) * 1000)::bigint AS timeout",
        rows_of({{"kept", types::boolean}, {"timeout", types::bigint}}, 1));
    return made;
}

trouble settings_dropped() {
    return {fault::misconfigured, "the settings that a session starts with were dropped" + std::string(which_pooler)};
}

bool may_go_without_tls(std::string const& url) {
    using options = std::unique_ptr<PQconninfoOption, void (*)(PQconninfoOption*)>;
    options const parsed(PQconninfoParse(url.c_str(), nullptr), PQconninfoFree);
    options const otherwise(PQconndefaults(), PQconninfoFree);  // of the environment
    if (!parsed || !otherwise) return false;
    auto const value = [&](std::string_view name) -> std::string_view {
        for (auto const* in : {parsed.get(), otherwise.get()}) {
            for (; in->keyword; ++in) {
                if (name == in->keyword && in->val && *in->val) return in->val;
            }
        }
        return {};
    };
    auto const mode = value("sslmode");
    if (mode == "require" || mode == "verify-ca" || mode == "verify-full") return false;
    auto const is_of_this_machine = [](std::string_view host) {
        return host.empty() || host.front() == '/' || host.front() == '@' || host == "localhost" || host == "::1" ||
               host.starts_with("127.");
    };
    auto hosts = value("hostaddr").empty() ? value("host") : value("hostaddr");
    while (!hosts.empty()) {
        auto const end = std::min(hosts.find(','), hosts.size());
        if (!is_of_this_machine(hosts.substr(0, end))) return true;
        hosts.remove_prefix(std::min(end + 1, hosts.size()));
    }
    return false;
}

std::string connect_string(std::string const& url, storage::postgres_options const& options) {
    char* complaint = nullptr;
    std::unique_ptr<PQconninfoOption, void (*)(PQconninfoOption*)> const parsed(
        PQconninfoParse(url.c_str(), &complaint), PQconninfoFree);
    PQfreemem(complaint);
    // libpq repeats what it could not read, which may hold the password.
    if (!parsed) {
        throw trouble(fault::unavailable, "this is no connection string: postgresql://user@host:port/database is one");
    }
    std::array<std::pair<std::string_view, std::string>, 7> const wanted{{
        {"connect_timeout", std::to_string(options.connect_timeout.count())},
        {"application_name", "shop"},
        {"client_encoding", "UTF8"},
        {"keepalives_idle", "5"},
        {"keepalives_interval", "2"},
        {"keepalives_count", "3"},
        {"tcp_user_timeout", "10000"},
    }};
    std::string out;
    auto const add = [&](std::string_view name, std::string_view value) {
        out.append(name).append("=").append(single_quoted(value)).append(" ");
    };
    for (auto const* o = parsed.get(); o->keyword; ++o) {
        std::string_view const name = o->keyword;
        if (name == "options" && options.pooler == postgres_pooler::none) {
            // The server takes the last of several values: the caller's.
            add(name, start_options(options) + (o->val ? std::string(" ") + o->val : ""));
            continue;
        }
        auto const ours = std::ranges::find(wanted, name, [](auto const& w) { return w.first; });
        if (o->val) {
            add(name, o->val);
        } else if (ours != wanted.end()) {
            add(name, ours->second);
        }
    }
    return out;
}

}  // namespace shop::postgres
