#pragma once

#include <shop/storage/storage.hpp>

#include "exit_codes.hpp"
#include "settings.hpp"

namespace shop_server {

/// Who opens a store: the one that serves it keeps others from serving it; tools work beside it.
enum class store_use { serve, beside };

shop::storage::factory open_with(store_choice const& choice, store_use use);

/// Whether there is something to open: a store is not made by asking about it.
bool store_exists(store_choice const& choice);

/// How the program ends when a store cannot be opened or read.
exit_code exit_code_of(shop::error const& e);

}  // namespace shop_server
