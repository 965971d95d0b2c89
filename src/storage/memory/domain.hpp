#pragma once

#include <mutex>

#include <shop/records/key_record.hpp>

#include "table.hpp"

namespace shop::memory {

/// What the stores of one shop share: the mutex around each decision, and the records that belong to more than one
/// service.
struct domain {
    std::mutex mutex;
    table<key_record> keys;
};

}  // namespace shop::memory
