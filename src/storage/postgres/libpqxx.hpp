#pragma once

#include <pqxx/pqxx>

#include "storage/postgres/trouble.hpp"

/// libpqxx, where its versions differ (6.4 of Debian 12, 7.10 of Debian 13), and what its exceptions mean here.
namespace shop::postgres::libpqxx {

/// @pre an exception is being handled that libpqxx threw
/// @return what it is here; whatever libpqxx cannot make sense of is a misfit
trouble trouble_of_exception();

#if PQXX_VERSION_MAJOR < 7

/// A connection that is lost stays lost. By itself 6.4 connects again, without what was set in the session; its successor does
/// not, so that the way to forbid it is deprecated already.
inline void stay_lost(pqxx::connection& on) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
    on.inhibit_reactivation(true);
#pragma GCC diagnostic pop
}
inline void close(pqxx::connection& on) { on.disconnect(); }
/// Errors without details, which repeat values.
inline void be_terse(pqxx::connection& on) { on.set_verbosity(pqxx::connection::terse); }

#else

inline void stay_lost(pqxx::connection&) {}
inline void close(pqxx::connection& on) { on.close(); }
inline void be_terse(pqxx::connection& on) { on.set_verbosity(pqxx::error_verbosity::terse); }

#endif

/// Notices of the server, and what libpqxx has to say, would go to standard error.
#if PQXX_VERSION_MAJOR > 7 || (PQXX_VERSION_MAJOR == 7 && PQXX_VERSION_MINOR >= 10)
class silence {
public:
    explicit silence(pqxx::connection& of) {
        of.set_notice_handler([](pqxx::zview) {});
    }
};
#else
using silence = pqxx::quiet_errorhandler;
#endif

}  // namespace shop::postgres::libpqxx
