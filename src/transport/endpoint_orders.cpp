#include <shop/orders/operations.hpp>

#include "endpoint_rows.hpp"

namespace shop::transport {

void endpoint::offer(std::shared_ptr<orders::service> service) {
    add_rows<orders::all_operations>(rows_, std::move(service));
}

}  // namespace shop::transport
