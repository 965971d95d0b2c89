#include <shop/inventory/operations.hpp>

#include "endpoint_rows.hpp"

namespace shop::transport {

void endpoint::offer(std::shared_ptr<inventory::service> service) {
    add_rows<inventory::all_operations>(rows_, std::move(service));
}

}  // namespace shop::transport
