#pragma once

#include <functional>
#include <memory>
#include <string>

#include <shop/storage/storage.hpp>

namespace shop::testing {

/// Where one test gets its stores. Its destructor removes what they kept.
class store_source {
public:
    virtual ~store_source() = default;
    /// Opens the stores. Called again only when those opened before are gone; durable ones then find what they wrote.
    virtual result<stores> open(storage::context const& with) = 0;
};

/// What a contract suite is run against.
struct store_subject {
    bool durable = false;                                  ///< whether the tests of reopening apply
    std::function<std::unique_ptr<store_source>()> fresh;  ///< a source of new, empty stores
};

/// Stores that forget everything when closed.
store_subject volatile_stores(storage::factory factory);

/// Stores that keep everything in one directory: each test gets a temporary one of its own.
/// @param factory_in makes the factory for a directory that exists and is empty at first.
store_subject durable_stores(std::function<storage::factory(std::string const& directory)> factory_in);

}  // namespace shop::testing
