#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include <shop/storage/storage.hpp>

namespace shop::storage {

/// What a SQLite store has written so far: for tests of batching and of the write budget.
/// @par Thread safety
/// Shared objects: safe.
class sqlite_statistics {
public:
    /// Counted since the store was opened.
    struct counts {
        std::uint64_t commits = 0;                  ///< transactions that wrote something
        std::uint64_t batches = 0;                  ///< batches that were committed in them
        std::map<std::string, std::uint64_t> rows;  ///< written or deleted, by table
    };
    /// All counts as of one moment.
    counts snapshot() const {
        std::lock_guard lock(mutex_);
        return counts_;
    }
    /// For the store alone.
    void replace(counts now) {
        std::lock_guard lock(mutex_);
        counts_ = std::move(now);
    }

private:
    std::mutex mutable mutex_;
    counts counts_;
};

/// How to use a SQLite file.
struct sqlite_options {
    /// Refuse to open a file that another exclusive store has open, and keep others from it. Tools that work beside a
    /// server turn it off.
    bool exclusive = true;
    /// Threads that read; the one that writes is not among them.
    std::size_t readers = 1;
    /// How long to wait for another process that writes.
    std::chrono::milliseconds busy_timeout{5'000};
    /// A larger file is checked in the background.
    std::uint64_t check_at_start_bytes_max = 256ull * 1024 * 1024;
    /// Batches and reads that may wait; more are answered `overloaded`.
    std::size_t queue_max = 16'384;
    /// 0: as large as the disk allows. In pages of 4 KiB; for tests of a full disk.
    std::uint64_t pages_max = 0;
    /// Filled in when given.
    std::shared_ptr<sqlite_statistics> statistics;
};

/// The four stores in one durable file: the embedded default.
///
/// Creates the file when missing, migrates its schema when older. Every answer follows a synced commit.
/// @param path of the file; beside it SQLite keeps `path-wal` and `path-shm`, and an exclusive store `path.lock`.
/// @par Errors
/// Of the factory: `store_unavailable` when the file cannot be opened, is in use, belongs to another program, or its
/// schema is newer than this library; `store_corrupt` when it is no database or damaged. The detail names the file.
factory sqlite(std::string path, sqlite_options options = {});

/// Where the schema of a file stands; version 0 when there is none. Changes nothing.
result<schema_state> sqlite_schema(std::string const& path);

}  // namespace shop::storage
