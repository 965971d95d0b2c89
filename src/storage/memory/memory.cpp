#include <shop/storage/memory.hpp>

#include "domain.hpp"
#include "stores.hpp"

namespace shop::storage {

factory memory() {
    return [](context const& with) -> result<stores> {
        auto const in = std::make_shared<memory::domain>();
        return stores{memory::make_products_store(with, in), memory::make_inventory_store(with, in),
                      memory::make_orders_store(with, in), memory::make_notifications_store(with, in)};
    };
}

}  // namespace shop::storage
