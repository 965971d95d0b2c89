#include "storage/postgres/connection.hpp"

#include <libpq-fe.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "storage/postgres/columns.hpp"

namespace shop::postgres {

using storage::postgres_pooler;

namespace {

/// How much longer than its statements may take a server may be silent, before it counts as gone.
constexpr auto silence_margin = std::chrono::seconds(5);

statement const begin_to_write("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE", {"BEGIN", {}, {}});
statement const begin_to_read("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", {"BEGIN", {}, {}});
statement const commit_statement("COMMIT", {"COMMIT", {}, {}});
statement const rollback_statement("ROLLBACK", {"ROLLBACK", {}, {}});
/// Answers the number that it is sent with: so the answers are those to what was sent.
statement const mark_statement("SELECT $1::bigint AS mark", rows_of({{"mark", types::bigint}}, 1));
/// Whether the session has the settings that it asked for, and what its timeout is, in milliseconds.
statement const check_statement(
    "SELECT current_setting('plan_cache_mode') = 'force_generic_plan' OR current_setting('enable_seqscan') = 'off' AS kept,"
    " (extract(epoch FROM current_setting('statement_timeout')::interval) * 1000)::bigint AS timeout",
    rows_of({{"kept", types::boolean}, {"timeout", types::bigint}}, 1));

constexpr std::string_view which_pooler =
    ": set database-pooler to the pool_mode of the pooler before the database: transaction, or session";

fault fault_of(std::string_view state) {
    auto const is = [&](std::string_view whole_or_class) { return state.starts_with(whole_or_class); };
    // A guarded statement that did not meet the rows it expected divides by zero: see statements.hpp.
    if (is("23505") || is("23P01") || is("22012")) return fault::conflict;
    if (is("42710") || is("42P07")) return fault::conflict;  // two that create the same table at the same time
    if (is("40003") || is("08")) return fault::lost;  // completion unknown: as if the connection had gone
    if (is("40")) return fault::contended;
    if (is("57P")) return fault::lost;                                   // shut down
    if (is("25P03")) return fault::lost;                                 // stood still in a transaction
    if (is("25006") || is("0A000") || is("2201F")) return fault::lost;  // a standby: see statements.hpp
    if (is("26000") || is("42P05")) return fault::lost;                 // a session that is mixed with others
    if (is("22") || is("23") || is("54")) return fault::refused;
    if (is("XX001") || is("XX002")) return fault::corrupt;
    return fault::unavailable;
}

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

/// Every statement names its keys, so that a plan by index is right whatever the statistics say. They are empty on a new
/// database, and a plan made then would be kept.
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

/// `SELECT set_config('a', '1', true), set_config('b', '2', true)`: as `SET LOCAL` does, or as `SET`.
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

/// What the database says, without the values that it may repeat: those of class 22 do.
std::string message_of(std::string_view state, std::string_view message) {
    if (state.starts_with("22")) message = message.substr(0, message.find_first_of(":\""));
    if (state == "42P05" || state == "26000") {
        return std::string(message).append(": sessions are mixed, or prepared statements outlive them").append(which_pooler);
    }
    if (state == "2201F") return "a standby answered what is to be decided on";
    return std::string(message);
}

std::shared_ptr<pg_result> owned(PGresult* result) {
    return {result, PQclear};
}

}  // namespace

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

connection::connection(std::string const& connect_string, storage::postgres_options const& options, std::uint64_t marks_from)
    : options_(options), link_(PQconnectdb(connect_string.c_str()), PQfinish), mark_(marks_from) {
    if (PQstatus(link_.get()) != CONNECTION_OK) {
        std::string const why = PQerrorMessage(link_.get());
        // Only its text tells this refusal of PgBouncer from others.
        if (why.find("unsupported startup parameter") != why.npos) {
            throw trouble(fault::misconfigured, "a pooler refuses the settings that a session starts with" + std::string(which_pooler));
        }
        throw trouble(fault::lost, why);
    }
    PQsetNoticeProcessor(link_.get(), [](void*, char const*) {}, nullptr);  // they would go to standard error
    if (options_.statistics) ++options_.statistics->connections;
    statement_timeout_ = options.statement_timeout;
    pipelining(true);
    if (options.pooler == postgres_pooler::transaction) {
        set_local_ = set_statement(options, true);
    } else {
        start_session();
    }
    is_started_ = true;
}

connection::~connection() = default;

/// Sees to it that the session is as asked for, and is one: what it prepares is its own.
void connection::start_session() {
    std::optional<statement> set;
    if (options_.pooler == postgres_pooler::session) queue(set.emplace(set_statement(options_, false)), {});
    queue(check_statement, {});
    try {
        auto const said = flush();
        row_reader row(said.back());
        row.start_row(0);
        bool const kept = row.boolean();
        statement_timeout_ = std::chrono::milliseconds(row.integer());
        if (!kept) {
            throw trouble(fault::misconfigured,
                          "the settings that a session starts with were dropped" + std::string(which_pooler));
        }
    } catch (trouble const& t) {
        if (t.state() != "42P05") throw;
        throw trouble(fault::misconfigured,
                      "prepared statements are kept beyond the session that made them: let the pooler end a session with "
                      "DISCARD ALL (server_reset_query), or set database-pooler to transaction",
                      t.state());
    }
}

void connection::pipelining(bool on) {
    if (pipelining_ == on) return;
    if ((on ? PQenterPipelineMode(link_.get()) : PQexitPipelineMode(link_.get())) != 1) {
        usable_ = false;
        throw trouble(fault::lost, PQerrorMessage(link_.get()));
    }
    pipelining_ = on;
}

/// Runs SQL as it stands, its answer still unchecked.
std::shared_ptr<pg_result> connection::run(std::string const& sql) {
    pipelining(false);
    auto const done = owned(PQexec(link_.get(), sql.c_str()));
    auto const how = PQresultStatus(done.get());
    if (how != PGRES_COMMAND_OK && how != PGRES_TUPLES_OK) {
        auto const why = trouble_of(done.get());
        if (usable_) pipelining(true);
        throw why;
    }
    pipelining(true);
    return done;
}

void connection::execute(std::string const& sql) { run(sql); }

rows connection::ask(std::string const& sql, answer_shape const& answers) { return {run(sql), answers, field_format::text}; }

std::string const& connection::local_settings() const {
    static std::string const none;
    return set_local_ ? set_local_->text() : none;
}

void connection::queue(statement const& what, std::vector<parameter> values, std::optional<std::size_t> writes) {
    queued_.push_back({&what, std::move(values), purpose::callers, writes});
}

void connection::queue_begin(statement const& begin, bool to_write) {
    starting_ = true;
    writing_ = to_write;
    queued_.push_back({&begin, {}, purpose::ours});
    if (set_local_) queued_.push_back({&*set_local_, {}, purpose::ours});
}

/// What is written goes by marks: another's answers, of the same shape, would tell of another's rows and commit.
void connection::queue_mark() {
    value_writer number;
    number.integer(static_cast<std::int64_t>(++mark_));
    queued_.push_back({&mark_statement, number.take(), purpose::mark});
}

void connection::queue_commit() {
    if (writing_) queue_mark();
    queued_.push_back({&commit_statement, {}, purpose::ours});
    committing_ = true;
}

std::vector<rows> connection::flush() {
    if (queued_.empty()) return {};
    if (std::exchange(starting_, false)) begun_ = true;
    if (writing_ && !committing_) queue_mark();
    if (options_.statistics && is_started_) {
        options_.statistics->statements += queued_.size();
        ++options_.statistics->round_trips;
    }
    due_.clear();
    try {
        for (auto const& one : queued_) send(one);
        if (PQpipelineSync(link_.get()) != 1) throw trouble_of(nullptr);
        auto all = receive();
        queued_.clear();
        if (committing_) begun_ = writing_ = committing_ = false;
        return all;
    } catch (trouble const& t) {
        if (t.why() == fault::lost) usable_ = false;
        for (auto const& one : due_) {
            if (one.prepares) prepared_.erase(one.of->what->name());
        }
        queued_.clear();
        bool const doubtful = std::exchange(committing_, false) && writing_;
        if (doubtful && t.why() == fault::lost) throw trouble(fault::in_doubt, t.what(), t.state());
        throw;
    } catch (...) {
        usable_ = false;  // answers are left unread
        throw;
    }
}

void connection::send(command const& what) {
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
    auto const& text = what.what->text();
    auto const& name = what.what->name();
    int sent = 0;
    if (options_.pooler != postgres_pooler::transaction) {
        if (prepared_.insert(name).second) {
            due_.push_back({&what, true});
            if (PQsendPrepare(link_.get(), name.c_str(), text.c_str(), 0, nullptr) != 1) throw trouble_of(nullptr);
        }
        sent = PQsendQueryPrepared(link_.get(), name.c_str(), static_cast<int>(count), values.data(), sizes.data(),
                                   formats.data(), binary);
    } else {
        sent = PQsendQueryParams(link_.get(), text.c_str(), static_cast<int>(count), nullptr, values.data(), sizes.data(),
                                 formats.data(), binary);
    }
    if (sent != 1) throw trouble_of(nullptr);
    due_.push_back({&what, false});
}

/// Reads all answers up to the one that says that the server has taken everything: one to each thing that was sent.
std::vector<rows> connection::receive() {
    constexpr unsigned pauses_max = 2;  // the driver answers nothing between two answers
    std::vector<rows> all;
    std::optional<trouble> first;
    std::size_t at = 0;
    for (unsigned pauses = 0;;) {
        auto const one = next_result();
        if (!one) {
            if (PQstatus(link_.get()) != CONNECTION_OK) throw first ? *first : trouble_of(nullptr);
            if (++pauses > pauses_max) throw misfit(std::to_string(due_.size()) + " answers", std::to_string(at));
            continue;
        }
        pauses = 0;
        auto const how = PQresultStatus(one.get());
        if (how == PGRES_PIPELINE_SYNC) {
            if (at != due_.size()) throw misfit(std::to_string(due_.size()) + " answers", std::to_string(at));
            if (first) throw *first;
            return all;
        }
        if (at == due_.size()) throw misfit(std::to_string(at) + " answers", "one more");
        auto& of = due_[at++];
        if (how == PGRES_FATAL_ERROR && !first) {
            first = trouble_of(one.get());
            if (!usable_) throw *first;
        } else if (first || how == PGRES_PIPELINE_ABORTED) {
            // What stands behind an error has not run, and says so.
            if (!first || how != PGRES_PIPELINE_ABORTED) throw misfit("an answer without an error before it", PQresStatus(how));
        } else {
            take(one, of, all);
            of.prepares = false;
        }
    }
}

/// @throws trouble if that is no answer to it
void connection::take(std::shared_ptr<pg_result> const& came, due const& of, std::vector<rows>& all) {
    static answer_shape const prepared{"", {}, {}};
    auto const& shape = of.prepares ? prepared : of.of->what->answers();
    rows answer(came, shape, field_format::binary);
    require_completion(came.get(), shape, of.prepares ? std::nullopt : of.of->writes);
    if (of.prepares) return;
    if (of.of->why == purpose::callers) all.push_back(std::move(answer));
    if (of.of->why != purpose::mark) return;
    row_reader row(answer);
    row.start_row(0);
    if (static_cast<std::uint64_t>(row.integer()) != mark_) throw misfit("the answers to what was sent", "others");
}

/// Waits for the next answer, but no longer than the server may be silent.
std::shared_ptr<pg_result> connection::next_result() {
    while (PQisBusy(link_.get()) != 0) {
        pollfd readable{PQsocket(link_.get()), POLLIN, 0};
        auto const longest = statement_timeout_.count() > 0 ? statement_timeout_ + silence_margin : std::chrono::milliseconds(-1);
        auto const found = ::poll(&readable, 1, static_cast<int>(longest.count()));
        if (found == 0) throw trouble(fault::lost, "no answer for " + std::to_string(longest.count()) + " ms");
        if (found < 0 && errno != EINTR) throw trouble(fault::lost, "waiting for an answer failed");
        if (found > 0 && PQconsumeInput(link_.get()) != 1) break;  // what came before the end is still read
    }
    return owned(PQgetResult(link_.get()));
}

/// @param failed null if the driver itself failed: the connection is gone then
trouble connection::trouble_of(pg_result const* failed) {
    auto const field = [&](int which) {
        char const* const found = failed ? PQresultErrorField(failed, which) : nullptr;
        return std::string(found ? found : "");
    };
    auto const state = field(PG_DIAG_SQLSTATE);
    auto why = state.empty() ? fault::lost : fault_of(state);
    if (PQstatus(link_.get()) != CONNECTION_OK) why = fault::lost;
    if (why == fault::lost) usable_ = false;
    if (state.empty()) return {why, PQerrorMessage(link_.get())};
    return {why, message_of(state, field(PG_DIAG_MESSAGE_PRIMARY)), state};
}

void connection::roll_back() noexcept {
    queued_.clear();
    committing_ = starting_ = writing_ = false;
    if (!usable_ || !begun_) return;
    try {
        queued_.push_back({&rollback_statement, {}, purpose::ours});
        flush();
        begun_ = false;
    } catch (std::exception const&) {
        usable_ = false;
    }
}

transaction::transaction(connection& on, kind what) : on_(&on) {
    bool const to_write = what == kind::writing;
    on.queue_begin(to_write ? begin_to_write : begin_to_read, to_write);
}

transaction::~transaction() {
    if (on_) on_->roll_back();
}

std::vector<rows> transaction::commit() {
    on_->queue_commit();
    auto all = on_->flush();
    on_ = nullptr;
    return all;
}

}  // namespace shop::postgres
