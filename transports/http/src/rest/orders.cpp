#include <shop/orders/operations.hpp>

#include "rest/rows.hpp"

namespace shop::http::detail {

void add_routes(std::vector<route>& to, orders::service& service) {
    add_rows<orders::operations>(to, service);
}

}  // namespace shop::http::detail
