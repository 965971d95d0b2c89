#include "schema.hpp"

#include <shop/core/limits.hpp>
#include <shop/inventory/store.hpp>
#include <shop/notifications/store.hpp>
#include <shop/orders/store.hpp>
#include <shop/products/store.hpp>

namespace shop::postgres {

namespace {

constexpr auto create_store =
    "CREATE TABLE IF NOT EXISTS shop_store ("
    "only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),"
    "epoch uuid NOT NULL, schema_version bigint NOT NULL, schema_needs bigint NOT NULL)";

std::size_t read_count(text_reader& row) {
    auto const count = row.integer();
    if (count < 0) throw misfit("a count", std::to_string(count));
    return static_cast<std::size_t>(count);
}

storage::schema_state read_state(session& on, std::span<storage::migration const> steps, bool and_lock) {
    auto const found =
        on.ask(std::string("SELECT schema_version, schema_needs FROM shop_store") + (and_lock ? " FOR UPDATE" : ""),
               rows_of({{"schema_version", types::bigint}, {"schema_needs", types::bigint}}));
    if (found.size() == 0) return {0, 0, steps.size()};
    text_reader row(found);
    auto const version = read_count(row), needs = read_count(row);
    return {version, needs, steps.size()};
}

bool has_store(session& on) {
    auto const found =
        on.ask("SELECT to_regclass('shop_store') IS NOT NULL AS there", rows_of({{"there", types::boolean}}, 1));
    return text_reader(found).boolean();
}

/// Runs `work` until it is not disturbed by whoever does the same.
template <class Work>
void undisturbed(Work work) {
    for (unsigned attempt = 1;; ++attempt) {
        try {
            return work();
        } catch (trouble const& t) {
            bool const again = t.why() == fault::conflict || t.why() == fault::contended;
            if (!again || attempt == limits::transact_attempts_max) throw;
        }
    }
}

void claim(session& on, storage::context const& with) {
    auto const epoch = to_string(with.ids.next(with.clock.stamp()));
    undisturbed([&] { on.execute(create_store); });
    undisturbed([&] {
        on.execute("INSERT INTO shop_store (epoch, schema_version, schema_needs) VALUES ('" + epoch +
                   "', 0, 0) ON CONFLICT DO NOTHING");
    });
}

}  // namespace

storage::schema_state schema_of(session& on, std::span<storage::migration const> steps) {
    if (!has_store(on)) return {0, 0, steps.size()};
    return read_state(on, steps, false);
}

storage::schema_state migrate(session& on, std::span<storage::migration const> steps, storage::context const& with) {
    if (!has_store(on)) claim(on, with);
    auto state = read_state(on, steps, false);
    while (state.version < steps.size() && state.needs <= steps.size()) {
        undisturbed([&] {
            session::work step(on);
            // The row is the lock: whoever comes at the same time waits here, and then finds the step taken.
            state = read_state(on, steps, true);
            if (state.version >= steps.size() || state.needs > steps.size()) return;
            on.execute(steps[state.version].sql);
            state.needs = storage::needs_after(steps, state.version, state.needs);
            ++state.version;
            on.execute("UPDATE shop_store SET schema_version = " + std::to_string(state.version) +
                       ", schema_needs = " + std::to_string(state.needs));
            step.commit();
        });
    }
    return state;
}

store_epoch read_epoch(session& on) {
    auto const found = on.ask("SELECT epoch FROM shop_store", rows_of({{"epoch", types::uuid}}));
    if (found.size() == 1) {
        store_epoch epoch;
        text_reader(found).id(epoch.value.bytes);
        return epoch;
    }
    throw trouble(fault::corrupt, "the incarnation id of the store is missing");
}

std::optional<std::string> missing_table(session& on) {
    std::string names = "'shop_store', 'shop_log'";
    auto const add = [&]<class Record>() { names.append(", '").append(Record::table).append("'"); };
    products::store_schema::for_each(add);
    inventory::store_schema::for_each(add);
    orders::store_schema::for_each(add);
    notifications::store_schema::for_each(add);
    // On a logical replica a table may be there and never be filled: then some are in a subscription, and it is not.
    auto const found =
        on.ask("WITH ours AS (SELECT name, to_regclass(name) AS id FROM unnest(ARRAY[" + names +
                   "]) AS name), sent AS (SELECT srrelid AS id FROM pg_subscription_rel)"
                   " SELECT name, id IS NULL AS gone FROM ours WHERE id IS NULL OR (id NOT IN (SELECT id FROM sent)"
                   " AND EXISTS (SELECT 1 FROM ours AS other JOIN sent ON sent.id = other.id))"
                   " ORDER BY name LIMIT 1",
               rows_of({{"name", types::text}, {"gone", types::boolean}}));
    if (found.size() == 0) return std::nullopt;
    text_reader row(found);
    std::string const name(row.text());
    bool const gone = row.boolean();
    return "the table " + name +
           (gone ? " is missing: this is no whole copy of a shop"
                 : " is in no subscription, though others are: it is not kept up to date. "
                   "Add it to the publication and refresh the subscription");
}

std::optional<std::string> durability_complaint(session& on) {
    for (auto const* name : {"fsync", "full_page_writes", "synchronous_commit"}) {
        auto const found = on.ask(std::string("SHOW ") + name, {"SHOW", {{name, types::text}}, 1});
        if (text_reader(found).text() == "off") {
            return std::string(name) +
                   " is off: an order that was acknowledged could be lost. Turn it on in postgresql.conf, or with "
                   "ALTER "
                   "SYSTEM, ALTER DATABASE or ALTER ROLE, wherever it was turned off";
        }
    }
    return std::nullopt;
}

}  // namespace shop::postgres
