#pragma once

#include <string_view>

#include "role.hpp"

namespace shop_server {

/// Whether a role has any business with an operation of a service: a gateway with those that are resources, a service
/// with those that it needs for its own work. So a stolen secret opens what its role does, and nothing else.
/// @param operation `inventory.allocate`
bool may_call(role caller, std::string_view operation);

}  // namespace shop_server
