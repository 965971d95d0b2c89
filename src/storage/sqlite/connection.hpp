#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_map>

/// The one place that speaks to SQLite. Nothing outside this folder includes sqlite3.h.
namespace shop::sqlite {

/// What became of a statement, as far as it matters what to do next.
enum class status {
    ok,
    busy,         ///< another process holds the write lock
    conflict,     ///< a UNIQUE or PRIMARY KEY is taken, or the revision is not the expected one: run the batch again
    refused,      ///< the batch alone is at fault: a CHECK failed, or its decision threw
    unavailable,  ///< disk full, write error, no memory: nothing was written, it may work later
    unknown,      ///< a commit failed after it may have reached the disk
    corrupt,      ///< the file, or a row in it, is damaged: nothing may be answered from it
};

/// Classifies an extended result code. A failed fsync stops the process: the kernel may have dropped the unwritten
/// pages, so a second fsync that succeeds proves nothing; a restart recovers from the write-ahead log.
status classify(int extended_code);

/// Whether a write failed for want of room, on the disk or in the file.
bool is_for_want_of_room(int extended_code);

/// Thrown while opening only.
class open_failure : public std::runtime_error {
public:
    open_failure(status why, std::string const& what) : std::runtime_error(what), why_(why) {}
    status why() const { return why_; }

private:
    status why_;
};

/// A prepared statement. Bound texts and blobs are not copied: they must live until the statement is reset.
/// @par Thread safety
/// Unsafe, like its connection.
class statement {
public:
    statement() = default;
    /// @throws open_failure if the text is not valid SQL for this schema.
    statement(sqlite3* on, std::string_view sql);

    /// Steps to the next row. False at the end or on failure: `state()` tells which.
    bool next() {
        int code = sqlite3_step(handle_.get());
        if (code == SQLITE_ROW) return true;
        if (code != SQLITE_DONE) fail();
        return false;
    }
    /// Runs a statement that returns no rows, and makes it ready for the next use.
    status run() {
        while (next()) {
        }
        return reset();
    }
    /// Ready for new parameters; returns what became of the run before.
    status reset() {
        sqlite3_reset(handle_.get());
        auto was = state_;
        state_ = status::ok;
        return was;
    }
    status state() const { return state_; }

    void bind(int at, std::int64_t value) { check(sqlite3_bind_int64(handle_.get(), at, value)); }
    void bind(int at, std::string_view text) {
        // A null pointer would bind NULL instead of an empty text.
        check(sqlite3_bind_text64(handle_.get(), at, text.data() ? text.data() : "", text.size(), SQLITE_STATIC,
                                  SQLITE_UTF8));
    }
    void bind(int at, std::span<std::uint8_t const> blob) {
        static constexpr std::uint8_t nothing = 0;
        check(
            sqlite3_bind_blob64(handle_.get(), at, blob.empty() ? &nothing : blob.data(), blob.size(), SQLITE_STATIC));
    }
    void bind_null(int at) { check(sqlite3_bind_null(handle_.get(), at)); }

    int type(int column) const { return sqlite3_column_type(handle_.get(), column); }
    std::int64_t integer(int column) const { return sqlite3_column_int64(handle_.get(), column); }
    /// Valid until the next step or reset.
    std::string_view text(int column) const {
        auto const* data = reinterpret_cast<char const*>(sqlite3_column_text(handle_.get(), column));
        return {data, data ? static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column)) : 0};
    }
    /// Valid until the next step or reset.
    std::span<std::uint8_t const> blob(int column) const {
        auto const* data = static_cast<std::uint8_t const*>(sqlite3_column_blob(handle_.get(), column));
        return {data, data ? static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column)) : 0};
    }

private:
    struct finalize {
        void operator()(sqlite3_stmt* s) const { sqlite3_finalize(s); }
    };
    void check(int code) {
        if (code != SQLITE_OK) fail();
    }
    void fail();

    std::unique_ptr<sqlite3_stmt, finalize> handle_;
    status state_ = status::ok;
};

enum class access { write, read_only };

/// One connection with the settings of the shop.
/// @par Thread safety
/// Unsafe: one thread at a time.
class connection {
public:
    /// Opens the file; a writer creates it when missing.
    /// @throws open_failure
    connection(std::string const& path, access mode, int busy_timeout_ms);

    /// Turns the write-ahead log on, for this file and for good.
    /// @throws open_failure
    void use_log();

    /// Runs SQL without parameters.
    status execute(char const* sql);
    /// Like `execute`, while opening.
    /// @throws open_failure naming what was being done.
    void require(std::string const& sql, char const* doing);
    /// A statement kept for as long as the connection. Reset it after use.
    /// @throws open_failure if the text is not valid SQL for this schema.
    statement& prepared(std::string const& sql);
    statement prepare(std::string_view sql) { return statement(handle_.get(), sql); }

    int rows_changed() const { return sqlite3_changes(handle_.get()); }
    bool in_transaction() const { return sqlite3_get_autocommit(handle_.get()) == 0; }
    int extended_code() const { return sqlite3_extended_errcode(handle_.get()); }
    char const* message() const { return sqlite3_errmsg(handle_.get()); }
    sqlite3* handle() const { return handle_.get(); }

    /// Notes in which table damage was seen; the content is not repeated.
    void blame(std::string_view table) { damaged_table_ = table; }
    std::string const& damaged_table() const { return damaged_table_; }

private:
    struct close {
        void operator()(sqlite3* c) const { sqlite3_close_v2(c); }
    };
    std::unique_ptr<sqlite3, close> handle_;
    std::unordered_map<std::string, statement> statements_;  // after the handle: statements go first
    std::string damaged_table_;
};

}  // namespace shop::sqlite
