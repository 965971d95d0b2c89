#include <exception>
#include <iostream>

#include "command_line.hpp"

int main(int argc, char** argv) {
    try {
        return shop_server::run(argc, argv);
    } catch (std::exception const& e) {
        std::cerr << "shop-server: " << e.what() << '\n';
        return shop_server::exit_failure;
    }
}
