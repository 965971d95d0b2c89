#pragma once

#include <shop/storage/storage.hpp>

namespace shop::storage {

/// The four stores in memory: for tests, simulation and volatile embedding.
///
/// True semantics: values in, values out, transactions all or nothing, the same contract as every other store. What it
/// holds is gone with the last of its handles; each call of the factory gives empty stores.
factory memory();

}  // namespace shop::storage
