#include "connection.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

namespace shop::sqlite {

namespace {

[[noreturn]] void stop_after_failed_sync() {
    std::fputs(
        "shop: the disk failed to sync the store; stopping, since what was written is uncertain. "
        "A restart recovers from the log.\n",
        stderr);
    std::abort();
}

/// SQLite would make the file as the umask has it, readable by all. The log and the index beside it get its mode. A
/// file that is there stays as it is; what cannot be made, SQLite says.
void make_private_file(std::string const& path) {
    if (path == ":memory:") return;  // no file to SQLite
    int const made = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (made >= 0) ::close(made);
}

}  // namespace

status classify(int extended_code) {
    switch (extended_code) {
        case SQLITE_OK:
        case SQLITE_ROW:
        case SQLITE_DONE:
            return status::ok;
        case SQLITE_IOERR_FSYNC:
        case SQLITE_IOERR_DIR_FSYNC:
            stop_after_failed_sync();
        case SQLITE_CONSTRAINT_PRIMARYKEY:
        case SQLITE_CONSTRAINT_UNIQUE:
        case SQLITE_CONSTRAINT_ROWID:
            return status::conflict;
        case SQLITE_IOERR_CORRUPTFS:
        case SQLITE_IOERR_DATA:
            return status::corrupt;
        default:
            break;
    }
    switch (extended_code & 0xff) {
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            return status::busy;
        case SQLITE_CONSTRAINT:
        case SQLITE_MISMATCH:
        case SQLITE_TOOBIG:
        case SQLITE_RANGE:
        case SQLITE_MISUSE:
            return status::refused;
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
            return status::corrupt;
        default:
            return status::unavailable;
    }
}

bool is_for_want_of_room(int extended_code) {
    // A file that may not grow (EFBIG) is a failed write to SQLite.
    return extended_code == SQLITE_FULL || extended_code == SQLITE_IOERR_WRITE || extended_code == SQLITE_IOERR_SHMSIZE;
}

statement::statement(sqlite3* on, std::string_view sql) {
    sqlite3_stmt* made = nullptr;
    int code =
        sqlite3_prepare_v3(on, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT, &made, nullptr);
    handle_.reset(made);
    if (code != SQLITE_OK) {
        throw open_failure(classify(sqlite3_extended_errcode(on)), std::string(sqlite3_errmsg(on)));
    }
}

void statement::fail() {
    state_ = classify(sqlite3_extended_errcode(sqlite3_db_handle(handle_.get())));
}

connection::connection(std::string const& path, access mode, int busy_timeout_ms) {
    if (mode == access::write) make_private_file(path);
    sqlite3* opened = nullptr;
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    if (mode == access::write) flags |= SQLITE_OPEN_CREATE;
    int code = sqlite3_open_v2(path.c_str(), &opened, flags, nullptr);
    handle_.reset(opened);
    if (code != SQLITE_OK) {
        throw open_failure(classify(code), opened ? sqlite3_errmsg(opened) : "out of memory");
    }
    sqlite3_busy_timeout(opened, busy_timeout_ms);
    // A damaged schema must not run code of its own.
    sqlite3_db_config(opened, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_db_config(opened, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    require(
        "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; PRAGMA mmap_size = 0;"
        "PRAGMA cell_size_check = ON; PRAGMA wal_autocheckpoint = 0; PRAGMA journal_size_limit = 33554432",
        "setting up the connection");
    require(mode == access::write ? "PRAGMA cache_size = -65536" : "PRAGMA cache_size = -16384; PRAGMA query_only = ON",
            "setting up the connection");
}

void connection::use_log() {
    auto mode = prepare("PRAGMA journal_mode = WAL");
    if (!mode.next() || mode.text(0) != "wal") {
        auto why = mode.state() == status::ok ? status::unavailable : mode.state();
        throw open_failure(why, std::string("no write-ahead log here: ") + message());
    }
}

status connection::execute(char const* sql) {
    int code = sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr);
    return code == SQLITE_OK ? status::ok : classify(sqlite3_extended_errcode(handle_.get()));
}

void connection::require(std::string const& sql, char const* doing) {
    auto done = execute(sql.c_str());
    if (done != status::ok) throw open_failure(done, std::string(doing) + ": " + message());
}

statement& connection::prepared(std::string const& sql) {
    auto at = statements_.find(sql);
    if (at == statements_.end()) at = statements_.emplace(sql, prepare(sql)).first;
    return at->second;
}

}  // namespace shop::sqlite
