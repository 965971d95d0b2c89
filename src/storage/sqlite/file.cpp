#include "file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace shop::sqlite {

namespace {

constexpr std::int64_t application_id = 0x53484f50;  // "SHOP"

/// `user_version` holds two numbers: the steps taken, and, times this, the version that a program must know.
constexpr std::size_t versions_max = 10'000;

storage::schema_state state_from(std::int64_t user_version, std::span<migration const> migrations) {
    auto const both = static_cast<std::size_t>(user_version);
    return {both % versions_max, both / versions_max, migrations.size()};
}

std::int64_t number(connection& on, char const* sql) {
    auto query = on.prepare(sql);
    auto value = query.next() ? query.integer(0) : 0;
    if (auto done = query.reset(); done != status::ok) throw open_failure(done, on.message());
    return value;
}

/// All of it or, when anything throws or the process dies, nothing.
template <class Work>
void in_transaction(connection& on, char const* doing, Work work) {
    on.require("BEGIN IMMEDIATE", doing);
    try {
        work();
        on.require("COMMIT", doing);
    } catch (...) {
        if (on.in_transaction()) (void)on.execute("ROLLBACK");
        throw;
    }
}

void claim_empty_file(connection& on, storage::context const& with) {
    in_transaction(on, "creating the store", [&] {
        if (number(on, "SELECT count(*) FROM sqlite_schema") != 0) return;  // another process was quicker
        on.require(
            "CREATE TABLE shop_store (epoch BLOB NOT NULL CHECK (length(epoch) = 16)) STRICT;"
            "CREATE TABLE shop_log_position (log TEXT PRIMARY KEY, last INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
            "PRAGMA application_id = " +
                std::to_string(application_id),
            "creating the store");
        auto epoch = with.ids.next(with.clock.stamp());
        auto insert = on.prepare("INSERT INTO shop_store (epoch) VALUES (?1)");
        insert.bind(1, std::span<std::uint8_t const>(epoch.bytes));
        if (auto done = insert.run(); done != status::ok) throw open_failure(done, on.message());
    });
}

store_epoch read_epoch(connection& on) {
    auto query = on.prepare("SELECT epoch FROM shop_store");
    store_epoch epoch;
    if (!query.next() || query.blob(0).size() != epoch.value.bytes.size()) {
        throw open_failure(status::corrupt, "the incarnation id of the store is missing");
    }
    auto bytes = query.blob(0);
    std::copy(bytes.begin(), bytes.end(), epoch.value.bytes.begin());
    return epoch;
}

}  // namespace

file_lock::file_lock(std::string const& path) {
    auto beside = path + ".lock";
    descriptor_ = ::open(beside.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (descriptor_ < 0) {
        throw open_failure(status::unavailable,
                           "cannot create " + beside + ": " + std::generic_category().message(errno));
    }
    if (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
        ::close(std::exchange(descriptor_, -1));
        throw open_failure(status::unavailable, "in use by another shop-server (" + beside + " is locked)");
    }
}

file_lock::~file_lock() {
    // The file stays: removing it could let two processes lock two files of one name.
    if (descriptor_ >= 0) ::close(descriptor_);
}

file_lock& file_lock::operator=(file_lock&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
}

storage::schema_state schema_of(connection& on, std::span<migration const> migrations) {
    if (number(on, "PRAGMA application_id") == 0 && number(on, "SELECT count(*) FROM sqlite_schema") == 0) {
        return {0, 0, migrations.size()};
    }
    if (number(on, "PRAGMA application_id") != application_id) {
        throw open_failure(status::corrupt, "the file belongs to another program");
    }
    return state_from(number(on, "PRAGMA user_version"), migrations);
}

store_epoch prepare_file(connection& on, std::span<migration const> migrations, storage::context const& with) {
    // Nothing is written before it is clear whose file this is.
    auto const found = schema_of(on, migrations);
    if (auto const why = storage::refuse_newer(found)) throw open_failure(status::corrupt, *why);
    if (number(on, "PRAGMA application_id") == 0) claim_empty_file(on, with);
    on.use_log();
    for (auto step = found.version; step < migrations.size(); ++step) {
        in_transaction(on, "migrating the schema", [&] {
            auto const now = state_from(number(on, "PRAGMA user_version"), migrations);
            if (now.version != step) return;  // another process was quicker
            on.require(migrations[step].sql, "migrating the schema");
            auto const needs = storage::needs_after(migrations, step, now.needs);
            on.require("PRAGMA user_version = " + std::to_string(needs * versions_max + step + 1),
                       "migrating the schema");
        });
    }
    return read_epoch(on);
}

std::string quick_check(connection& on) {
    auto check = on.prepare("PRAGMA quick_check(1)");
    std::string said = check.next() ? std::string(check.text(0)) : "the check could not be made";
    bool made = check.reset() == status::ok;
    return made && said == "ok" ? "" : said;
}

}  // namespace shop::sqlite
