#pragma once

#include <memory>
#include <string>
#include <vector>

#include <shop/storage/postgres.hpp>
#include <shop/storage/storage.hpp>

#include "access/security_log.hpp"
#include "exit_codes.hpp"
#include "settings.hpp"

namespace shop_server {

/// Who opens a store: the one that serves it keeps others from serving it; tools work beside it.
enum class store_use { serve, beside };

shop::storage::factory open_with(settings const& with, store_use use,
                                 std::shared_ptr<shop::storage::postgres_statistics> database = nullptr);

/// Where the schema of a store stands. @pre it is not `memory:`
shop::result<shop::storage::schema_state> schema_of(settings const& with);
/// Brings it up to date.
shop::result<shop::storage::schema_state> migrate(settings const& with);

/// Whether there is something to open: a store is not made by asking about it.
bool store_exists(store_choice const& choice);

/// A risk that is run on purpose or by mistake: it is told, and not refused.
struct risk {
    security_event what;
    std::string reason;  ///< names the setting, and what to do
};

/// What the settings `store` and `read-store` leave open: a file that others may read or write, a way to the database
/// that others may listen on.
std::vector<risk> risks_of_store(settings const& with);

/// How the program ends when a store cannot be opened or read.
exit_code exit_code_of(shop::error const& e);

}  // namespace shop_server
