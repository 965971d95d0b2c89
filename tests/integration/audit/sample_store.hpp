#pragma once

#include <string>

#include <shop/storage/storage.hpp>

namespace shop_test {

/// Fills a store with a small shop that has seen a bit of everything, through the public face, and closes it:
///
/// customers `confirmed`, `shipped`, `delivered`, `cancelled`, `rejected` ordered `MUG`; `backorder` more `BACK` than
/// there are; `download` and `undone` (cancelled) the untracked `FILE`; `last` ordered last. `CUP` lies at two places,
/// one after a transfer.
void fill_sample_store(shop::storage::factory const& store);

/// Runs SQL on the file of a closed store; then, unless told otherwise, gives each row the checksum of what it is now.
/// CHECKs are lifted first, so that the file looks as if a shop without them had written it.
void damage(std::string const& path, std::string const& sql, bool reseal = true);

}  // namespace shop_test
