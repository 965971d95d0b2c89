#pragma once

#include <cstdint>
#include <span>
#include <string>

#include <shop/async/scheduler.hpp>
#include <shop/core/uuid.hpp>
#include <shop/storage/storage.hpp>

#include "connection.hpp"
#include "storage/migration.hpp"

/// What happens to a file before it is served: lock, identity, migrations, check.
namespace shop::sqlite {

using storage::migration;

/// An advisory lock on `PATH.lock`, for as long as the object lives; the system drops it when the process dies.
class file_lock {
public:
    file_lock() = default;
    /// @throws open_failure if another process serves this file.
    explicit file_lock(std::string const& path);
    ~file_lock();
    file_lock(file_lock const&) = delete;
    file_lock& operator=(file_lock&& other) noexcept;

private:
    int descriptor_ = -1;
};

/// Where the schema of a file stands. Changes nothing.
/// @throws open_failure if the file belongs to another program.
storage::schema_state schema_of(connection& on, std::span<migration const> migrations);

/// Makes an empty file a store, and brings the schema of a store up to date.
/// @return the incarnation id of the store.
/// @throws open_failure if the file belongs to another program, or its schema is newer than this one.
store_epoch prepare_file(connection& on, std::span<migration const> migrations, storage::context const& with);

/// @return what `PRAGMA quick_check` complains about first; empty if nothing.
std::string quick_check(connection& on);

}  // namespace shop::sqlite
