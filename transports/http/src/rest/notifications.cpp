#include <shop/notifications/operations.hpp>

#include "rest/rows.hpp"

namespace shop::http::detail {

void add_routes(std::vector<route>& to, notifications::service& service) {
    add_rows<notifications::operations>(to, service);
}

}  // namespace shop::http::detail
