#include "store_access.hpp"

#include <filesystem>

#include <shop/storage/memory.hpp>
#ifdef SHOP_WITH_SQLITE
#include <shop/storage/sqlite.hpp>
#endif

namespace shop_server {

shop::storage::factory open_with(store_choice const& choice, store_use use) {
    if (choice.which == store_choice::kind::memory) return shop::storage::memory();
#ifdef SHOP_WITH_SQLITE
    shop::storage::sqlite_options options;
    options.exclusive = use == store_use::serve;
    return shop::storage::sqlite(choice.path, std::move(options));
#else
    (void)use;
    return [](shop::storage::context const&) -> shop::result<shop::stores> {
        return shop::error(shop::error_code::store_unavailable, "this shop-server was built without SQLite");
    };
#endif
}

bool store_exists(store_choice const& choice) {
    std::error_code none;
    return choice.which == store_choice::kind::memory || std::filesystem::exists(choice.path, none);
}

exit_code exit_code_of(shop::error const& e) {
    if (e.code() == shop::error_code::store_corrupt) return exit_bad_data;
    if (e.kind() == shop::error_kind::unavailable || e.kind() == shop::error_kind::timeout) return exit_try_later;
    return exit_failure;
}

}  // namespace shop_server
