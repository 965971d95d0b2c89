#pragma once

#include <exception>
#include <string>

namespace shop_server {

/// What an exception says, for the log.
std::string words_of_exception(std::exception_ptr const& thrown);

}  // namespace shop_server
