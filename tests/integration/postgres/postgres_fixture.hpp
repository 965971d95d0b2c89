#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <mutex>
#include <set>
#include <string>
#include <thread>

#include <shop/records/working_set.hpp>
#include <shop/storage/postgres.hpp>
#include <shop/testing/batch.hpp>
#include <shop/testing/run.hpp>

#include "storage/postgres/schema.hpp"
#include "storage/postgres/service_stores.hpp"
#include "storage/postgres/session.hpp"
#include "storage/postgres/settings.hpp"
#include "support/postgres_server.hpp"
#include "testing/samples.hpp"

namespace shop::postgres_tests {

using inventory::stock_record;
using orders::order_record;
using testing::sample;

/// A database of its own, and stores on it.
class postgres_test : public ::testing::Test {
protected:
    explicit postgres_test(shop_test::postgres_server& in = shop_test::shared_postgres())
        : server(in), database(in.create_database()), url(in.url(database)) {}

    storage::context with() { return {system_scheduler(), random_ids()}; }

    /// @throws shop::failure if they cannot be opened
    stores open(storage::postgres_options options = {}) {
        options.migrate = true;
        options.statistics = statistics;
        return storage::postgres(url, options)(with()).value();
    }
    error refusal(storage::postgres_options options = {}) {
        auto const opened = storage::postgres(url, options)(with());
        return opened ? error() : opened.error();
    }

    std::string sql(std::string const& text) { return server.sql(text, database); }

    /// Writes orders n .. n + count - 1, with an event each, in one transaction.
    static result<void> put_orders(stores const& in, int n, int count = 1) {
        changes<orders::store_schema> what;
        for (int i = n; i < n + count; ++i) {
            what.put(sample<order_record>::make(i));
            what.put(sample<orders::event_record>::make(i));
        }
        return testing::write(*in.orders, std::move(what));
    }
    static bool has_order(stores const& in, int n) {
        return testing::load_one<order_record>(*in.orders, {testing::nth_id(n)}).has_value();
    }

    /// Stock rows 0 .. count - 1, of `pieces` each.
    static void stock(stores const& in, int count, std::int64_t pieces = 0) {
        std::vector<stock_record> rows;
        for (int n = 0; n < count; ++n) {
            rows.push_back(sample<stock_record>::make(n));
            rows.back().on_hand = pieces;
        }
        ASSERT_TRUE(testing::put(*in.inventory, std::move(rows)));
    }
    static std::int64_t on_hand(stores const& in, int n) {
        return testing::load_one<stock_record>(*in.inventory, {testing::nth_sku(n)}).value().on_hand;
    }
    /// Adds one to what is on hand of some skus, in one transaction.
    static result<void> receive(stores const& in, std::vector<int> const& which) {
        key_set<inventory::store_schema> keys;
        for (int n : which) keys.add<stock_record>({testing::nth_sku(n)});
        return testing::transact<inventory::store_schema>(
            *in.inventory, keys, [=](loaded_rows<inventory::store_schema> const& rows, attempt const&) {
                working_set<inventory::store_schema> work(rows);
                for (int n : which) ++work.edit<stock_record>({testing::nth_sku(n)}).on_hand;
                return work.take_changes();
            });
    }

    /// What a setting is in a session, whichever driver has it.
    static std::string shown(postgres::connection& on, std::string const& setting) {
        auto const question = question_about(setting);
        on.queue(question, {});
        return std::string(on.flush().front().field(0, 0));
    }
    static std::string shown(postgres::session& on, std::string const& setting) {
        auto const question = question_about(setting);
        auto const said = on.ask(question.text(), question.answers());
        return std::string(postgres::text_reader(said).text());
    }

    /// Asks until the answer is `wanted`.
    void await(std::string const& question, std::string const& wanted) {
        while (sql(question) != wanted) std::this_thread::yield();
    }

    static postgres::statement question_about(std::string const& setting) {
        return {"SELECT current_setting('" + setting + "') AS value",
                postgres::rows_of({{"value", postgres::types::text}}, 1)};
    }

    shop_test::postgres_server& server;
    std::string database;
    std::string url;
    std::shared_ptr<storage::postgres_statistics> statistics = std::make_shared<storage::postgres_statistics>();
};

}  // namespace shop::postgres_tests
