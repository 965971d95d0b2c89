#include <algorithm>
#include <iomanip>
#include <iostream>

#include "commands.hpp"
#include "store_access.hpp"

namespace shop_server {

exit_code refuse(std::vector<std::string> const& refusals) {
    for (auto const& why : refusals) std::cerr << "shop-server: " << why << '\n';
    return exit_config;
}

exit_code check_config(read_settings const& read) {
    std::size_t name_width = 0, value_width = 0;
    for (auto const& row : read.rows) {
        name_width = std::max(name_width, row.of->name.size());
        value_width = std::max(value_width, row.shown().size());
    }
    for (auto const& row : read.rows) {
        std::cout << std::left << std::setw(static_cast<int>(name_width)) << row.of->name << " = "
                  << std::setw(static_cast<int>(value_width)) << row.shown() << "  # " << shop::to_word(row.from)
                  << '\n';
    }
    for (auto const& warning : read.warnings) std::cerr << "shop-server: " << warning << '\n';
    for (auto const& one : risks_of_store(read.values)) std::cerr << "shop-server: " << one.reason << '\n';
    if (!read.refusals.empty()) return refuse(read.refusals);
    if (auto why = refuse_to_serve(role::all, read.values, read.values.listen)) return refuse({*why});
    return exit_ok;
}

}  // namespace shop_server
