#include "session.hpp"

#include <memory>
#include <new>
#include <optional>
#include <type_traits>
#include <unordered_set>
#include <utility>

#include "libpqxx.hpp"
#include "settings.hpp"
#include "watchdog.hpp"

namespace shop::postgres {

using storage::postgres_pooler;

struct session::link {
    explicit link(std::string const& how) : server(how) {
        libpqxx::stay_lost(server);
        libpqxx::be_terse(server);
    }

    /// Runs it in the transaction that is open, or alone.
    template <class Run>
    pqxx::result in_transaction(Run run) {
        if (open) return run(*open);
        pqxx::nontransaction alone(server);
        return run(alone);
    }
    pqxx::result run(std::string const& sql) {
        return in_transaction([&](pqxx::transaction_base& in) { return in.exec(sql); });
    }
    pqxx::result run(statement const& what, std::vector<parameter> const& values) {
        auto const given = libpqxx::parameters_of(values);
        if (!prepares) {
            return in_transaction([&](pqxx::transaction_base& in) { return libpqxx::run_unprepared(in, what, given); });
        }
        if (!prepared.contains(what.name())) {
            server.prepare(what.name(), what.text());
            prepared.insert(what.name());
        }
        return in_transaction([&](pqxx::transaction_base& in) { return libpqxx::run_prepared(in, what, given); });
    }
    void count() {
        if (!statistics) return;
        ++statistics->statements;
        ++statistics->round_trips;
    }
    /// Before a transaction ends: what cannot be trusted is not asked to roll back.
    void lose() noexcept {
        is_usable = false;
        guard.reset();  // before its socket goes
        try {
            libpqxx::close(server);
        } catch (std::exception const&) {  // it is lost all the same
        }
    }

    pqxx::connection server;
    libpqxx::silence silent{server};
    std::optional<watchdog> guard{std::in_place, server.sock()};
    std::unique_ptr<pqxx::transaction_base> open;
    std::string local_settings;  ///< behind a pooler: what each transaction sets
    bool prepares = true;
    std::unordered_set<std::string> prepared;  ///< by name
    std::chrono::milliseconds silence_max{};   ///< how long the server may take to answer; 0: for ever
    bool is_usable = true;
    std::shared_ptr<storage::postgres_statistics> statistics;
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
            fields.push_back(field.is_null() ? std::nullopt
                                             : text_rows::field(std::string_view(field.c_str(), field.size())));
        }
    }
    return {columns, std::move(fields), kept};
}

}  // namespace

/// Runs what speaks to the server. After a fault that leaves the session in doubt it is closed.
template <class Run>
auto session::translated(Run run) {
    auto const rest = [&] {
        if (link_->guard && link_->guard->stop()) link_->lose();  // the answer came as it was cut
    };
    auto const told = [&](trouble why) {
        bool const was_cut = link_->guard && link_->guard->stop();
        if (was_cut)
            why =
                trouble(why.why(), "no answer for " + std::to_string(link_->silence_max.count()) + " ms", why.state());
        if (why.why() == fault::lost || why.why() == fault::in_doubt) link_->lose();
        return why;
    };
    try {
        if (link_->guard) link_->guard->start(link_->silence_max);
        if constexpr (std::is_void_v<decltype(run())>) {
            run();
            rest();
        } else {
            auto answer = run();
            rest();
            return answer;
        }
    } catch (trouble const& t) {
        throw told(t);
    } catch (std::bad_alloc const&) {
        link_->lose();
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
    link_->statistics = options.statistics;
    if (options.statistics) ++options.statistics->connections;
    start(options);
}

session::~session() = default;

/// Sees to it that the session is as asked for.
void session::start(storage::postgres_options const& options) {
    auto const longest = [](std::chrono::milliseconds timeout) {
        return timeout.count() > 0 ? timeout + silence_margin : std::chrono::milliseconds(0);
    };
    link_->silence_max = longest(options.statement_timeout);
    if (options.pooler == postgres_pooler::transaction) {
        link_->local_settings = set_statement(options, true).text();
        link_->prepares = false;
        return;
    }
    if (options.pooler == postgres_pooler::session) execute(set_statement(options, false).text());
    auto const said = ask(check_statement().text(), check_statement().answers());
    text_reader row(said);
    if (!row.boolean()) throw settings_dropped();
    link_->silence_max = longest(std::chrono::milliseconds(row.integer()));
}

void session::execute(std::string const& sql) {
    translated([&] { link_->run(sql); });
}

text_rows session::ask(std::string const& sql, answer_shape const& answers) {
    return translated([&] { return checked(link_->run(sql), answers); });
}

text_rows session::ask(statement const& what, std::vector<parameter> const& values) {
    link_->count();
    return translated([&] { return checked(link_->run(what, values), what.answers()); });
}

bool session::is_usable() const {
    return link_->is_usable;
}

/// libpqxx does so at the end of a transaction that is still open, and passes over what comes of it.
void session::roll_back() {
    translated([&] { link_->open.reset(); });
}

session::work::work(session& on) : work(on, true) {}

session::work::work(session& on, bool to_write) : on_(on) {
    on_.link_->count();
    on_.translated([&] {
        auto& to = on_.link_->open;
        to_write ? void(to = std::make_unique<pqxx::work>(on_.link_->server))
                 : void(to = std::make_unique<libpqxx::reading>(on_.link_->server));
    });
    try {
        // The server's default may be another.
        if (to_write) on_.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED READ WRITE");
        if (!on_.link_->local_settings.empty()) on_.execute(on_.link_->local_settings);
    } catch (...) {
        on_.roll_back();
        throw;
    }
}

session::work::~work() {
    on_.roll_back();
}

void session::work::commit() {
    on_.link_->count();
    on_.translated([&] { on_.link_->open->commit(); });
}

}  // namespace shop::postgres
