#include <shop/notifications/operations.hpp>

#include "endpoint_rows.hpp"

namespace shop::transport {

void endpoint::offer(std::shared_ptr<notifications::service> service) {
    add_rows<notifications::all_operations>(rows_, std::move(service));
}

}  // namespace shop::transport
