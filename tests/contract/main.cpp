#include <gtest/gtest.h>

#include <shop/storage/memory.hpp>
#include <shop/testing/store_contracts.hpp>

#ifdef SHOP_HAS_SQLITE
#include <shop/storage/sqlite.hpp>
#endif

#include "contract/bad_stores.hpp"

int main(int argc, char** argv) {
    if (auto const* defect = bad_stores::asked_for(argc, argv)) {
        bad_stores::register_contracts(*defect);
    } else {
        shop::testing::register_store_contracts("memory", shop::testing::volatile_stores(shop::storage::memory()));
#ifdef SHOP_HAS_SQLITE
        shop::testing::register_store_contracts(
            "sqlite", shop::testing::durable_stores(
                          [](std::string const& directory) { return shop::storage::sqlite(directory + "/shop.db"); }));
#endif
        bad_stores::register_proofs(argv[0]);
    }
    ::testing::InitGoogleTest(&argc, argv);
    return RUN_ALL_TESTS();
}
