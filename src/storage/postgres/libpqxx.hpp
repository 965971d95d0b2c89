#pragma once

#include <vector>

#include <pqxx/pqxx>

#include "statement.hpp"
#include "trouble.hpp"

/// libpqxx, where its versions differ (6.4 of Debian 12, 7.10 of Debian 13; 7.0 to 7.9 as their documentation says),
/// and what its exceptions mean here.
namespace shop::postgres::libpqxx {

/// @pre an exception is being handled that libpqxx threw
/// @return what it is here; whatever libpqxx cannot make sense of is a misfit
trouble trouble_of_exception();

#if PQXX_VERSION_MAJOR < 7

/// A connection that is lost stays lost. By itself 6.4 connects again, without what was set in the session; its
/// successor does not, so that the way to forbid it is deprecated already.
inline void stay_lost(pqxx::connection& on) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
    on.inhibit_reactivation(true);
#pragma GCC diagnostic pop
}
inline void close(pqxx::connection& on) {
    on.disconnect();
}
using reading = pqxx::transaction<pqxx::repeatable_read, pqxx::read_only>;
using parameters = std::vector<char const*>;
inline parameters parameters_of(std::vector<parameter> const& values) {
    parameters out;
    for (auto const& one : values) out.push_back(one.is_null ? nullptr : one.value.c_str());
    return out;
}
/// Errors without details, which repeat values.
inline void be_terse(pqxx::connection& on) {
    on.set_verbosity(pqxx::connection::terse);
}

#else

inline void stay_lost(pqxx::connection&) {}
using reading = pqxx::transaction<pqxx::isolation_level::repeatable_read, pqxx::write_policy::read_only>;
using parameters = pqxx::params;
inline parameters parameters_of(std::vector<parameter> const& values) {
    parameters out;
    for (auto const& one : values) one.is_null ? out.append() : out.append(one.value);
    return out;
}
inline void close(pqxx::connection& on) {
    on.close();
}
inline void be_terse(pqxx::connection& on) {
    on.set_verbosity(pqxx::error_verbosity::terse);
}

#endif

// Notices of the server, and what libpqxx has to say, would go to standard error: `silence` keeps it from that.
#if PQXX_VERSION_MAJOR > 7 || (PQXX_VERSION_MAJOR == 7 && PQXX_VERSION_MINOR >= 10)

class silence {
public:
    explicit silence(pqxx::connection& of) {
        of.set_notice_handler([](pqxx::zview) {});
    }
};
inline pqxx::result run_prepared(pqxx::transaction_base& in, statement const& what, parameters const& values) {
    return in.exec(pqxx::prepped(what.name()), values);
}
inline pqxx::result run_unprepared(pqxx::transaction_base& in, statement const& what, parameters const& values) {
    return in.exec(what.text(), values);
}

#else

using silence = pqxx::quiet_errorhandler;
#if PQXX_VERSION_MAJOR < 7
inline auto passed(parameters const& values) {
    return pqxx::prepare::make_dynamic_params(values);
}
#else
inline parameters const& passed(parameters const& values) {
    return values;
}
#endif
inline pqxx::result run_prepared(pqxx::transaction_base& in, statement const& what, parameters const& values) {
    return in.exec_prepared(what.name(), passed(values));
}
inline pqxx::result run_unprepared(pqxx::transaction_base& in, statement const& what, parameters const& values) {
    return in.exec_params(what.text(), passed(values));
}

#endif

}  // namespace shop::postgres::libpqxx
