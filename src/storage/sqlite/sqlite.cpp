#include <shop/storage/sqlite.hpp>

#include "storage/sqlite/database.hpp"
#include "storage/sqlite/migrations.hpp"
#include "storage/sqlite/service_stores.hpp"

namespace shop::storage {

factory sqlite(std::string path, sqlite_options options) {
    return [path = std::move(path), options = std::move(options)](context const& with) -> result<stores> {
        auto opened = shop::sqlite::database::open(path, options, shop::sqlite::shop_migrations(), with);
        if (!opened) return opened.error();
        auto& in = *opened;
        try {
            stores made{shop::sqlite::products_store(in), shop::sqlite::inventory_store(in),
                        shop::sqlite::orders_store(in), shop::sqlite::notifications_store(in)};
            in->start();
            return made;
        } catch (shop::sqlite::open_failure const& e) {
            return error(error_code::store_corrupt, path + ": " + e.what());
        }
    };
}

}  // namespace shop::storage
