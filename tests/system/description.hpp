#pragma once

#include <string>

#include "http_client.hpp"

namespace shop_test {

/// What is wrong with an answer, by the description of the API that `shop-server openapi` prints: its status, its media
/// type, or its body, which may have no member that is not described. Empty if nothing is, or if the description does
/// not know the path or its method.
/// @par Thread safety
/// Safe.
std::string fault_of(std::string const& method, std::string const& target, answer const& of);

}  // namespace shop_test
