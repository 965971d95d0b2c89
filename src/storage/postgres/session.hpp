#pragma once

#include <memory>
#include <string>
#include <vector>

#include <shop/storage/postgres.hpp>

#include "answer.hpp"
#include "statement.hpp"
#include "text_rows.hpp"
#include "trouble.hpp"

namespace shop::postgres {

/// One session of the server, statement by statement, through libpqxx: for everything that is not a batch in flight.
///
/// What a statement answers is checked against its shape before anything is read from it. A session whose answer does
/// not fit is lost, as one whose connection is gone: it is not connected again.
/// @par Thread safety
/// Unsafe: one thread at a time.
class session {
public:
    /// @throws trouble, as all of it
    session(std::string const& connect_string, storage::postgres_options const& options);
    ~session();
    session(session const&) = delete;
    session& operator=(session const&) = delete;

    /// Runs SQL, of one or more commands.
    void execute(std::string const& sql);
    /// Runs SQL of one command, and answers its rows.
    text_rows ask(std::string const& sql, answer_shape const& answers);
    /// The same with parameters. The statement is prepared once per session, unless a pooler keeps none.
    /// @param values as text
    text_rows ask(statement const& what, std::vector<parameter> const& values);

    bool is_usable() const;

    /// What is run from here on happens in one transaction, in which statements read what is committed. It is rolled
    /// back at the end of this scope unless it was committed.
    class work {
    public:
        explicit work(session& on);
        ~work();
        work(work const&) = delete;
        work& operator=(work const&) = delete;
        /// @throws trouble `in_doubt` if the connection goes meanwhile
        void commit();

    protected:
        work(session& on, bool to_write);

    private:
        session& on_;
    };
    /// The same to read: in one snapshot.
    class snapshot : public work {
    public:
        explicit snapshot(session& on) : work(on, false) {}
    };

private:
    struct link;

    template <class Run>
    auto translated(Run run);
    void start(storage::postgres_options const& options);
    void roll_back();

    std::unique_ptr<link> link_;
};

}  // namespace shop::postgres
