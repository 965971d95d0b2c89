#pragma once

#include <chrono>
#include <string>

#include <shop/storage/postgres.hpp>

#include "statement.hpp"
#include "trouble.hpp"

/// How a session of the shop is reached, and what it is set to: the same for every connection, whatever drives it.
namespace shop::postgres {

/// How much longer than its statements may take a server may be silent, before it counts as gone.
inline constexpr auto silence_margin = std::chrono::seconds(5);

/// How to reach a database, with the settings of the shop.
/// @throws trouble if `url` is no connection string; the message names what is wrong in it, not the password.
std::string connect_string(std::string const& url, storage::postgres_options const& options);

/// See `storage::postgres_may_go_without_tls`.
bool may_go_without_tls(std::string const& url);

/// `SELECT set_config('a', '1', true), set_config('b', '2', true)`: as `SET LOCAL` does, or as `SET`.
statement set_statement(storage::postgres_options const& options, bool is_local);

/// Whether the session has the settings that it asked for (`kept`), and what its statement timeout is, in milliseconds.
statement const& check_statement();

/// What it is when they were not kept.
trouble settings_dropped();

}  // namespace shop::postgres
