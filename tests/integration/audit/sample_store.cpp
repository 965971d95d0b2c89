#include "sample_store.hpp"

#include <chrono>
#include <future>
#include <stdexcept>
#include <vector>

#include <sqlite3.h>
#include <boost/asio/post.hpp>

#include <shop/engine.hpp>

#include "storage/sqlite/columns.hpp"

namespace shop_test {

namespace {

using shop::inventory::record_movement;
using shop::orders::place_order;

/// Until the relays have told everything; then the store rests.
void settle(shop::engine const& engine) {
    for (;;) {
        std::promise<bool> told;
        boost::asio::post(engine.executor(), [&] { told.set_value(engine.is_settled()); });
        if (told.get_future().get()) return;
        std::this_thread::yield();
    }
}

void check(int code, sqlite3* db, char const* doing) {
    if (code != SQLITE_OK && code != SQLITE_DONE && code != SQLITE_ROW) {
        throw std::runtime_error(std::string(doing) + ": " + sqlite3_errmsg(db));
    }
}

/// `row_checksum(column, ...)` as the store computes it.
void row_checksum(sqlite3_context* call, int count, sqlite3_value** columns) {
    shop::sqlite::row_digest digest;
    for (int i = 0; i < count; ++i) {
        auto* const column = columns[i];
        auto const size = static_cast<std::size_t>(sqlite3_value_bytes(column));
        switch (sqlite3_value_type(column)) {
            case SQLITE_INTEGER:
                digest.integer(sqlite3_value_int64(column));
                break;
            case SQLITE_TEXT:
                digest.text({reinterpret_cast<char const*>(sqlite3_value_text(column)), size});
                break;
            case SQLITE_BLOB:
                digest.blob({static_cast<std::uint8_t const*>(sqlite3_value_blob(column)), size});
                break;
            default:
                digest.null();
        }
    }
    sqlite3_result_int64(call, digest.value());
}

std::vector<std::string> texts(sqlite3* db, std::string const& sql) {
    sqlite3_stmt* query = nullptr;
    check(sqlite3_prepare_v2(db, sql.c_str(), -1, &query, nullptr), db, "asking");
    std::vector<std::string> out;
    while (sqlite3_step(query) == SQLITE_ROW) {
        out.emplace_back(reinterpret_cast<char const*>(sqlite3_column_text(query, 0)));
    }
    sqlite3_finalize(query);
    return out;
}

}  // namespace

void fill_sample_store(shop::storage::factory const& store) {
    shop::engine_options options;
    options.store = store;
    auto engine = shop::engine::open(std::move(options)).value();
    auto shop = engine.blocking();
    for (auto const* sku : {"MUG", "CUP", "BACK", "FILE"}) {
        shop.products.create(shop::products::product_draft(sku, sku, shop::eur(1250)).active()).value();
    }
    using shop::sku;
    shop.inventory.record(record_movement::receive(sku("MUG"), shop::quantity(20)).with_reference("opening")).value();
    shop.inventory.record(record_movement::adjust(sku("MUG"), -1, "broken")).value();
    shop.inventory.receive("CUP", 8).value();
    shop.inventory
        .record(record_movement::transfer(sku("CUP"), shop::quantity(3), shop::location(), shop::location("attic")))
        .value();
    shop.inventory.receive("BACK", 1).value();
    shop.inventory.configure(shop::inventory::configure_stock(sku("BACK")).backorder(5)).value();
    shop.inventory.configure(shop::inventory::configure_stock(sku("FILE")).tracked(false)).value();

    auto place = [&](char const* customer, char const* what, std::int64_t pieces) {
        return shop.orders.place(place_order(customer).line(what, pieces).line("CUP", 1).key(customer));
    };
    auto place_file = [&](char const* customer) {
        return shop.orders.place(place_order(customer).line("FILE", 2).key(customer)).value()->id;
    };
    place("confirmed", "MUG", 2).value();
    shop.orders.ship(place("shipped", "MUG", 3).value()->id).value();
    auto const delivered = place("delivered", "MUG", 1).value()->id;
    shop.orders.ship(delivered).value();
    shop.orders.deliver(delivered).value();
    shop.orders.cancel(place("cancelled", "MUG", 1).value()->id).value();
    if (place("rejected", "MUG", 500)) throw std::logic_error("there are not 500");
    shop.orders.place(place_order("backorder").line("BACK", 4).key("backorder")).value();
    place_file("download");
    shop.orders.cancel(place_file("undone")).value();
    shop.orders.place(place_order("last").line("MUG", 1).key("last")).value();
    settle(engine);
    engine.close();
}

void damage(std::string const& path, std::string const& sql, bool reseal) {
    sqlite3* db = nullptr;
    check(sqlite3_open(path.c_str(), &db), db, "opening");
    auto run = [&](std::string const& what) {
        check(sqlite3_exec(db, what.c_str(), nullptr, nullptr, nullptr), db, what.c_str());
    };
    sqlite3_create_function(db, "row_checksum", -1, SQLITE_UTF8 | SQLITE_DETERMINISTIC, nullptr, row_checksum, nullptr,
                            nullptr);

    run("PRAGMA ignore_check_constraints = ON");
    run("PRAGMA writable_schema = ON");
    // Opening a store checks its CHECKs, too.
    for (auto const* held_by_schema :
         {"CHECK (held >= 0)", ",\n    CHECK (on_hand - allocated - held >= -backorder_limit)",
          ",\n    CHECK (status <> ''pending'' OR open IS NOT NULL)"}) {
        run("UPDATE sqlite_schema SET sql = replace(sql, '" + std::string(held_by_schema) + "', '')");
    }
    run("PRAGMA writable_schema = RESET");
    run(sql);
    if (sqlite3_changes(db) == 0) throw std::logic_error("this damages nothing: " + sql);
    if (reseal) {
        for (auto const& table :
             texts(db, "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql LIKE '%checksum%'")) {
            // A column behind the checksum came later: its NULL is not covered.
            std::string columns;
            std::vector<std::string> later;
            bool behind = false;
            for (auto const& column : texts(db, "SELECT name FROM pragma_table_info('" + table + "') ORDER BY cid")) {
                if (column == "checksum")
                    behind = true;
                else if (behind)
                    later.push_back(column);
                else
                    columns += columns.empty() ? column : ", " + column;
            }
            for (unsigned set = 0; set < 1u << later.size(); ++set) {
                std::string covered = columns, has = "true";
                for (std::size_t i = 0; i < later.size(); ++i) {
                    bool const is_set = set >> i & 1;
                    if (is_set) covered += ", " + later[i];
                    has += " AND " + later[i] + (is_set ? " IS NOT NULL" : " IS NULL");
                }
                run("UPDATE " + table + " SET checksum = row_checksum(" + covered + ") WHERE " + has);
            }
        }
    }
    check(sqlite3_close(db), db, "closing");
}

}  // namespace shop_test
