#pragma once

#include <cstdlib>
#include <string>

#include <gtest/gtest.h>

#include "support/scratch.hpp"
#include "support/shop_server.hpp"
#ifdef SHOP_HAS_POSTGRES
#include "support/postgres_server.hpp"
#endif

namespace shop_test {

#ifdef SHOP_HAS_POSTGRES
/// A database with a schema, for `--store`.
inline std::string fresh_database(postgres_server& in = shared_postgres()) {
    auto const url = in.url(in.create_database());
    auto const migrated = run_server({"migrate", "--store", url});
    if (migrated.code != 0) throw std::runtime_error(migrated.out + migrated.err);
    return url;
}
/// Four of them, for the services of a `stack`.
inline std::string fresh_stack_stores(postgres_server& in = shared_postgres()) {
    std::string all = "stack:";
    for (int n = 0; n < 4; ++n) all += fresh_database(in) + (n < 3 ? " " : "");
    return all;
}
#endif

/// A store of the test's own, for `server`: a file in its folder; or a database of the PostgreSQL that this program
/// starts, with SHOP_TEST_STORE=postgres; or with SHOP_TEST_STORE=stack four of them, for the four services of a stack.
inline std::string fresh_store(scratch const& folder) {
#ifdef SHOP_HAS_POSTGRES
    auto const* where = std::getenv("SHOP_TEST_STORE");
    if (where && std::string(where) == "postgres") return fresh_database();
    if (where && std::string(where) == "stack") return fresh_stack_stores();
#endif
    return "sqlite:" + folder.file("shop.db");
}

}  // namespace shop_test
