#pragma once

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <shop/storage/postgres.hpp>

struct pg_conn;
struct pg_result;

/// The one place that speaks to PostgreSQL, through libpq. Nothing outside this folder includes it.
namespace shop::postgres {

/// Why a statement failed, as far as it matters what to do next.
enum class fault {
    conflict,     ///< a unique key is taken, or a revision is not the expected one: run again on fresh records
    contended,    ///< serialization failure or deadlock: run again, after a pause
    lost,         ///< the connection is gone, and with it all that was not committed
    in_doubt,     ///< the connection went during the commit: it may have happened
    unavailable,  ///< no room, no time, read-only: nothing was written, it may work later
    refused,      ///< the batch alone is at fault: a CHECK failed, or a value is none of its type
    unsuitable,   ///< the server or its schema is not what this library works on
    corrupt,      ///< the database, or a row in it, is damaged: nothing may be answered from it
};

/// Thrown by whatever speaks to the server; what it says is for the operator, never for a client.
class trouble : public std::runtime_error {
public:
    trouble(fault why, std::string const& what) : std::runtime_error(what), why_(why) {}
    fault why() const { return why_; }

private:
    fault why_;
};

/// The rows that a statement returned, fields in their binary form unless it was run by `execute`. Cheap to copy; fields
/// live as long as the last copy.
class rows {
public:
    explicit rows(std::shared_ptr<pg_result> from) : from_(std::move(from)) {}

    std::size_t size() const;
    bool is_null(std::size_t row, std::size_t column) const;
    std::string_view field(std::size_t row, std::size_t column) const;

private:
    std::shared_ptr<pg_result> from_;
};

/// A value of a statement's parameter.
struct parameter {
    std::string value;
    bool is_null = false;
    bool is_binary = false;
};

/// How to reach a database, with the settings of the shop.
/// @throws trouble if `url` is no connection string; the message names what is wrong in it, not the password.
std::string connect_string(std::string const& url, storage::postgres_options const& options);

/// One connection. Gone for good when the server closes it: settings and prepared statements went with it.
///
/// Statements are queued, and go to the server together: what does not depend on an answer costs no round trip of its own.
/// @par Thread safety
/// Unsafe: one thread at a time.
class connection {
public:
    /// @throws trouble
    connection(std::string const& connect_string, storage::postgres_options const& options);
    ~connection();
    connection(connection const&) = delete;
    connection& operator=(connection const&) = delete;

    /// Runs SQL without parameters, and without a transaction of ours; fields of its rows are text. For opening only.
    /// @throws trouble
    rows execute(std::string const& sql);

    /// Queues a statement. It is prepared once per connection, unless the options say otherwise.
    /// @param sql lives as long as the program, and is known by its address.
    void queue(std::string const& sql, std::vector<parameter> values);
    /// Sends what is queued, in one round trip. When a statement fails, those behind it have not run.
    /// @return what each returned, in their order; what begins and ends a transaction is left out.
    /// @throws trouble
    std::vector<rows> flush();

    bool is_usable() const { return usable_; }

private:
    friend class transaction;
    struct command {
        std::string const* sql;
        std::vector<parameter> values;
        bool is_ours;  ///< begins or ends a transaction: what it returns is for nobody
    };

    void queue_begin(std::string const& begin);
    void queue_commit(bool of_writes);
    void roll_back() noexcept;
    void send(command const& what, std::vector<std::string const*>& fresh);
    std::vector<rows> receive();
    trouble trouble_of(pg_result const* failed);
    void pipelining(bool on);

    storage::postgres_options const& options_;
    std::unique_ptr<pg_conn, void (*)(pg_conn*)> link_;
    std::unordered_map<std::string const*, std::string> prepared_;
    std::uint64_t names_given_ = 0;
    std::string set_local_;  ///< behind a pooler: what the connect string would set
    std::vector<command> queued_;
    bool starting_ = false;    ///< what is queued begins with a transaction
    bool begun_ = false;       ///< a transaction is open in the server
    bool committing_ = false;  ///< what is queued ends in a commit
    bool doubtful_ = false;    ///< and it matters whether that happened
    bool pipelining_ = false;
    bool usable_ = true;
};

/// Rolls back at the end of its scope, unless it was committed.
class transaction {
public:
    enum class kind {
        writing,  ///< statements read what is committed, rows that they lock stay as they are read
        reading,  ///< one snapshot
    };
    /// Nothing is sent before the first `flush`.
    transaction(connection& on, kind what);
    ~transaction();
    transaction(transaction const&) = delete;
    transaction& operator=(transaction const&) = delete;

    /// Sends what is queued, and commits if all of it went well.
    /// @throws trouble `in_doubt` if the connection goes meanwhile and something was to be written
    std::vector<rows> commit();

private:
    connection* on_;
    kind kind_;
};

}  // namespace shop::postgres
