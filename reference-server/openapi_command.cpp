#include <iostream>

#include "commands.hpp"
#include "edge/api_description.hpp"

namespace shop_server {

exit_code print_openapi(std::string const& server) {
    bool const is_place = server.starts_with("http://") || server.starts_with("https://") || server.starts_with('/');
    if (!server.empty() && !is_place) {
        std::cerr
            << "shop-server: --server: must be an address such as https://shop.example, or a path such as /shop\n";
        return exit_usage;
    }
    std::cout << describe_api(server.empty() ? "http://127.0.0.1:8080" : server) << std::endl;
    return std::cout ? exit_ok : exit_failure;
}

}  // namespace shop_server
