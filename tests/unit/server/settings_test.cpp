#include "settings.hpp"
#include <shop/http/limits.hpp>

#include <gmock/gmock.h>

#include <sys/stat.h>

#include <fstream>
#include <sstream>

#include "config_file.hpp"
#include "support/scratch.hpp"

namespace {

using shop_server::read;
using shop_server::setting_sources;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string first_refusal(char const* name, char const* value) {
    setting_sources from;
    from.flags[name] = value;
    auto const settings = read(from);
    return settings.refusals.empty() ? "" : settings.refusals.front();
}

TEST(settings, defaults_are_values_their_own_rules_accept) {
    auto const settings = read({});
    EXPECT_THAT(settings.refusals, IsEmpty());
    EXPECT_EQ(settings.values.listen.host, "127.0.0.1");
    EXPECT_EQ(settings.values.listen.port, 8080);
    EXPECT_EQ(settings.values.store.place, "shop.db");
    EXPECT_EQ(settings.values.log_level, shop::severity::info);
    EXPECT_EQ(settings.values.grace, std::chrono::seconds(10));
    EXPECT_EQ(settings.values.idle, shop::limits::idle_max);
    EXPECT_EQ(settings.values.connections, shop::limits::connections_max);
}

TEST(settings, flags_win_over_environment_over_file) {
    shop_test::scratch folder;
    setting_sources from;
    from.file = folder.write("shop.conf", "# a comment\nlisten = 127.0.0.1:1\ngrace=1s\n\nlog-level = debug\n");
    from.environment = {{"SHOP_LISTEN", "127.0.0.1:2"}, {"SHOP_GRACE", "2s"}};
    from.flags = {{"listen", "127.0.0.1:3"}};
    auto const settings = read(from);
    EXPECT_THAT(settings.refusals, IsEmpty());
    EXPECT_EQ(settings.values.listen.port, 3);
    EXPECT_EQ(settings.values.grace, std::chrono::seconds(2));
    EXPECT_EQ(settings.values.log_level, shop::severity::debug);
}

TEST(settings, everything_wrong_is_refused_with_its_key_and_place) {
    shop_test::scratch folder;
    setting_sources from;
    from.file = folder.write("shop.conf", "listne = 127.0.0.1:1\ngrace = soon\ngrace = 1s\nwords\n");
    from.environment = {{"SHOP_STORE", "mysql:shop"}};
    from.flags = {{"connections", "0"}};
    auto const settings = read(from);
    EXPECT_THAT(settings.refusals,
                testing::UnorderedElementsAre(
                    HasSubstr("shop.conf line 1: unknown key 'listne'"), HasSubstr("shop.conf line 2: grace: must be"),
                    HasSubstr("shop.conf line 3: grace is set a second time"), HasSubstr("shop.conf line 4: must be"),
                    HasSubstr("SHOP_STORE: must be"), HasSubstr("--connections: must be")));
}

TEST(settings, values_are_never_repeated_in_refusals) {
    EXPECT_THAT(first_refusal("store", "postgresql://user:secret@host"), testing::Not(HasSubstr("secret")));
}

TEST(settings, unknown_variables_are_told_and_ignored) {
    setting_sources from;
    from.environment = {{"SHOP_PORT", "tcp://10.0.0.1:80"}, {"SHOP_CONFIG", "/nowhere"}};
    auto const settings = read(from);
    EXPECT_THAT(settings.refusals, IsEmpty());
    EXPECT_THAT(settings.warnings, ElementsAre(HasSubstr("SHOP_PORT")));
}

TEST(settings, a_configuration_file_that_cannot_be_read_is_refused) {
    setting_sources from;
    from.file = "/nowhere/shop.conf";
    EXPECT_THAT(read(from).refusals, ElementsAre("/nowhere/shop.conf: cannot be opened: No such file or directory"));
    from.file = "/";
    EXPECT_THAT(read(from).refusals, ElementsAre("/: must be a regular file"));
}

TEST(settings, a_configuration_file_that_others_may_write_is_refused) {
    shop_test::scratch folder;
    setting_sources from;
    from.file = folder.write("shop.conf", "grace = 1s\n");
    for (int const mode : {0602, 0620, 0666}) {
        ::chmod(from.file->c_str(), static_cast<mode_t>(mode));
        EXPECT_THAT(read(from).refusals, ElementsAre(testing::EndsWith(": chmod 644 it"))) << mode;
    }
    ::chmod(from.file->c_str(), 0644);
    EXPECT_THAT(read(from).refusals, IsEmpty());
}

TEST(settings, a_configuration_file_with_the_password_of_a_database_is_for_its_owner_only) {
    shop_test::scratch folder;
    setting_sources from;
    for (auto const* store : {"postgresql://shop:hidden@db/shop", "postgresql://shop@db/shop?password=hidden"}) {
        from.file = folder.write("shop.conf", std::string("store = ") + store + "\n");
        for (int const mode : {0604, 0640, 0644}) {
            ::chmod(from.file->c_str(), static_cast<mode_t>(mode));
            EXPECT_THAT(read(from).refusals,
                        ElementsAre(testing::AllOf(HasSubstr("chmod 600 it, since it holds the password of a database"),
                                                   testing::Not(HasSubstr("hidden")))));
        }
        ::chmod(from.file->c_str(), 0600);
        EXPECT_THAT(read(from).refusals, IsEmpty());
    }
    from.file = folder.write("open.conf", "store = postgresql://shop@db/shop?passfile=/etc/shop/pgpass\n");
    ::chmod(from.file->c_str(), 0644);
    EXPECT_THAT(read(from).refusals, IsEmpty()) << "it holds no password";
}

TEST(settings, a_huge_configuration_file_is_refused) {
    shop_test::scratch folder;
    setting_sources from;
    from.file = folder.write("shop.conf", std::string(shop_server::config_file_bytes_max + 1, '#'));
    EXPECT_THAT(read(from).refusals, ElementsAre(HasSubstr("larger than")));
}

TEST(settings, addresses_are_host_and_port) {
    for (auto const* good : {"127.0.0.1:0", "localhost:65535", "[::1]:8080", "0.0.0.0:80"}) {
        EXPECT_EQ(first_refusal("listen", good), "") << good;
    }
    for (auto const* bad : {"", "8080", ":8080", "localhost", "localhost:", "localhost:65536", "localhost:-1", "::1:80",
                            "[]:80", "a b:80", "localhost:80x", "localhost: 80"}) {
        EXPECT_THAT(first_refusal("listen", bad), HasSubstr("--listen: must be HOST:PORT")) << bad;
    }
}

TEST(settings, durations_have_a_unit_and_bounds) {
    for (auto const* good : {"100ms", "10s", "10m"}) EXPECT_EQ(first_refusal("grace", good), "") << good;
    for (auto const* bad : {"", "10", "s", "99ms", "11m", "1h", "-1s", "99999999999s", "1.5s"}) {
        EXPECT_THAT(first_refusal("grace", bad), HasSubstr("must be a duration")) << bad;
    }
}

TEST(settings, trusted_proxies_are_networks_and_addresses) {
    for (auto const* good : {"none", "127.0.0.1", "10.0.0.0/8,::1", "2001:db8::/32"})
        EXPECT_EQ(first_refusal("trusted-proxies", good), "") << good;
    for (auto const* bad : {"", "10.0.0.1/8", "10.0.0.0/8,", "10.0.0.0/8, ::1", "localhost", "10.0.0.0/40"}) {
        EXPECT_THAT(first_refusal("trusted-proxies", bad), HasSubstr("must be networks")) << bad;
    }
}

TEST(settings, a_base_path_begins_no_path_of_the_server) {
    for (auto const* good : {"none", "/shop", "/eu/shop-1", "/a.b/c_d"})
        EXPECT_EQ(first_refusal("base-path", good), "") << good;
    for (auto const* bad : {"", "/", "shop", "/shop/", "//shop", "/a//b", "/../b", "/a/..", "/a/.b", "/a b", "/a%20b",
                            "/a?b", "/v1", "/v1/shop", "/metrics", "/internal"}) {
        EXPECT_THAT(first_refusal("base-path", bad), HasSubstr("must be a path such as /shop")) << bad;
    }
}

TEST(settings, stores_are_sqlite_or_memory) {
    EXPECT_EQ(first_refusal("store", "memory:"), "");
    EXPECT_EQ(first_refusal("store", "sqlite:/var/lib/shop.db"), "");
    for (auto const* bad : {"", "sqlite:", "memory", "shop.db"}) EXPECT_NE(first_refusal("store", bad), "") << bad;
}

TEST(settings, a_read_store_is_a_replica_of_a_database) {
    setting_sources from;
    from.flags = {{"store", "postgresql://shop@db/shop"}, {"read-store", "postgresql://shop:secret@replica/shop"}};
    auto const replicated = read(from);
    EXPECT_THAT(replicated.refusals, testing::IsEmpty());
    ASSERT_TRUE(replicated.values.read_store);
    EXPECT_EQ(replicated.values.read_store->place, "postgresql://shop:secret@replica/shop");
    for (auto const& row : replicated.rows) EXPECT_THAT(row.shown(), testing::Not(HasSubstr("secret")));
    EXPECT_THAT(first_refusal("read-store", "sqlite:shop.db"), HasSubstr("must be postgresql://"));
    from.flags["store"] = "sqlite:shop.db";
    EXPECT_THAT(read(from).refusals, testing::ElementsAre(HasSubstr("read-store: only a store in PostgreSQL")));
}

TEST(settings, beyond_loopback_is_refused_without_keys) {
    for (auto const* host : {"127.0.0.1", "127.8.8.8", "::1", "localhost", "::ffff:127.0.0.1"}) {
        EXPECT_FALSE(shop_server::refuse_to_serve(shop_server::role::all, {}, {host, 80})) << host;
    }
    for (auto const* host : {"0.0.0.0", "::", "192.168.1.1", "example.org", "::ffff:10.0.0.1"}) {
        EXPECT_THAT(shop_server::refuse_to_serve(shop_server::role::all, {}, {host, 80}).value_or(""),
                    HasSubstr("keys"))
            << host;
    }
}

TEST(settings, pages_of_any_origin_are_refused_without_keys) {
    shop_server::settings with;
    with.allowed_origins = {"https://shop.example", "*"};
    EXPECT_THAT(shop_server::refuse_to_serve(shop_server::role::all, with, {"127.0.0.1", 80}).value_or(""),
                HasSubstr("allowed-origins: without keys"));
    with.allowed_origins = {"https://shop.example"};
    EXPECT_FALSE(shop_server::refuse_to_serve(shop_server::role::all, with, {"127.0.0.1", 80}));
    with.allowed_origins = {"*"};
    with.keys = "keys.json";
    EXPECT_FALSE(shop_server::refuse_to_serve(shop_server::role::all, with, {"127.0.0.1", 80}));
}

TEST(settings, bodies_have_room_for_an_import) {
    for (auto const* name : {"body-memory", "body-memory-per-caller"}) {
        EXPECT_EQ(first_refusal(name, "16"), "");
        for (auto const* bad : {"", "0", "15", "16MiB", "1048577"})
            EXPECT_THAT(first_refusal(name, bad), HasSubstr("must be a number from 16")) << bad;
    }
}

TEST(settings, docs_hold_the_same_table) {
    std::ifstream file(SHOP_SOURCE_DIR "/docs/operating.md");
    std::stringstream docs;
    docs << file.rdbuf();
    for (auto const& s : shop_server::settings_table()) {
        auto const row = "| `" + std::string(s.name) + "` | `" + variable_of(s) + "` | " + std::string(s.description) +
                         " | `" + std::string(s.default_value) + "` | " + (s.reloadable ? "yes" : "no") + " |";
        EXPECT_THAT(docs.str(), HasSubstr(row));
    }
}

TEST(config_file, takes_a_byte_order_mark_blanks_and_crlf) {
    auto const file = shop_server::parse_config("f", "\xEF\xBB\xBF  listen =  127.0.0.1:1 \r\n\r\n# end\r\ngrace=2s");
    ASSERT_THAT(file.refusals, IsEmpty());
    ASSERT_EQ(file.entries.size(), 2u);
    EXPECT_EQ(file.entries[0].value, "127.0.0.1:1");
    EXPECT_EQ(file.entries[1].value, "2s");
    EXPECT_EQ(file.entries[1].line, 4u);
}

TEST(config_file, survives_every_byte) {
    for (int c = 0; c < 256; ++c) {
        for (std::string const around : {"", "listen", "listen =", "listen = x"}) {
            auto const file = shop_server::parse_config("f", around + static_cast<char>(c));
            for (auto const& entry : file.entries) EXPECT_EQ(entry.key, "listen");
        }
    }
}

}  // namespace
