#include "database.hpp"

#include <algorithm>
#include <filesystem>
#include <map>

#include <shop/core/limits.hpp>

namespace shop::sqlite {

namespace {

// A checkpoint copies a page once however often it was written since the last: worth waiting for some, but not for a
// log much larger than the file, which a full disk would not let back into it.
constexpr std::int64_t checkpoint_pages_min = 256;    // 1 MiB
constexpr std::int64_t checkpoint_pages_max = 4'000;  // 16 MiB
// So much later wait for readers, so that the log starts anew.
constexpr std::int64_t checkpoint_waiting = 3;

// What must fit before the store is said to have room again.
constexpr std::size_t room_bytes_min = 64 * 1024;

error as_error(status why, std::string detail) {
    return error(why == status::corrupt ? error_code::store_corrupt : error_code::store_unavailable, std::move(detail));
}

}  // namespace

result<std::shared_ptr<database>> database::open(std::string path, storage::sqlite_options options,
                                                 std::span<migration const> migrations, storage::context const& with) {
    auto name = path;
    try {
        return std::shared_ptr<database>(new database(std::move(path), std::move(options), migrations, with));
    } catch (open_failure const& e) {
        return as_error(e.why(), name + ": " + e.what());
    }
}

database::database(std::string path, storage::sqlite_options options, std::span<migration const> migrations,
                   storage::context const& with)
    : options_(std::move(options)),
      path_(std::move(path)),
      clock_(with.clock),
      lock_(options_.exclusive ? file_lock(path_) : file_lock()),
      writer_(path_, access::write, static_cast<int>(options_.busy_timeout.count())),
      epoch_(prepare_file(writer_, migrations, with)) {
    std::error_code ignored;
    auto timeout = static_cast<int>(options_.busy_timeout.count());
    if (std::filesystem::file_size(path_, ignored) <= options_.check_at_start_bytes_max) {
        connection passing(path_, access::read_only, timeout);  // takes the pages it read with it
        if (auto complaint = quick_check(passing); !complaint.empty()) {
            throw open_failure(status::corrupt, "the file is damaged: " + complaint);
        }
    } else {
        checker_ = std::make_unique<connection>(path_, access::read_only, timeout);
    }
    if (options_.pages_max != 0) {
        writer_.require("PRAGMA max_page_count = " + std::to_string(options_.pages_max), "limiting the size");
    }
    begin_ = writer_.prepare("BEGIN IMMEDIATE");
    commit_ = writer_.prepare("COMMIT");
    savepoint_ = writer_.prepare("SAVEPOINT batch");
    release_ = writer_.prepare("RELEASE batch");
    rollback_to_ = writer_.prepare("ROLLBACK TO batch");
    data_version_ = writer_.prepare("PRAGMA data_version");
    page_count_ = writer_.prepare("PRAGMA page_count");
    fill_ = writer_.prepare("INSERT OR REPLACE INTO shop_log_position (log, last) VALUES (?1, 0)");
    erase_filler_ = writer_.prepare("DELETE FROM shop_log_position WHERE log = ?1");
    sqlite3_wal_hook(
        writer_.handle(),
        [](void* pages, sqlite3*, char const*, int now) {
            *static_cast<int*>(pages) = now;
            return SQLITE_OK;
        },
        &log_pages_);
    for (std::size_t i = 0; i < std::max<std::size_t>(options_.readers, 1); ++i) {
        readers_.push_back({connection(path_, access::read_only, timeout), i});
    }
}

database::~database() {
    {
        std::lock_guard lock(mutex_);
        closing_ = true;
        write_wanted_.notify_all();
        read_wanted_.notify_all();
    }
    for (auto& t : threads_) t.join();
}

table_state& database::state_of(std::string_view table, bool is_log) {
    auto at = std::find_if(states_.begin(), states_.end(), [&](auto const& s) { return s.table == table; });
    if (at == states_.end()) {
        states_.push_back({table, is_log});
        return states_.back();
    }
    return *at;
}

void database::start() {
    threads_.emplace_back([this] { write_until_closed(); });
    for (auto& r : readers_) threads_.emplace_back([this, &r] { read_until_closed(r); });
    if (checker_) threads_.emplace_back([this] { check_in_background(); });
}

void database::submit(std::unique_ptr<write_job> job) {
    {
        std::lock_guard lock(mutex_);
        if (writes_.size() < options_.queue_max) {
            writes_.push_back(std::move(job));
            write_wanted_.notify_one();
            return;
        }
    }
    job->answer(error(error_code::overloaded));
}

void database::submit(std::unique_ptr<read_job> job) {
    {
        std::lock_guard lock(mutex_);
        if (reads_.size() < options_.queue_max) {
            reads_.push_back(std::move(job));
            read_wanted_.notify_one();
            return;
        }
    }
    error overloaded(error_code::overloaded);
    job->answer(&overloaded);
}

// The writer ------------------------------------------------------------------------------------------------------

void database::write_until_closed() {
    group jobs;
    for (;;) {
        {
            std::unique_lock lock(mutex_);
            write_wanted_.wait(lock, [&] { return closing_ || room_wanted_ || !writes_.empty(); });
            if (writes_.empty() && closing_) return;
            room_wanted_ = false;
            std::move(writes_.begin(), writes_.end(), std::back_inserter(jobs));
            writes_.clear();
        }
        if (jobs.empty()) {
            look_for_room();
            continue;
        }
        commit(jobs);
        for (auto& job : jobs) {
            if (job->outcome == status::ok) {
                job->answer({});
            } else {
                job->answer(failure_of(job->outcome, job->refusal));
            }
        }
        jobs.clear();
        checkpoint_when_due();
    }
}

/// Commits all batches together; only when one of them fails by itself, each behind a savepoint of its own.
void database::commit(group& jobs) {
    auto done = run_group(jobs);
    if (done == status::unavailable && is_out_of_room_ && make_room()) done = run_group(jobs);
    if (done == status::unavailable && is_out_of_room_) lacks_room_ = true;
    if (done == status::corrupt) note_damage(writer_.damaged_table());
    if (done == status::ok) return;
    for (auto& job : jobs) job->outcome = done;
}

status database::run_group(group& jobs) {
    auto done = is_damaged_ ? status::corrupt : run_transaction(jobs, false);
    if (done == status::conflict || done == status::refused) done = run_transaction(jobs, true);
    return done;
}

status database::run_transaction(group& jobs, bool isolated) {
    is_out_of_room_ = false;
    if (auto begun = begin_.run(); begun != status::ok) return begun;
    std::vector<table_state> mark;
    auto done = catch_up();
    if (done == status::ok) {
        mark.assign(states_.begin(), states_.end());
        for (auto& job : jobs) {
            done = isolated ? run_isolated(*job) : (job->outcome = run_once(*job));
            if (done != status::ok) break;
        }
    }
    if (done == status::ok) done = finish();
    if (done != status::ok) {
        is_out_of_room_ = done == status::unavailable && is_for_want_of_room(writer_.extended_code());
        roll_back(mark);
        return done;
    }
    bool wrote = !std::equal(mark.begin(), mark.end(), states_.begin(),
                             [](auto const& a, auto const& b) { return a.rows_written == b.rows_written; });
    if (wrote) count_commit(jobs.size());
    return status::ok;
}

status database::run_once(write_job& job) {
    try {
        return job.run();
    } catch (failure const& e) {
        job.refusal = e.reason();
    } catch (std::exception const&) {
        job.refusal = error(error_code::internal);
    }
    return status::refused;
}

/// Runs one batch so that its failure leaves the others alone. Only what concerns the whole transaction is returned;
/// what concerns the batch becomes its outcome.
status database::run_isolated(write_job& job) {
    for (unsigned attempt = 0; attempt < limits::transact_attempts_max; ++attempt) {
        std::vector<table_state> mark(states_.begin(), states_.end());
        if (auto set = savepoint_.run(); set != status::ok) return set;
        job.refusal = error(error_code::internal);
        job.outcome = run_once(job);
        if (job.outcome != status::ok) {
            if (job.outcome != status::conflict && job.outcome != status::refused) return job.outcome;
            if (auto undone = rollback_to_.run(); undone != status::ok) return undone;
            restore(mark);
        }
        if (auto released = release_.run(); released != status::ok) return released;
        if (job.outcome != status::conflict) return status::ok;
    }
    return status::ok;
}

/// Notices what another process wrote: positions go on behind its own.
status database::catch_up() {
    std::int64_t version = data_version_.next() ? data_version_.integer(0) : -1;
    if (auto read = data_version_.reset(); read != status::ok) return read;
    if (version == seen_version_) return status::ok;
    for (auto& s : states_) {
        if (!s.is_log) continue;
        auto& query = writer_.prepared("SELECT max(ifnull((SELECT max(position) FROM " + std::string(s.table) +
                                       "), 0), ifnull((SELECT last FROM shop_log_position WHERE log = '" +
                                       std::string(s.table) + "'), 0))");
        if (query.next()) s.last_position = static_cast<std::uint64_t>(query.integer(0));
        if (auto read = query.reset(); read != status::ok) return read;
    }
    seen_version_ = version;
    return status::ok;
}

/// A position is never given twice, even when the rows that had the last ones are gone.
status database::keep_erased_positions() {
    for (auto& s : states_) {
        if (!s.positions_erased) continue;
        auto& keep = writer_.prepared("INSERT OR REPLACE INTO shop_log_position (log, last) VALUES (?1, ?2)");
        keep.bind(1, s.table);
        keep.bind(2, static_cast<std::int64_t>(s.last_position));
        if (auto kept = keep.run(); kept != status::ok) return kept;
        s.positions_erased = false;
    }
    return status::ok;
}

status database::finish() {
    if (auto kept = keep_erased_positions(); kept != status::ok) return kept;
    auto done = commit_.run();
    if (done != status::unavailable) return done;
    // A full disk or a failed write means that the commit mark was never written; anything else may have come later.
    auto code = writer_.extended_code();
    return code == SQLITE_FULL || code == SQLITE_IOERR_WRITE ? status::unavailable : status::unknown;
}

void database::roll_back(std::vector<table_state> const& mark) {
    // SQLite may have rolled back by itself, on a full disk for instance.
    if (writer_.in_transaction()) (void)writer_.execute("ROLLBACK");
    restore(mark);
}

void database::restore(std::vector<table_state> const& mark) {
    std::copy(mark.begin(), mark.end(), states_.begin());
}

void database::count_commit(std::size_t batches) {
    if (!options_.statistics) return;
    auto counts = options_.statistics->snapshot();
    counts.commits += 1;
    counts.batches += batches;
    for (auto const& s : states_) counts.rows[std::string(s.table)] = 0;
    for (auto const& s : states_) counts.rows[std::string(s.table)] += s.rows_written;  // services share tables
    options_.statistics->replace(std::move(counts));
}

/// Moves the log into the file, after the callers have their answers. What fails here has failed nobody: the log
/// still holds it. (A failed sync stops the process.)
void database::checkpoint_when_due() {
    if (log_pages_ < checkpoint_pages_min) return;
    auto const due = std::clamp(file_pages(), checkpoint_pages_min, checkpoint_pages_max);
    if (log_pages_ < due) return;
    auto mode = log_pages_ < checkpoint_waiting * due ? SQLITE_CHECKPOINT_PASSIVE : SQLITE_CHECKPOINT_RESTART;
    int left = log_pages_, moved = 0;
    int code = sqlite3_wal_checkpoint_v2(writer_.handle(), nullptr, mode, &left, &moved);
    if (code != SQLITE_OK && classify(writer_.extended_code()) == status::corrupt) note_damage("");
    // All moved: the next commit starts the log anew. Otherwise try again at the next commit.
    if (code == SQLITE_OK && left == moved) log_pages_ = 0;
}

/// Those in the log included.
std::int64_t database::file_pages() {
    auto const pages = page_count_.next() ? page_count_.integer(0) : 0;
    (void)page_count_.reset();  // what is wrong with the file shows where it is written
    return pages;
}

// A full disk -----------------------------------------------------------------------------------------------------

result<void> database::check_room() {
    if (!lacks_room_) return {};
    std::lock_guard lock(mutex_);
    room_wanted_ = true;
    write_wanted_.notify_one();
    return error(error_code::store_unavailable, "there is no room on the disk of the store");
}

/// Moves the log into the file and gives its room back.
bool database::make_room() {
    int code = sqlite3_wal_checkpoint_v2(writer_.handle(), nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
    if (code != SQLITE_OK && classify(writer_.extended_code()) == status::corrupt) note_damage("");
    if (code == SQLITE_OK) log_pages_ = 0;
    return code == SQLITE_OK;
}

/// Writes as much as must fit and takes it back: only a commit tells.
void database::look_for_room() {
    if (!lacks_room_ || is_damaged_) return;
    (void)make_room();  // perhaps there is room in the log, if not in the file
    std::string const filler = "room" + std::string(room_bytes_min, '.');
    fill_.bind(1, filler);
    if (fill_.run() != status::ok) return;
    erase_filler_.bind(1, filler);
    if (erase_filler_.run() == status::ok) lacks_room_ = false;
}

// The readers -----------------------------------------------------------------------------------------------------

void database::read_until_closed(reader& by) {
    std::vector<std::unique_ptr<read_job>> jobs;
    for (;;) {
        {
            std::unique_lock lock(mutex_);
            read_wanted_.wait(lock, [&] { return closing_ || !reads_.empty(); });
            if (reads_.empty()) return;
            std::move(reads_.begin(), reads_.end(), std::back_inserter(jobs));
            reads_.clear();
        }
        auto begun = is_damaged_ ? status::corrupt : by.on.execute("BEGIN");
        for (auto& job : jobs) {
            job->outcome = begun;
            if (begun != status::ok) continue;
            try {
                job->outcome = job->run(by);
            } catch (failure const& e) {
                job->outcome = status::refused;
                job->refusal = e.reason();
            } catch (std::exception const&) {
                job->outcome = status::refused;
            }
            if (job->outcome == status::corrupt) note_damage(by.on.damaged_table());
        }
        if (by.on.in_transaction()) (void)by.on.execute("COMMIT");
        for (auto& job : jobs) {
            auto why = job->outcome == status::ok ? error() : failure_of(job->outcome, job->refusal);
            job->answer(job->outcome == status::ok ? nullptr : &why);
        }
        jobs.clear();
    }
}

void database::check_in_background() {
    constexpr int steps_between_looks = 10'000;
    sqlite3_progress_handler(
        checker_->handle(), steps_between_looks,
        [](void* closing) { return static_cast<std::atomic<bool>*>(closing)->load() ? 1 : 0; }, &closing_);
    auto complaint = quick_check(*checker_);
    if (!complaint.empty() && !closing_) note_damage("");
}

// Failures --------------------------------------------------------------------------------------------------------

error database::failure_of(status outcome, error const& refusal) const {
    switch (outcome) {
        case status::refused:
            return refusal;
        case status::unknown:
            return error(error_code::outcome_unknown);
        case status::corrupt:
            return damage();
        case status::ok:
        case status::busy:
        case status::conflict:
        case status::unavailable:
            break;
    }
    return error(error_code::store_unavailable);
}

/// From here on nothing is answered from this file: it would be guessing.
void database::note_damage(std::string_view where) {
    std::lock_guard lock(mutex_);
    if (is_damaged_) return;
    damaged_ = where.empty() ? "the file is damaged" : "a row of " + std::string(where) + " is not as it was written";
    is_damaged_ = true;
}

error database::damage() const {
    std::lock_guard lock(mutex_);
    return error(error_code::store_corrupt, damaged_);
}

}  // namespace shop::sqlite
