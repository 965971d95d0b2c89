#pragma once

#include <mutex>

#include <shop/core/key_record.hpp>

#include "storage/memory/table.hpp"

namespace shop::memory {

/// What the stores of one shop share: the mutex around each decision, and the records that belong to more than one service.
struct domain {
    std::mutex mutex;
    table<key_record> keys;
};

}  // namespace shop::memory
