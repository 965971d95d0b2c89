#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include <shop/core/result.hpp>
#include <shop/core/uuid.hpp>
#include <shop/storage/sqlite.hpp>

#include "connection.hpp"
#include "file.hpp"
#include "tables.hpp"

namespace shop::sqlite {

/// One batch on its way through the writer.
class write_job {
public:
    virtual ~write_job() = default;
    /// Loads, decides and writes, in the open transaction. Called again after a rollback.
    virtual status run() = 0;
    /// Resumes the caller.
    virtual void answer(result<void> outcome) = 0;

    status outcome = status::ok;
    error refusal;  ///< why, when `refused`
};

/// A connection that only reads, and its number among them.
struct reader {
    connection on;
    std::size_t number;
};

/// One load or list on its way through a reader.
class read_job {
public:
    virtual ~read_job() = default;
    virtual status run(reader& by) = 0;
    /// Resumes the caller: with what was read, or with this failure.
    virtual void answer(error const* failure) = 0;

    status outcome = status::ok;
    error refusal;
};

/// One SQLite file: one thread that writes, and readers beside it.
///
/// The writer takes all batches that wait, of all services, and commits them in one transaction; meanwhile the next
/// gather. Readers do the same with reads and one snapshot. Nobody is answered before the commit.
/// @par Thread safety
/// Shared objects: safe, after `start`.
class database {
public:
    /// Opens, creates or migrates the file.
    /// @par Errors
    /// `store_unavailable`, `store_corrupt`, both with a detail that names the file.
    static result<std::shared_ptr<database>> open(std::string path, storage::sqlite_options options,
                                                  std::span<migration const> migrations, storage::context const& with);
    /// Finishes what is queued, then closes.
    ~database();
    database(database const&) = delete;
    database& operator=(database const&) = delete;

    /// @pre not started yet: the stores prepare their statements on the connections.
    connection& writer() { return writer_; }
    std::deque<reader>& readers() { return readers_; }
    table_state& state_of(std::string_view table, bool is_log);
    void start();

    void submit(std::unique_ptr<write_job> job);
    void submit(std::unique_ptr<read_job> job);

    /// Whether the disk has room for what is written. If it had none, the writer looks for some until the next call.
    /// @par Errors
    /// `store_unavailable`.
    result<void> check_room();

    timestamp stamp() const { return clock_.stamp(); }
    store_epoch epoch() const { return epoch_; }
    bool exclusive() const { return options_.exclusive; }

private:
    using group = std::vector<std::unique_ptr<write_job>>;

    database(std::string path, storage::sqlite_options options, std::span<migration const> migrations,
             storage::context const& with);

    void write_until_closed();
    void commit(group& jobs);
    status run_group(group& jobs);
    status run_transaction(group& jobs, bool isolated);
    status run_isolated(write_job& job);
    static status run_once(write_job& job);
    status catch_up();
    status keep_erased_positions();
    status finish();
    void roll_back(std::vector<table_state> const& mark);
    void restore(std::vector<table_state> const& mark);
    void count_commit(std::size_t batches);
    void checkpoint_when_due();
    std::int64_t file_pages();
    bool make_room();
    void look_for_room();

    void read_until_closed(reader& by);
    void check_in_background();

    error failure_of(status outcome, error const& refusal) const;
    void note_damage(std::string_view where);
    error damage() const;

    storage::sqlite_options options_;
    std::string path_;
    scheduler& clock_;
    file_lock lock_;
    connection writer_;
    store_epoch epoch_;
    std::deque<reader> readers_;
    std::deque<table_state> states_;
    statement begin_, commit_, savepoint_, release_, rollback_to_, data_version_, page_count_, fill_, erase_filler_;
    std::int64_t seen_version_ = -1;
    int log_pages_ = 0;
    bool is_out_of_room_ = false;  ///< the transaction that failed last

    std::mutex mutable mutex_;  // guards what follows; never held while SQLite works
    std::condition_variable write_wanted_, read_wanted_;
    std::deque<std::unique_ptr<write_job>> writes_;
    std::deque<std::unique_ptr<read_job>> reads_;
    bool room_wanted_ = false;
    std::atomic<bool> lacks_room_ = false;
    std::atomic<bool> closing_ = false;
    std::string damaged_;
    std::atomic<bool> is_damaged_ = false;

    std::unique_ptr<connection> checker_;  // of a file too large to be checked at start
    std::vector<std::thread> threads_;
};

}  // namespace shop::sqlite
