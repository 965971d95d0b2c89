#include <shop/products/operations.hpp>

#include "endpoint_rows.hpp"

namespace shop::transport {

void endpoint::offer(std::shared_ptr<products::service> service) {
    add_rows<products::all_operations>(rows_, std::move(service));
}

}  // namespace shop::transport
