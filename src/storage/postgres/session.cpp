#include "storage/postgres/session.hpp"

#include <optional>
#include <utility>
#include <vector>

#include "storage/postgres/libpqxx.hpp"
#include "storage/postgres/settings.hpp"

namespace shop::postgres {

using storage::postgres_pooler;

struct session::link {
    explicit link(std::string const& how) : server(how) {
        libpqxx::stay_lost(server);
        libpqxx::be_terse(server);
    }

    pqxx::result run(std::string const& sql) {
        if (open) return open->exec(sql);
        pqxx::nontransaction alone(server);
        return alone.exec(sql);
    }
    /// Before a transaction ends: what cannot be trusted is not asked to roll back.
    void lose() noexcept {
        try {
            libpqxx::close(server);
        } catch (std::exception const&) {  // it is lost all the same
        }
    }

    pqxx::connection server;
    libpqxx::silence silent{server};
    std::optional<pqxx::work> open;
    std::string local_settings;  ///< behind a pooler: what each transaction sets
};

namespace {

/// @throws trouble a misfit if that is no answer of this shape
text_rows checked(pqxx::result const& came, answer_shape const& shape) {
    auto const columns = static_cast<std::size_t>(came.columns()), rows = static_cast<std::size_t>(came.size());
    // Whether it came as text is not told: what a value in binary form looks like is no text of its type.
    require_shape(shape, columns, rows, false, [&](std::size_t i) {
        auto const at = static_cast<pqxx::row_size_type>(i);
        return given_column{came.column_name(at), came.column_type(at), false};
    });
    if (shape.command == "SELECT" && static_cast<std::size_t>(came.affected_rows()) != rows) {
        throw misfit(std::to_string(came.affected_rows()) + " rows", std::to_string(rows));
    }
    auto const kept = std::make_shared<pqxx::result const>(came);
    std::vector<text_rows::field> fields;
    fields.reserve(rows * columns);
    for (auto const& row : *kept) {
        for (auto const& field : row) {
            fields.push_back(field.is_null() ? std::nullopt : text_rows::field(std::string_view(field.c_str(), field.size())));
        }
    }
    return {columns, std::move(fields), kept};
}

}  // namespace

/// Runs what speaks to the server. After a fault that leaves the session in doubt it is closed.
template <class Run>
auto session::translated(Run run) {
    auto const told = [&](trouble const& why) {
        if (link_ && (why.why() == fault::lost || why.why() == fault::in_doubt)) link_->lose();
        return why;
    };
    try {
        return run();
    } catch (trouble const& t) {
        throw told(t);
    } catch (std::bad_alloc const&) {
        if (link_) link_->lose();
        throw;
    } catch (std::exception const&) {
        throw told(libpqxx::trouble_of_exception());
    }
}

session::session(std::string const& connect_string, storage::postgres_options const& options) {
    try {
        link_ = std::make_unique<link>(connect_string);
    } catch (pqxx::broken_connection const& e) {
        throw not_connected(e.what());
    }
    if (options.statistics) ++options.statistics->connections;
    start(options);
}

session::~session() = default;

/// Sees to it that the session is as asked for.
void session::start(storage::postgres_options const& options) {
    if (options.pooler == postgres_pooler::transaction) {
        link_->local_settings = set_statement(options, true).text();
        return;
    }
    if (options.pooler == postgres_pooler::session) execute(set_statement(options, false).text());
    auto const said = ask(check_statement().text(), check_statement().answers());
    text_reader row(said);
    if (!row.boolean()) throw settings_dropped();
}

void session::execute(std::string const& sql) {
    translated([&] { link_->run(sql); });
}

text_rows session::ask(std::string const& sql, answer_shape const& answers) {
    return translated([&] { return checked(link_->run(sql), answers); });
}

session::work::work(session& on) : on_(on) {
    on_.translated([&] { on_.link_->open.emplace(on_.link_->server); });
    try {
        on_.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED READ WRITE");  // the server's default may be another
        if (!on_.link_->local_settings.empty()) on_.execute(on_.link_->local_settings);
    } catch (...) {
        on_.link_->open.reset();
        throw;
    }
}

session::work::~work() { on_.link_->open.reset(); }

void session::work::commit() {
    on_.translated([&] { on_.link_->open->commit(); });
}

}  // namespace shop::postgres
