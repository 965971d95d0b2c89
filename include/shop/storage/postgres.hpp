#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <shop/storage/storage.hpp>

namespace shop::storage {

/// What a PostgreSQL store has done so far: for tests of batching, and for whoever watches it.
/// @par Thread safety
/// Shared objects: safe.
struct postgres_statistics {
    std::atomic<std::uint64_t> commits = 0;      ///< transactions that wrote something
    std::atomic<std::uint64_t> statements = 0;   ///< sent to the server, those that begin and end transactions included
    std::atomic<std::uint64_t> round_trips = 0;  ///< in which they were sent
    std::atomic<std::uint64_t> reruns = 0;       ///< of batches, after a conflict or a lost connection
    std::atomic<std::uint64_t> in_doubt = 0;     ///< commits whose outcome was unknown at first
    std::atomic<std::uint64_t> connections = 0;  ///< opened
    std::atomic<std::uint64_t> busy = 0;         ///< connections that work on something now
    std::atomic<std::uint64_t> connected = 0;    ///< connections that are open now
    std::atomic<std::uint64_t> waiting = 0;      ///< batches and reads that wait for a connection now
};

/// What stands between this process and the database, and how it hands out the database's sessions.
enum class postgres_pooler {
    none,         ///< nothing, or what keeps the start parameters of a session (HAProxy, pgpool-II)
    session,      ///< a session for each connection (PgBouncer, `pool_mode = session`): it is set up after connecting
    transaction,  ///< a session for each transaction: nothing is prepared, each transaction brings its settings
};
constexpr std::array<std::string_view, 3> words_of(postgres_pooler) {
    return {"none", "session", "transaction"};
}

/// How to use a PostgreSQL database.
struct postgres_options {
    /// A connection string of a replica of the database: lists and searches are read there, over as many connections of
    /// their own, and lag behind as it does; nothing is decided by them. While it is away, and where it is no replica
    /// of this database, they are read here. Empty: none.
    std::string replica;
    /// Connections at most, each with a thread of its own; those beyond the first are made when work waits for them. A
    /// quarter of them is for lists and scans, and one at least: so there are two at least.
    std::size_t connections = 8;
    /// Batches and loads that may wait for a connection, and as many lists; more are answered `overloaded`.
    std::size_t queue_max = 16'384;
    /// How long one may wait for a connection; then it is answered `store_unavailable`.
    std::chrono::milliseconds wait_max{5'000};
    /// Given to the server with each connection. A value that the connection string sets itself goes first.
    std::chrono::milliseconds statement_timeout{10'000};
    /// As `statement_timeout`.
    std::chrono::milliseconds lock_timeout{5'000};
    /// For the rows that a process holds which stands still while it decides: others wait for them, within their time.
    std::chrono::milliseconds idle_in_transaction_timeout{1'000};
    /// Whole seconds, 2 at least.
    std::chrono::seconds connect_timeout{2};
    /// No other process serves this database: recovery takes everything it finds at once, and no leases are written.
    bool exclusive = false;
    /// Bring the schema up to date when opening. Otherwise an older one is refused: `shop-server migrate` does it.
    bool migrate = false;
    /// What stands between. One that is not named here is noticed, and refused with a word about what to set.
    postgres_pooler pooler = postgres_pooler::none;
    /// Refuse a server that may lose what it acknowledged: `fsync`, `full_page_writes` or `synchronous_commit` off.
    bool require_durability = true;
    /// Filled in when given.
    std::shared_ptr<postgres_statistics> statistics;
};

/// The four stores in one PostgreSQL database, which other processes may share.
///
/// Every answer follows a commit, and every result is checked against its statement before it is read: one that does
/// not fit ends its connection, and counts as a lost one. Batches that meet another process's are run again; a lost
/// connection is replaced, and after a commit whose outcome is unknown the batch runs again on fresh records, which
/// tell what became of it. While the server cannot be reached everything is answered `store_unavailable` at once, and
/// it is looked for twenty times a second. What the server said is told to the log, once a minute for each SQLSTATE.
/// @param url `postgresql://user:password@host:port/database?options`, or any connection string of libpq.
/// @par Errors
/// Of the factory: `store_unavailable` when the server cannot be reached; `not_supported` when its schema is older or
/// newer than this library can use, a table is missing, or the server is not durable; `invalid_value` when `pooler`
/// does not say what stands between; `store_corrupt` when it is damaged. The detail says what to mend.
factory postgres(std::string url, postgres_options options = {});

/// Whether what is said to a database may be read or changed on its way: a host that is another machine, as the
/// connection string or libpq's environment has it, and a `sslmode` that takes a connection without TLS, as libpq's
/// default does.
/// @return no for what is no connection string.
bool postgres_may_go_without_tls(std::string const& url);

/// Where the schema of a database stands. Changes nothing.
result<schema_state> postgres_schema(std::string const& url, postgres_options const& options = {});

/// Brings the schema of a database up to date; safe to be killed, and to run at several places at once.
/// @param options of these, `pooler` and `connect_timeout` count: a step may take its time
result<schema_state> migrate_postgres(std::string const& url, context const& with, postgres_options options = {});

}  // namespace shop::storage
