#pragma once

#include "exit_codes.hpp"

namespace shop_server {

/// Reads the command line and does what it says.
exit_code run(int argc, char const* const* argv);

}  // namespace shop_server
