#include "libpqxx.hpp"

#include <string>
#include <string_view>

namespace shop::postgres::libpqxx {

namespace {

/// "canceling statement" of "ERROR:  canceling statement\n": libpqxx has the words of libpq, in whatever language.
std::string_view primary_message(std::string_view said) {
    said = said.substr(0, said.find('\n'));
    auto const severity = said.find(":  ");
    return severity == said.npos ? said : said.substr(severity + 3);
}

trouble of_state(std::string const& state, std::string_view said) {
    if (state.empty()) return {fault::lost, std::string(said)};  // libpq failed, not the server
    return {fault_of(state), message_of(state, primary_message(said)), state};
}

}  // namespace

trouble trouble_of_exception() {
    try {
        throw;
    } catch (pqxx::in_doubt_error const& e) {
        return {fault::in_doubt, e.what()};
    } catch (pqxx::statement_completion_unknown const& e) {
        return of_state("40003", e.what());
    } catch (pqxx::serialization_failure const& e) {
        return of_state("40001", e.what());
    } catch (pqxx::deadlock_detected const& e) {
        return of_state("40P01", e.what());
    } catch (pqxx::transaction_rollback const& e) {  // in 6.4 none of these four has a state
        return of_state("40000", e.what());
    } catch (pqxx::sql_error const& e) {
        return of_state(e.sqlstate(), e.what());
    } catch (pqxx::failure const& e) {  // a broken connection, above all
        return {fault::lost, e.what()};
    } catch (std::logic_error const& e) {  // of libpqxx: conversion, range, argument, usage, internal errors
        return misfit("an answer that libpqxx can read", e.what());
    }
}

}  // namespace shop::postgres::libpqxx
