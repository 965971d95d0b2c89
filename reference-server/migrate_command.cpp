#include <iostream>

#include "commands.hpp"
#include "store_access.hpp"

namespace shop_server {

exit_code migrate_store(settings const& with, bool only_check) {
    if (with.store.which == store_choice::kind::memory) return refuse({"store: memory: has no schema"});
    auto const found = only_check ? schema_of(with) : migrate(with);
    if (!found) {
        std::cerr << "shop-server: " << found.error().message() << '\n';
        return exit_code_of(found.error());
    }
    std::cout << "schema version " << found->version << ", this program knows " << found->newest;
    if (found->needs > found->newest) {
        std::cout << ": made by a newer program, and needs one that knows " << found->needs << std::endl;
        return exit_bad_data;
    }
    if (found->version < found->newest) {
        auto const steps = found->newest - found->version;
        std::cout << ": " << steps << (steps == 1 ? " step" : " steps") << " to take" << std::endl;
        return exit_failure;
    }
    std::cout << (found->version > found->newest ? ": newer, but this program works on it" : ": up to date")
              << std::endl;
    return exit_ok;
}

}  // namespace shop_server
