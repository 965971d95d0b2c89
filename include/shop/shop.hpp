#pragma once

/// The umbrella for embedders: core, the four services, the engine and the memory store. Other stores and the
/// transports have headers of their own.

#include <shop/engine.hpp>
#include <shop/storage/memory.hpp>

namespace shop {

using inventory::configure_stock;
using inventory::record_movement;
using orders::cancel_order;
using orders::place_order;
using orders::transition_order;
using products::product_draft;

}  // namespace shop
