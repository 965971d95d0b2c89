#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include <shop/storage/postgres.hpp>

#include "answer.hpp"
#include "statement.hpp"
#include "trouble.hpp"

struct pg_conn;

/// Batches in flight, and what they load: through libpq, whose pipelines send many statements in one round trip. What
/// goes statement by statement goes through `session`. Nothing outside this folder includes either driver.
namespace shop::postgres {

/// One connection. Gone for good when the server closes it: settings and prepared statements went with it.
///
/// Statements are queued, and go to the server together: what does not depend on an answer costs no round trip of its
/// own. Each answer is checked against its statement before anything is read from it. One that does not fit ends the
/// connection, since whatever follows may be another's, too: behind a pooler that mixes sessions, for instance.
/// @par Thread safety
/// Unsafe: one thread at a time.
class connection {
public:
    /// @param marks_from where this connection begins to number what it sends, far from where others do
    /// @throws trouble
    connection(std::string const& connect_string, storage::postgres_options const& options,
               std::uint64_t marks_from = 0);
    ~connection();
    connection(connection const&) = delete;
    connection& operator=(connection const&) = delete;

    /// Queues a statement. It is prepared once per connection, unless a pooler keeps none.
    /// @param what lives until it was flushed
    /// @param writes how many rows it must write, where that is known and it answers none
    void queue(statement const& what, std::vector<parameter> values, std::optional<std::size_t> writes = {});
    /// Sends what is queued, in one round trip. When a statement fails, those behind it have not run.
    /// @return what each returned, in their order, each of the shape of its statement; what begins, marks and ends a
    /// transaction is left out.
    /// @throws trouble
    std::vector<rows> flush();

    bool is_usable() const { return usable_; }

    class snapshot;

private:
    friend class transaction;
    enum class purpose { callers, ours, mark };
    struct command {
        statement const* what;
        std::vector<parameter> values;
        purpose why;
        std::optional<std::size_t> writes = {};
    };
    /// An answer that the server owes: to the preparing of a command, or to the command.
    struct due {
        command const* of;
        bool prepares;
    };

    void queue_begin(statement const& begin, bool to_write);
    void queue_mark();
    void queue_commit();
    void roll_back() noexcept;
    void send(command const& what);
    std::vector<rows> receive();
    void take(std::shared_ptr<pg_result> const& came, due const& of, std::vector<rows>& all);
    std::shared_ptr<pg_result> next_result();
    trouble trouble_of(pg_result const* failed);
    void start_session();

    storage::postgres_options const& options_;
    std::unique_ptr<pg_conn, void (*)(pg_conn*)> link_;
    std::unordered_set<std::string> prepared_;  ///< by name
    std::optional<statement> set_local_;        ///< behind a pooler: what the connect string would set
    std::vector<command> queued_;
    std::vector<due> due_;
    std::uint64_t mark_;
    std::chrono::milliseconds statement_timeout_{};  ///< that the server keeps; 0: none
    bool is_started_ = false;                        ///< the session is as asked for; only then it counts what it sends
    bool starting_ = false;                          ///< what is queued begins with a transaction
    bool begun_ = false;                             ///< a transaction is open in the server
    bool writing_ = false;                           ///< and it is to write
    bool committing_ = false;                        ///< what is queued ends in a commit
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
};

/// A transaction that reads.
class connection::snapshot : public transaction {
public:
    explicit snapshot(connection& on) : transaction(on, kind::reading) {}
};

}  // namespace shop::postgres
