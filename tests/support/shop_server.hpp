#pragma once

#include "process.hpp"

namespace shop_test {

/// Runs shop-server to its end.
inline finished run_server(std::vector<std::string> arguments, std::map<std::string, std::string> environment = {}) {
    arguments.insert(arguments.begin(), SHOP_SERVER);
    return run(std::move(arguments), std::move(environment));
}

}  // namespace shop_test
