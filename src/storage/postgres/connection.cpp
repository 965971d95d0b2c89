#include "connection.hpp"

#include <libpq-fe.h>
#include <poll.h>

#include <cerrno>
#include <utility>

#include "columns.hpp"
#include "settings.hpp"

namespace shop::postgres {

using storage::postgres_pooler;

namespace {

statement const begin_to_write("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE", {"BEGIN", {}, {}});
statement const begin_to_read("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", {"BEGIN", {}, {}});
statement const commit_statement("COMMIT", {"COMMIT", {}, {}});
statement const rollback_statement("ROLLBACK", {"ROLLBACK", {}, {}});
/// Answers the number that it is sent with: so the answers are those to what was sent.
statement const mark_statement("SELECT $1::bigint AS mark", rows_of({{"mark", types::bigint}}, 1));

std::shared_ptr<pg_result> owned(PGresult* result) {
    return {result, PQclear};
}

}  // namespace

connection::connection(std::string const& connect_string, storage::postgres_options const& options,
                       std::uint64_t marks_from)
    : options_(options), link_(PQconnectdb(connect_string.c_str()), PQfinish), mark_(marks_from) {
    if (PQstatus(link_.get()) != CONNECTION_OK) throw not_connected(PQerrorMessage(link_.get()));
    PQsetNoticeProcessor(
        link_.get(), [](void*, char const*) {}, nullptr);  // they would go to standard error
    if (options_.statistics) ++options_.statistics->connections;
    statement_timeout_ = options.statement_timeout;
    if (PQenterPipelineMode(link_.get()) != 1) throw trouble(fault::lost, PQerrorMessage(link_.get()));
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
    queue(check_statement(), {});
    try {
        auto const said = flush();
        row_reader row(said.back());
        row.start_row(0);
        bool const kept = row.boolean();
        statement_timeout_ = std::chrono::milliseconds(row.integer());
        if (!kept) throw settings_dropped();
    } catch (trouble const& t) {
        if (t.state() != "42P05") throw;
        throw trouble(
            fault::misconfigured,
            "prepared statements are kept beyond the session that made them: let the pooler end a session with "
            "DISCARD ALL (server_reset_query), or set database-pooler to transaction",
            t.state());
    }
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
        sent = PQsendQueryParams(link_.get(), text.c_str(), static_cast<int>(count), nullptr, values.data(),
                                 sizes.data(), formats.data(), binary);
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
            if (!first || how != PGRES_PIPELINE_ABORTED)
                throw misfit("an answer without an error before it", PQresStatus(how));
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
    rows answer(came, shape);
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
        auto const longest =
            statement_timeout_.count() > 0 ? statement_timeout_ + silence_margin : std::chrono::milliseconds(-1);
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
