#include <shop/storage/sqlite.hpp>

#include <filesystem>

#include "database.hpp"
#include "migrations.hpp"
#include "service_stores.hpp"

namespace shop::storage {

factory sqlite(std::string path, sqlite_options options) {
    return [path = std::move(path), options = std::move(options)](context const& with) -> result<stores> {
        auto opened = shop::sqlite::database::open(path, options, shop::sqlite::shop_migrations(), with);
        if (!opened) return opened.error();
        auto& in = *opened;
        try {
            stores made{shop::sqlite::products_store(in), shop::sqlite::inventory_store(in),
                        shop::sqlite::orders_store(in), shop::sqlite::notifications_store(in),
                        [in] { return in->check_room(); }};
            in->start();
            return made;
        } catch (shop::sqlite::open_failure const& e) {
            return error(error_code::store_corrupt, path + ": " + e.what());
        }
    };
}

result<schema_state> sqlite_schema(std::string const& path) {
    auto const steps = shop::sqlite::shop_migrations();
    std::error_code ignored;
    if (!std::filesystem::exists(path, ignored)) return schema_state{0, 0, steps.size()};
    try {
        shop::sqlite::connection on(path, shop::sqlite::access::read_only, 5'000);
        return shop::sqlite::schema_of(on, steps);
    } catch (shop::sqlite::open_failure const& e) {
        auto const damaged = e.why() == shop::sqlite::status::corrupt;
        return error(damaged ? error_code::store_corrupt : error_code::store_unavailable, path + ": " + e.what());
    }
}

}  // namespace shop::storage
