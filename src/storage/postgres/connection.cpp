#include "storage/postgres/connection.hpp"

#include <libpq-fe.h>

#include <array>
#include <pqxx/pqxx>

namespace shop::postgres {

namespace {

/// Every statement names its keys by array, so that a plan by index is right whatever the statistics say. They are empty
/// on a new database, and a plan made then would be kept.
constexpr std::string_view planning =
    "-c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off -c plan_cache_mode=force_generic_plan "
    "-c jit=off";

constexpr std::string_view begin_to_write = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE";
constexpr std::string_view begin_to_read = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

fault fault_of(std::string_view state) {
    auto const is = [&](std::string_view whole_or_class) { return state.substr(0, whole_or_class.size()) == whole_or_class; };
    if (is("23505") || is("23P01")) return fault::conflict;
    if (is("40003") || is("08")) return fault::lost;  // completion unknown: as if the connection had gone
    if (is("40")) return fault::contended;
    if (is("57P") || is("26000") || is("25006")) return fault::lost;  // shut down; behind a pooler; a standby now
    if (is("22") || is("23") || is("54")) return fault::refused;
    if (is("XX001") || is("XX002")) return fault::corrupt;
    return fault::unavailable;
}

/// What the exception that is under way means.
trouble trouble_of_current_exception() {
    try {
        throw;
    } catch (pqxx::broken_connection const& e) {
        return {fault::lost, e.what()};
    } catch (pqxx::in_doubt_error const& e) {
        return {fault::in_doubt, e.what()};
    } catch (pqxx::statement_completion_unknown const& e) {
        return {fault::lost, e.what()};
    } catch (pqxx::transaction_rollback const& e) {
        return {fault::contended, e.what()};
    } catch (pqxx::sql_error const& e) {
        return {fault_of(e.sqlstate()), e.what()};
    } catch (std::bad_alloc const&) {
        return {fault::unavailable, "out of memory"};
    } catch (std::exception const& e) {
        return {fault::unavailable, e.what()};
    }
}

std::string quoted(std::string_view value) {
    std::string out = "'";
    for (char c : value) {
        if (c == '\'' || c == '\\') out += '\\';
        out += c;
    }
    return out + "'";
}

std::string session_settings(storage::postgres_options const& options) {
    auto const one = [](char const* name, std::chrono::milliseconds value) {
        return std::string("-c ") + name + "=" + std::to_string(value.count()) + " ";
    };
    return one("statement_timeout", options.statement_timeout) + one("lock_timeout", options.lock_timeout) +
           one("idle_in_transaction_session_timeout", options.idle_in_transaction_timeout) + std::string(planning);
}

/// `-c a=1 -c b=2` as `; SET LOCAL a = '1'; SET LOCAL b = '2'`.
std::string local_settings(std::string_view session) {
    std::string out;
    while (!session.empty()) {
        session.remove_prefix(3);
        auto const one = session.substr(0, session.find(" -c "));
        session.remove_prefix(std::min(session.size(), one.size() + 1));
        auto const equals = one.find('=');
        out.append("; SET LOCAL ").append(one.substr(0, equals)).append(" = ");
        out.append(quoted(one.substr(equals + 1)));
    }
    return out;
}

}  // namespace

std::string connect_string(std::string const& url, storage::postgres_options const& options) {
    char* complaint = nullptr;
    std::unique_ptr<PQconninfoOption, void (*)(PQconninfoOption*)> const parsed(PQconninfoParse(url.c_str(), &complaint),
                                                                               PQconninfoFree);
    std::unique_ptr<char, void (*)(void*)> const owned(complaint, PQfreemem);
    if (!parsed) {
        // libpq repeats what it could not read, which may hold the password.
        throw trouble(fault::unavailable, "this is no connection string: postgresql://user@host:port/database is one");
    }
    auto const seconds = std::to_string(options.connect_timeout.count());
    std::array<std::pair<std::string_view, std::string>, 7> wanted{{
        {"connect_timeout", seconds},
        {"application_name", "shop"},
        {"client_encoding", "UTF8"},
        {"keepalives_idle", "5"},
        {"keepalives_interval", "2"},
        {"keepalives_count", "3"},
        {"tcp_user_timeout", "10000"},
    }};
    std::string out;
    auto const add = [&](std::string_view name, std::string_view value) {
        out.append(name).append("=").append(quoted(value)).append(" ");
    };
    for (auto const* o = parsed.get(); o->keyword; ++o) {
        std::string_view const name = o->keyword;
        if (name == "options" && options.prepared_statements) {
            // The server takes the last of several values: the caller's.
            add(name, session_settings(options) + (o->val ? std::string(" ") + o->val : ""));
            continue;
        }
        auto const ours = std::find_if(wanted.begin(), wanted.end(), [&](auto const& w) { return w.first == name; });
        if (o->val) {
            add(name, o->val);
        } else if (ours != wanted.end()) {
            add(name, ours->second);
        }
    }
    return out;
}

struct connection::driver {
    pqxx::connection link;
    pqxx::quiet_errorhandler no_notices{link};  // they would go to standard error
    std::optional<pqxx::nontransaction> session;  // transactions are begun and ended by statements of our own

    explicit driver(std::string const& how) : link(how) {
#if PQXX_VERSION_MAJOR < 7
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
        link.inhibit_reactivation(true);  // it would come back without its settings
#pragma GCC diagnostic pop
#endif
        session.emplace(link);
    }

    pqxx::result prepared(std::string const& name, std::vector<std::string> const& arrays);
    pqxx::result prepared(std::string const& name, std::vector<std::optional<std::string>> const& values);
    pqxx::result unprepared(std::string const& sql, std::vector<std::string> const& arrays);
    pqxx::result unprepared(std::string const& sql, std::vector<std::optional<std::string>> const& values);
};

}  // namespace shop::postgres

#if PQXX_VERSION_MAJOR >= 7

namespace shop::postgres {

namespace {
pqxx::params parameters(std::vector<std::string> const& arrays) {
    pqxx::params out;
    for (auto const& a : arrays) {
        out.append(std::basic_string_view<std::byte>(reinterpret_cast<std::byte const*>(a.data()), a.size()));
    }
    return out;
}
pqxx::params parameters(std::vector<std::optional<std::string>> const& values) {
    pqxx::params out;
    for (auto const& v : values) {
        if (v) {
            out.append(*v);
        } else {
            out.append();
        }
    }
    return out;
}
}  // namespace

#else

namespace pqxx {
/// A value that may be missing, for libpqxx before 7.
template <>
struct string_traits<std::optional<std::string>> {
    static constexpr char const* name() noexcept { return "optional text"; }
    static constexpr bool has_null() noexcept { return true; }
    static bool is_null(std::optional<std::string> const& value) { return !value; }
    static std::string to_string(std::optional<std::string> const& value) { return *value; }
};
}  // namespace pqxx

namespace shop::postgres {

namespace {
std::vector<pqxx::binarystring> const to_binary(std::vector<std::string> const& arrays) {
    std::vector<pqxx::binarystring> out;
    out.reserve(arrays.size());
    for (auto const& a : arrays) out.emplace_back(a.data(), a.size());
    return out;
}
}  // namespace

#endif

pqxx::result connection::driver::prepared(std::string const& name, std::vector<std::string> const& arrays) {
#if PQXX_VERSION_MAJOR >= 7
    return session->exec_prepared(name, parameters(arrays));
#else
    auto const binary = to_binary(arrays);
    return session->exec_prepared(name, pqxx::prepare::make_dynamic_params(binary));
#endif
}

pqxx::result connection::driver::prepared(std::string const& name,
                                          std::vector<std::optional<std::string>> const& values) {
#if PQXX_VERSION_MAJOR >= 7
    return session->exec_prepared(name, parameters(values));
#else
    return session->exec_prepared(name, pqxx::prepare::make_dynamic_params(values));
#endif
}

pqxx::result connection::driver::unprepared(std::string const& sql, std::vector<std::string> const& arrays) {
#if PQXX_VERSION_MAJOR >= 7
    return session->exec_params(sql, parameters(arrays));
#else
    auto const binary = to_binary(arrays);
    return session->exec_params(sql, pqxx::prepare::make_dynamic_params(binary));
#endif
}

pqxx::result connection::driver::unprepared(std::string const& sql,
                                            std::vector<std::optional<std::string>> const& values) {
#if PQXX_VERSION_MAJOR >= 7
    return session->exec_params(sql, parameters(values));
#else
    return session->exec_params(sql, pqxx::prepare::make_dynamic_params(values));
#endif
}

connection::connection(std::string const& connect_string, storage::postgres_options const& options)
    : options_(options) {
    try {
        driver_ = std::make_unique<driver>(connect_string);
    } catch (std::exception const&) {
        throw trouble(fault::lost, trouble_of_current_exception().what());
    }
    if (!options.prepared_statements) local_settings_ = local_settings(session_settings(options));
    if (options_.statistics) ++options_.statistics->connections;
}

connection::~connection() = default;

template <class Work>
rows connection::guarded(Work work) {
    if (options_.statistics) ++options_.statistics->statements;
    try {
        auto const owner = std::make_shared<pqxx::result const>(work());
        auto const& all = *owner;
        auto const columns = static_cast<std::size_t>(all.columns());
        std::vector<char const*> fields;
        std::vector<std::uint32_t> sizes;
        fields.reserve(columns * static_cast<std::size_t>(all.size()));
        sizes.reserve(fields.capacity());
        for (auto const& row : all) {
            for (auto const& field : row) {
                fields.push_back(field.is_null() ? nullptr : field.c_str());
                sizes.push_back(static_cast<std::uint32_t>(field.size()));
            }
        }
        return rows(owner, std::move(fields), std::move(sizes), columns, static_cast<std::size_t>(all.affected_rows()));
    } catch (std::exception const&) {
        auto why = trouble_of_current_exception();
        if (!driver_->link.is_open()) why = trouble(fault::lost, why.what());
        if (why.why() == fault::lost || why.why() == fault::in_doubt) usable_ = false;
        throw why;
    }
}

rows connection::execute(std::string const& sql) {
    return guarded([&] { return driver_->session->exec(sql); });
}

rows connection::run(std::string const& sql, std::vector<std::string> const& arrays) {
    return guarded([&] {
        return options_.prepared_statements ? driver_->prepared(name_of(sql), arrays) : driver_->unprepared(sql, arrays);
    });
}

rows connection::run(std::string const& sql, std::vector<std::optional<std::string>> const& values) {
    return guarded([&] {
        return options_.prepared_statements ? driver_->prepared(name_of(sql), values) : driver_->unprepared(sql, values);
    });
}

std::string const& connection::name_of(std::string const& sql) {
    auto [at, fresh] = prepared_.try_emplace(&sql);
    if (fresh) {
        at->second = "shop_" + std::to_string(prepared_.size());
        driver_->link.prepare(at->second, sql);
    }
    return at->second;
}

void connection::begin_writing() {
    execute(std::string(begin_to_write) + local_settings_);
    in_transaction_ = true;
}

void connection::begin_reading() {
    execute(std::string(begin_to_read) + local_settings_);
    in_transaction_ = true;
}

void connection::commit() {
    try {
        execute("COMMIT");
        in_transaction_ = false;
    } catch (trouble const& t) {
        if (t.why() == fault::lost) throw trouble(fault::in_doubt, t.what());
        throw;
    }
}

void connection::roll_back() noexcept {
    if (!usable_ || !in_transaction_) return;
    try {
        execute("ROLLBACK");
        in_transaction_ = false;
    } catch (std::exception const&) {
        usable_ = false;
    }
}

bool connection::is_usable() const {
    return usable_;
}

}  // namespace shop::postgres
