#include <gtest/gtest.h>

#include <shop/storage/memory.hpp>
#include <shop/testing/channel_contract.hpp>
#include <shop/testing/store_contracts.hpp>

#ifdef SHOP_HAS_SQLITE
#include <shop/storage/sqlite.hpp>
#endif

#ifdef SHOP_HAS_POSTGRES
#include <shop/storage/postgres.hpp>

#include "support/postgres_server.hpp"
#endif

#include "bad_channels.hpp"
#include "bad_stores.hpp"

#ifdef SHOP_HAS_POSTGRES
namespace {

/// A database of its own for each test.
class postgres_source final : public shop::testing::store_source {
public:
    shop::result<shop::stores> open(shop::storage::context const& with) override {
        shop::storage::postgres_options options;
        options.connections = 4;
        options.migrate = true;
        return shop::storage::postgres(url_, options)(with);
    }

private:
    std::string url_ = shop_test::shared_postgres().url(shop_test::shared_postgres().create_database());
};

}  // namespace
#endif

int main(int argc, char** argv) {
    if (auto const* defect = bad_stores::asked_for(argc, argv)) {
        bad_stores::register_contracts(*defect);
    } else if (!bad_channels::register_asked_for(argc, argv)) {
        shop::testing::register_store_contracts("memory", shop::testing::volatile_stores(shop::storage::memory()));
#ifdef SHOP_HAS_SQLITE
        shop::testing::register_store_contracts(
            "sqlite", shop::testing::durable_stores(
                          [](std::string const& directory) { return shop::storage::sqlite(directory + "/shop.db"); }));
#endif
#ifdef SHOP_HAS_POSTGRES
        shop::testing::register_store_contracts(
            "postgres", {.durable = true, .fresh = [] { return std::make_unique<postgres_source>(); }});
#endif
        bad_stores::register_proofs(argv[0]);
        static auto& log = shop::silent_log();
        shop::testing::channel_subject log_lines;
        log_lines.fresh = [](shop::service_context const&) { return shop::notifications::log_channel(log); };
        shop::testing::register_channel_contract("log", log_lines);
        bad_channels::register_good();
        bad_channels::register_proofs(argv[0]);
    }
    ::testing::InitGoogleTest(&argc, argv);
    return RUN_ALL_TESTS();
}
