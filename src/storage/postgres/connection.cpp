#include "storage/postgres/connection.hpp"

#include <libpq-fe.h>

#include <algorithm>
#include <array>

namespace shop::postgres {

namespace {

/// Every statement names its keys, so that a plan by index is right whatever the statistics say. They are empty on a new
/// database, and a plan made then would be kept.
constexpr std::string_view planning =
    "-c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off -c plan_cache_mode=force_generic_plan "
    "-c jit=off";

std::string const begin_to_write = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE";
std::string const begin_to_read = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
std::string const commit_statement = "COMMIT";

fault fault_of(std::string_view state) {
    auto const is = [&](std::string_view whole_or_class) { return state.starts_with(whole_or_class); };
    // A guarded statement that did not meet the rows it expected divides by zero: see statements.hpp.
    if (is("23505") || is("23P01") || is("22012")) return fault::conflict;
    if (is("42710") || is("42P07")) return fault::conflict;  // two that create the same table at the same time
    if (is("40003") || is("08")) return fault::lost;  // completion unknown: as if the connection had gone
    if (is("40")) return fault::contended;
    if (is("57P") || is("26000") || is("25006")) return fault::lost;  // shut down; behind a pooler; a standby now
    if (is("22") || is("23") || is("54")) return fault::refused;
    if (is("XX001") || is("XX002")) return fault::corrupt;
    return fault::unavailable;
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

/// `-c a=1 -c b=2` as `SELECT set_config('a', '1', true), set_config('b', '2', true)`: as `SET LOCAL` does.
std::string local_settings(std::string_view session) {
    std::string out;
    while (!session.empty()) {
        session.remove_prefix(3);
        auto const one = session.substr(0, session.find(" -c "));
        session.remove_prefix(std::min(session.size(), one.size() + 1));
        auto const equals = one.find('=');
        out.append(out.empty() ? "SELECT " : ", ").append("set_config(").append(quoted(one.substr(0, equals)));
        out.append(", ").append(quoted(one.substr(equals + 1))).append(", true)");
    }
    return out;
}

std::shared_ptr<pg_result> owned(PGresult* result) {
    return {result, PQclear};
}

}  // namespace

std::size_t rows::size() const {
    return static_cast<std::size_t>(PQntuples(from_.get()));
}
bool rows::is_null(std::size_t row, std::size_t column) const {
    return PQgetisnull(from_.get(), static_cast<int>(row), static_cast<int>(column)) != 0;
}
std::string_view rows::field(std::size_t row, std::size_t column) const {
    auto const r = static_cast<int>(row), c = static_cast<int>(column);
    return {PQgetvalue(from_.get(), r, c), static_cast<std::size_t>(PQgetlength(from_.get(), r, c))};
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
        out.append(name).append("=").append(quoted(value)).append(" ");
    };
    for (auto const* o = parsed.get(); o->keyword; ++o) {
        std::string_view const name = o->keyword;
        if (name == "options" && options.prepared_statements) {
            // The server takes the last of several values: the caller's.
            add(name, session_settings(options) + (o->val ? std::string(" ") + o->val : ""));
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

connection::connection(std::string const& connect_string, storage::postgres_options const& options)
    : options_(options), link_(PQconnectdb(connect_string.c_str()), PQfinish) {
    if (PQstatus(link_.get()) != CONNECTION_OK) throw trouble(fault::lost, PQerrorMessage(link_.get()));
    PQsetNoticeProcessor(link_.get(), [](void*, char const*) {}, nullptr);  // they would go to standard error
    if (!options.prepared_statements) set_local_ = local_settings(session_settings(options));
    if (options_.statistics) ++options_.statistics->connections;
    pipelining(true);
}

connection::~connection() = default;

void connection::pipelining(bool on) {
    if (pipelining_ == on) return;
    if ((on ? PQenterPipelineMode(link_.get()) : PQexitPipelineMode(link_.get())) != 1) {
        usable_ = false;
        throw trouble(fault::lost, PQerrorMessage(link_.get()));
    }
    pipelining_ = on;
}

rows connection::execute(std::string const& sql) {
    pipelining(false);
    auto const done = owned(PQexec(link_.get(), sql.c_str()));
    auto const how = PQresultStatus(done.get());
    if (how != PGRES_COMMAND_OK && how != PGRES_TUPLES_OK) {
        auto const why = trouble_of(done.get());
        if (usable_) pipelining(true);
        throw why;
    }
    pipelining(true);
    return rows(done);
}

void connection::queue(std::string const& sql, std::vector<parameter> values) {
    queued_.push_back({&sql, std::move(values), false});
}

void connection::queue_begin(std::string const& begin) {
    starting_ = true;
    queued_.push_back({&begin, {}, true});
    if (!set_local_.empty()) queued_.push_back({&set_local_, {}, true});
}

void connection::queue_commit(bool of_writes) {
    queued_.push_back({&commit_statement, {}, true});
    committing_ = true;
    doubtful_ = of_writes;
}

std::vector<rows> connection::flush() {
    if (queued_.empty()) return {};
    std::vector<std::string const*> fresh;
    if (options_.statistics) {
        options_.statistics->statements += queued_.size();
        ++options_.statistics->round_trips;
    }
    if (std::exchange(starting_, false)) begun_ = true;
    try {
        for (auto const& one : queued_) send(one, fresh);
        if (PQpipelineSync(link_.get()) != 1) throw trouble_of(nullptr);
        auto all = receive();
        queued_.clear();
        if (committing_) begun_ = committing_ = doubtful_ = false;
        return all;
    } catch (trouble const& t) {
        // Whether the server came to these is not known; they get other names next time.
        for (auto const* sql : fresh) prepared_.erase(sql);
        queued_.clear();
        bool const doubtful = std::exchange(doubtful_, false);
        committing_ = false;
        if (doubtful && t.why() == fault::lost) throw trouble(fault::in_doubt, t.what());
        throw;
    }
}

void connection::send(command const& what, std::vector<std::string const*>& fresh) {
    auto const count = what.values.size();
    std::vector<char const*> values(count);
    std::vector<int> sizes(count), formats(count);
    for (std::size_t i = 0; i < count; ++i) {
        auto const& p = what.values[i];
        values[i] = p.is_null ? nullptr : p.value.c_str();
        sizes[i] = static_cast<int>(p.value.size());
        formats[i] = p.is_binary ? 1 : 0;
    }
    constexpr int binary = 1;
    int sent = 0;
    if (options_.prepared_statements) {
        auto [at, is_new] = prepared_.try_emplace(what.sql);
        if (is_new) {
            fresh.push_back(what.sql);
            at->second = "shop_" + std::to_string(++names_given_);
            if (PQsendPrepare(link_.get(), at->second.c_str(), what.sql->c_str(), 0, nullptr) != 1) throw trouble_of(nullptr);
        }
        sent = PQsendQueryPrepared(link_.get(), at->second.c_str(), static_cast<int>(count), values.data(),
                                   sizes.data(), formats.data(), binary);
    } else {
        sent = PQsendQueryParams(link_.get(), what.sql->c_str(), static_cast<int>(count), nullptr, values.data(),
                                 sizes.data(), formats.data(), binary);
    }
    if (sent != 1) throw trouble_of(nullptr);
}

/// Reads all answers up to the one that says that the server has taken everything.
std::vector<rows> connection::receive() {
    std::vector<rows> all;
    std::unique_ptr<trouble> first;
    std::size_t at = 0;
    for (;;) {
        auto const one = owned(PQgetResult(link_.get()));
        if (!one) {
            if (PQstatus(link_.get()) != CONNECTION_OK) throw first ? *first : trouble_of(nullptr);
            continue;  // between two statements
        }
        switch (PQresultStatus(one.get())) {
            case PGRES_PIPELINE_SYNC:
                if (first) throw *first;
                return all;
            case PGRES_COMMAND_OK:
            case PGRES_TUPLES_OK:
                // Preparing answers, too, with a result that has neither rows nor a command.
                if (std::string_view(PQcmdStatus(one.get())).empty()) break;
                if (!queued_[at++].is_ours) all.emplace_back(one);
                break;
            case PGRES_PIPELINE_ABORTED:
                break;
            default:
                if (!first) first = std::make_unique<trouble>(trouble_of(one.get()));
                if (!usable_) throw *first;
                break;
        }
    }
}

/// @param failed null if the driver itself failed: the connection is gone then
trouble connection::trouble_of(pg_result const* failed) {
    char const* const state = failed ? PQresultErrorField(failed, PG_DIAG_SQLSTATE) : nullptr;
    auto why = state ? fault_of(state) : fault::lost;
    if (PQstatus(link_.get()) != CONNECTION_OK) why = fault::lost;
    if (why == fault::lost) usable_ = false;
    std::string what = state ? PQresultErrorField(failed, PG_DIAG_MESSAGE_PRIMARY) : PQerrorMessage(link_.get());
    return {why, what};
}

void connection::roll_back() noexcept {
    queued_.clear();
    committing_ = doubtful_ = starting_ = false;
    if (!usable_ || !begun_) return;
    try {
        static std::string const statement = "ROLLBACK";
        queued_.push_back({&statement, {}, true});
        flush();
        begun_ = false;
    } catch (std::exception const&) {
        usable_ = false;
    }
}

transaction::transaction(connection& on, kind what) : on_(&on), kind_(what) {
    on.queue_begin(what == kind::writing ? begin_to_write : begin_to_read);
}

transaction::~transaction() {
    if (on_) on_->roll_back();
}

std::vector<rows> transaction::commit() {
    on_->queue_commit(kind_ == kind::writing);
    auto all = on_->flush();
    on_ = nullptr;
    return all;
}

}  // namespace shop::postgres
