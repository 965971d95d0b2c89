#pragma once

#include "postgres_server.hpp"

namespace shop_test {

/// A standby of `primary` by streaming replication, which must have been started with `max_wal_senders`.
inline postgres_server standby_of(postgres_server const& primary) {
    scratch beside;
    postgres_server::give_to_postgres(beside.file(""));
    postgres_server::expect_success({postgres_server::program("pg_basebackup"), "-D", beside.file("data"), "-d",
                                     primary.url(), "-R", "-X", "stream", "-c", "fast"});
    return {std::move(beside), {}};
}

}  // namespace shop_test
