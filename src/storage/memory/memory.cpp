#include <shop/storage/memory.hpp>

#include "storage/memory/stores.hpp"

namespace shop::storage {

factory memory() {
    return [](context const& with) -> result<stores> {
        return stores{memory::make_products_store(with), memory::make_inventory_store(with),
                      memory::make_orders_store(with), memory::make_notifications_store(with)};
    };
}

}  // namespace shop::storage
