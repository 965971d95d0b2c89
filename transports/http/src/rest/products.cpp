#include <shop/products/operations.hpp>

#include "rest/rows.hpp"

namespace shop::http::detail {

void add_routes(std::vector<route>& to, products::service& service) {
    add_rows<products::operations>(to, service);
}

}  // namespace shop::http::detail
