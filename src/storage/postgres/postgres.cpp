#include <shop/storage/postgres.hpp>

#include <algorithm>

#include "connection.hpp"
#include "schema.hpp"
#include "service_stores.hpp"
#include "settings.hpp"

namespace shop::storage {

namespace {

using shop::postgres::connection;
using shop::postgres::fault;
using shop::postgres::pool;
using shop::postgres::session;
using shop::postgres::trouble;

/// Where this is, without a password.
std::string where(session& on) {
    auto const found = on.ask(
        "SELECT current_database()::text AS name, coalesce(inet_server_addr()::text, 'a local socket') AS at",
        shop::postgres::rows_of({{"name", shop::postgres::types::text}, {"at", shop::postgres::types::text}}, 1));
    shop::postgres::text_reader row(found);
    std::string const name(row.text());
    return "database " + name + " at " + std::string(row.text());
}

error as_error(trouble const& t) {
    auto const code = t.why() == fault::corrupt         ? error_code::store_corrupt
                      : t.why() == fault::unsuitable    ? error_code::not_supported
                      : t.why() == fault::misconfigured ? error_code::invalid_value
                                                        : error_code::store_unavailable;
    std::string text = t.what();
    while (!text.empty() && text.back() == '\n') text.pop_back();
    if (!t.state().empty()) text += " (" + t.state() + ")";
    return error(code, "postgresql: " + text);
}

/// Refuses what must not be served; brings the schema up to date when asked to.
void prepare(session& on, postgres_options const& options, context const& with) {
    auto const steps = shop::postgres::shop_migrations();
    auto const found =
        options.migrate ? shop::postgres::migrate(on, steps, with) : shop::postgres::schema_of(on, steps);
    if (auto const why = refuse_newer(found)) throw trouble(fault::unsuitable, where(on) + ": " + *why);
    if (found.version < found.newest) {
        throw trouble(fault::unsuitable, where(on) + ": its schema is version " + std::to_string(found.version) +
                                             ", this program needs " + std::to_string(found.newest) +
                                             ": run `shop-server migrate --store ...`, or serve with `--migrate`");
    }
    if (auto const why = shop::postgres::missing_table(on)) throw trouble(fault::unsuitable, where(on) + ": " + *why);
    if (!options.require_durability) return;
    if (auto const why = shop::postgres::durability_complaint(on)) {
        throw trouble(fault::unsuitable, where(on) + ": " + *why);
    }
}

/// Refuses to read lists where the shop of this epoch is not, or not yet as this program knows it.
void check_replica(session& on, store_epoch epoch) {
    auto const found = shop::postgres::schema_of(on, shop::postgres::shop_migrations());
    if (found.version >= found.newest && shop::postgres::read_epoch(on) == epoch) return;
    throw trouble(fault::unsuitable, where(on) + " is no replica of the store, or lags behind a migration");
}

/// The stores' connections, once the database may be served. Of those that are allowed, a quarter is for lists.
shop::postgres::database connected(std::string const& how, std::shared_ptr<postgres_options const> const& options,
                                   context const& with) {
    auto opening = std::make_unique<session>(how, *options);
    prepare(*opening, *options, with);
    auto const epoch = shop::postgres::read_epoch(*opening);
    auto first = std::make_unique<connection>(how, *options);
    auto const lists = std::max<std::size_t>(options->connections / 4, 1);
    auto const batches = std::max<std::size_t>(options->connections, lists + 1) - lists;
    auto const told = std::make_shared<shop::postgres::complaints>(with);
    std::shared_ptr<pool<session>> replica;
    if (!options->replica.empty()) {
        auto const at = shop::postgres::connect_string(options->replica, *options);
        auto const check = [epoch](session& on) { check_replica(on, epoch); };
        auto const told_of_it = std::make_shared<shop::postgres::complaints>(with, "the replica of the database");
        replica = std::make_shared<pool<session>>(lists, at, nullptr, options, with, told_of_it, check);
    }
    return {std::make_shared<pool<connection>>(batches, how, std::move(first), options, with, told),
            std::make_shared<pool<session>>(lists, how, std::move(opening), options, with, told), std::move(replica),
            epoch};
}

}  // namespace

factory postgres(std::string url, postgres_options given) {
    return [url = std::move(url), given = std::move(given)](context const& with) -> result<stores> {
        auto const options = std::make_shared<postgres_options const>(given);
        try {
            auto const how = shop::postgres::connect_string(url, *options);
            auto const in = connected(how, options, with);
            return stores{shop::postgres::products_store(in), shop::postgres::inventory_store(in),
                          shop::postgres::orders_store(in), shop::postgres::notifications_store(in),
                          [writers = in.batches] { return writers->check_room(); }};
        } catch (trouble const& t) {
            return as_error(t);
        }
    };
}

bool postgres_may_go_without_tls(std::string const& url) {
    return shop::postgres::may_go_without_tls(url);
}

result<schema_state> postgres_schema(std::string const& url, postgres_options const& options) {
    try {
        session on(shop::postgres::connect_string(url, options), options);
        return shop::postgres::schema_of(on, shop::postgres::shop_migrations());
    } catch (trouble const& t) {
        return as_error(t);
    }
}

result<schema_state> migrate_postgres(std::string const& url, context const& with, postgres_options options) {
    options.statement_timeout = std::chrono::milliseconds(0);  // a step may take its time
    options.lock_timeout = std::chrono::milliseconds(0);
    options.idle_in_transaction_timeout = std::chrono::milliseconds(0);
    try {
        session on(shop::postgres::connect_string(url, options), options);
        auto const state = shop::postgres::migrate(on, shop::postgres::shop_migrations(), with);
        if (auto const why = refuse_newer(state)) throw trouble(fault::unsuitable, where(on) + ": " + *why);
        return state;
    } catch (trouble const& t) {
        return as_error(t);
    }
}

}  // namespace shop::storage
