#include <gtest/gtest.h>

#include <shop/storage/postgres.hpp>

namespace shop::storage {
namespace {

TEST(postgres_encryption, is_missing_on_the_way_to_another_machine_unless_it_is_demanded) {
    for (std::string const host : {"db.example", "10.0.0.1", "localhost,db.example", "[2001:db8::1]"}) {
        for (std::string const mode : {"", "?sslmode=disable", "?sslmode=allow", "?sslmode=prefer"}) {
            EXPECT_TRUE(postgres_may_go_without_tls("postgresql://shop@" + host + "/shop" + mode)) << host << mode;
        }
        for (std::string const mode : {"require", "verify-ca", "verify-full"}) {
            EXPECT_FALSE(postgres_may_go_without_tls("postgresql://shop@" + host + "/shop?sslmode=" + mode))
                << host << mode;
        }
    }
    EXPECT_TRUE(postgres_may_go_without_tls("postgresql://shop@localhost/shop?hostaddr=192.0.2.1"));
}

TEST(postgres_encryption, is_not_missed_on_one_machine) {
    for (auto const* here : {"postgresql:///shop", "postgresql://localhost/shop", "postgresql://127.0.0.1:5432/shop",
                             "postgresql://[::1]/shop", "postgresql://shop@/shop?host=%2Frun%2Fpostgresql"}) {
        EXPECT_FALSE(postgres_may_go_without_tls(here)) << here;
    }
    EXPECT_FALSE(postgres_may_go_without_tls("nonsense")) << "refused for what it is, elsewhere";
}

TEST(postgres_encryption, is_also_told_by_the_environment) {
    ::setenv("PGHOST", "db.example", 1);
    EXPECT_TRUE(postgres_may_go_without_tls("postgresql:///shop"));
    ::setenv("PGSSLMODE", "verify-full", 1);
    EXPECT_FALSE(postgres_may_go_without_tls("postgresql:///shop"));
    ::unsetenv("PGHOST");
    ::unsetenv("PGSSLMODE");
}

}  // namespace
}  // namespace shop::storage
