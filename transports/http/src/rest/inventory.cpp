#include <shop/inventory/operations.hpp>

#include "rest/rows.hpp"

namespace shop::http::detail {

void add_routes(std::vector<route>& to, inventory::service& service) {
    add_rows<inventory::operations>(to, service);
}

}  // namespace shop::http::detail
