// The keys that a shop is given or gives out: of cursors, and of those who call it.

#include <filesystem>
#include <fstream>
#include <string>

#include <gmock/gmock.h>

#include "server.hpp"

namespace {

using shop_test::server;
using testing::HasSubstr;
using testing::Not;

void write_secret(std::string const& path, std::string const& text) {
    std::ofstream(path, std::ios::binary) << text << '\n';
    std::filesystem::permissions(path, std::filesystem::perms(0600));
}

TEST(cursors, of_a_shop_with_a_cursor_key_are_good_after_a_restart) {
    shop_test::scratch folder;
    auto const key = folder.file("cursor-key");
    write_secret(key, std::string(64, 'c'));
    auto const store = "sqlite:" + folder.file("shop.db");
    std::string cursor;
    for (bool const first : {true, false}) {
        server shop(store, {"--cursor-key", key});
        auto client = shop.client();
        for (auto const* sku : {"A", "B"}) {
            if (first) {
                ASSERT_EQ(client
                              .post("/v1/products", std::string(R"({"sku":")") + sku +
                                                        R"(","name":"N","price":{"amount":1,"currency":"EUR"}})")
                              .status,
                          201);
            }
        }
        auto const page = client.get("/v1/products?limit=1" + (first ? "" : "&cursor=" + cursor));
        ASSERT_EQ(page.status, 200) << page.body;
        EXPECT_EQ(page.member("items/0/sku"), first ? "A" : "B");
        if (first) cursor = page.member("next_cursor");
        EXPECT_EQ(shop.stop(), 0);
    }
    server another(store);
    EXPECT_EQ(another.client().get("/v1/products?limit=1&cursor=" + cursor).status, 400) << "it drew another key";
}

TEST(cursors, are_not_sealed_with_a_key_that_others_may_read_or_guess) {
    shop_test::scratch folder;
    auto const key = folder.file("cursor-key");
    auto const refused = [&] {
        auto const run = shop_test::run_server(
            {"serve", "all", "--listen", "127.0.0.1:0", "--store", "memory:", "--cursor-key", key});
        EXPECT_EQ(run.code, 78) << run.err;
        return run.err;
    };
    EXPECT_THAT(refused(), HasSubstr("cursor-key: "));
    write_secret(key, "short");
    EXPECT_THAT(refused(), HasSubstr("cursor-key: must hold a secret of at least 32 characters"));
    write_secret(key, std::string(64, 'c'));
    std::filesystem::permissions(key, std::filesystem::perms(0644));
    EXPECT_THAT(refused(), HasSubstr("cursor-key: mode 0644: chmod 600 it"));
}

TEST(keys_command, takes_days_a_day_or_a_time_for_an_expiry) {
    shop_test::scratch folder;
    auto const file = folder.file("keys.json");
    auto const add = [&](std::string const& id, std::string const& when) {
        return shop_test::run_server({"keys", "add", id, "--keys", file, "--scope", "*", "--expires", when}).code;
    };
    EXPECT_EQ(add("a", "90d"), 0);
    EXPECT_EQ(add("b", "2999-01-31"), 0);
    EXPECT_EQ(add("c", "2999-01-31T12:00:00+01:00"), 0);
    EXPECT_EQ(add("d", "1d"), 0);
    for (auto const* bad : {"0d", "-1d", "d", "90", "soon", "2020-01-31", "2999-13-01", "99999999999d"})
        EXPECT_EQ(add("x", bad), 78) << bad;
    auto const listed = shop_test::run_server({"keys", "list", "--keys", file, "--keys-usage", "none"}).out;
    EXPECT_THAT(listed, HasSubstr("b  account b  scopes *  expires 2999-01-31T00:00:00.000Z\n"));
    EXPECT_THAT(listed, HasSubstr("c  account c  scopes *  expires 2999-01-31T11:00:00.000Z\n"));
    EXPECT_THAT(listed, testing::ContainsRegex("d  account d  scopes .  expires [0-9TZ:.-]*, soon\n"));
}

TEST(keys_command, says_what_is_wrong_and_shows_a_key_once) {
    shop_test::scratch folder;
    auto const file = folder.file("keys.json");
    auto const made = shop_test::run_server({"keys", "add", "web", "--keys", file, "--scope", "orders:write"});
    EXPECT_EQ(made.code, 0) << made.err;
    EXPECT_EQ(made.out.rfind("shop_web_", 0), 0u);
    auto const listed = shop_test::run_server({"keys", "list", "--keys", file});
    EXPECT_THAT(listed.out, HasSubstr("web  account web  scopes orders:write"));
    EXPECT_THAT(listed.out, Not(HasSubstr(made.out.substr(9, 20))));
    EXPECT_EQ(shop_test::run_server({"keys", "add", "web", "--keys", file, "--scope", "x"}).code, 65) << "twice";
    EXPECT_EQ(shop_test::run_server({"keys", "revoke", "nobody", "--keys", file}).code, 66);
    EXPECT_EQ(shop_test::run_server({"keys", "add", "Web!", "--keys", file}).code, 65);
}

}  // namespace
