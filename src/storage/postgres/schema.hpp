#pragma once

#include <optional>
#include <span>
#include <string>

#include <shop/core/uuid.hpp>
#include <shop/storage/storage.hpp>

#include "session.hpp"
#include "storage/migration.hpp"

/// What happens to a database before it is served: identity, migrations, durability.
namespace shop::postgres {

/// The schema of the four stores, step by step.
std::span<storage::migration const> shop_migrations();

/// Where the schema stands. Changes nothing.
/// @throws trouble
storage::schema_state schema_of(session& on, std::span<storage::migration const> steps);

/// Takes the steps that are missing. Who comes at the same time waits, and finds them taken.
/// @throws trouble
storage::schema_state migrate(session& on, std::span<storage::migration const> steps, storage::context const& with);

/// The store's incarnation id. @pre the schema is not version 0.
/// @throws trouble
store_epoch read_epoch(session& on);

/// The first table of this library's schema that is not there, or that a logical replica is not sent; nothing when all
/// are.
/// @throws trouble
std::optional<std::string> missing_table(session& on);

/// Why this server may lose what it acknowledged; nothing when it does not.
/// @throws trouble
std::optional<std::string> durability_complaint(session& on);

}  // namespace shop::postgres
