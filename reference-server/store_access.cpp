#include "store_access.hpp"

#include <filesystem>

#include <sys/stat.h>

#include <shop/async/scheduler.hpp>
#include <shop/storage/memory.hpp>
#ifdef SHOP_WITH_SQLITE
#include <shop/storage/sqlite.hpp>
#endif
#ifdef SHOP_WITH_POSTGRES
#include <shop/storage/postgres.hpp>
#endif

namespace shop_server {

namespace {

using shop::storage::schema_state;

#ifdef SHOP_WITH_POSTGRES
shop::storage::postgres_options postgres_options_of(settings const& with) {
    shop::storage::postgres_options options;
    options.connections = with.database_connections;
    options.pooler = with.database_pooler;
    if (with.read_store) options.replica = with.read_store->place;
    return options;
}
#endif

shop::error built_without(store_choice const& choice) {
    return shop::error(shop::error_code::not_supported,
                       "this shop-server was built without " + std::string(shop::to_word(choice.which)));
}

}  // namespace

shop::storage::factory open_with(settings const& with, store_use use,
                                 std::shared_ptr<shop::storage::postgres_statistics> database) {
    (void)use;
    (void)database;
    switch (with.store.which) {
        case store_choice::kind::memory:
            return shop::storage::memory();
        case store_choice::kind::sqlite: {
#ifdef SHOP_WITH_SQLITE
            shop::storage::sqlite_options options;
            options.exclusive = use == store_use::serve;
            return shop::storage::sqlite(with.store.place, std::move(options));
#else
            break;
#endif
        }
        case store_choice::kind::postgres: {
#ifdef SHOP_WITH_POSTGRES
            auto options = postgres_options_of(with);
            options.migrate = with.migrate && use == store_use::serve;
            options.statistics = std::move(database);
            return shop::storage::postgres(with.store.place, std::move(options));
#else
            break;
#endif
        }
    }
    return
        [why = built_without(with.store)](shop::storage::context const&) -> shop::result<shop::stores> { return why; };
}

shop::result<schema_state> schema_of(settings const& with) {
#ifdef SHOP_WITH_SQLITE
    if (with.store.which == store_choice::kind::sqlite) return shop::storage::sqlite_schema(with.store.place);
#endif
#ifdef SHOP_WITH_POSTGRES
    if (with.store.which == store_choice::kind::postgres) {
        return shop::storage::postgres_schema(with.store.place, postgres_options_of(with));
    }
#endif
    return built_without(with.store);
}

shop::result<schema_state> migrate(settings const& with) {
    [[maybe_unused]] shop::storage::context const context{shop::system_scheduler(), shop::random_ids()};
#ifdef SHOP_WITH_SQLITE
    if (with.store.which == store_choice::kind::sqlite) {
        // Opening it does.
        if (auto opened = open_with(with, store_use::beside)(context); !opened) return opened.error();
        return schema_of(with);
    }
#endif
#ifdef SHOP_WITH_POSTGRES
    if (with.store.which == store_choice::kind::postgres) {
        return shop::storage::migrate_postgres(with.store.place, context, postgres_options_of(with));
    }
#endif
    return built_without(with.store);
}

bool store_exists(store_choice const& choice) {
    std::error_code none;
    return choice.which != store_choice::kind::sqlite || std::filesystem::exists(choice.place, none);
}

std::vector<risk> risks_of_store(settings const& with) {
    auto const& choice = with.store;
    std::vector<risk> out;
    struct stat found {};
    if (choice.which == store_choice::kind::sqlite && ::stat(choice.place.c_str(), &found) == 0 &&
        (found.st_mode & 066) != 0) {
        out.push_back({security_event::file_unguarded,
                       "store: others may read or write its file: chmod 600 it, and what begins with its name"});
    }
#ifdef SHOP_WITH_POSTGRES
    auto const look_at = [&](std::string const& setting, store_choice const& database) {
        if (database.which != store_choice::kind::postgres) return;
        if (!shop::storage::postgres_may_go_without_tls(database.place)) return;
        out.push_back({security_event::connection_unguarded,
                       setting + ": the database is on another machine, and TLS is not demanded: add "
                                 "sslmode=verify-full"});
    };
    look_at("store", choice);
    if (with.read_store) look_at("read-store", *with.read_store);
#endif
    return out;
}

exit_code exit_code_of(shop::error const& e) {
    if (e.code() == shop::error_code::invalid_value) return exit_config;
    if (e.code() == shop::error_code::store_corrupt || e.code() == shop::error_code::not_supported)
        return exit_bad_data;
    if (e.kind() == shop::error_kind::unavailable || e.kind() == shop::error_kind::timeout) return exit_try_later;
    return exit_failure;
}

}  // namespace shop_server
