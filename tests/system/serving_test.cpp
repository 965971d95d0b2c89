#include <gmock/gmock.h>
#include <sqlite3.h>

#include <fstream>

#include "server.hpp"

namespace {

using shop_test::eventually;
using shop_test::run_server;
using shop_test::server;
using testing::HasSubstr;

std::size_t lines_of(std::string const& text) {
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

TEST(serving, says_where_it_listens_and_nothing_else) {
    server shop("memory:");
    EXPECT_EQ(shop.process().out(), "listening on http://127.0.0.1:" + std::to_string(shop.port()) + "\n");
    EXPECT_EQ(shop.stop(), 0);
    EXPECT_EQ(lines_of(shop.process().out()), 1u);
}

TEST(serving, tells_that_it_lives_is_ready_and_what_it_is) {
    server shop("memory:");
    auto client = shop.client();
    EXPECT_EQ(client.get("/livez").status, 200);
    EXPECT_EQ(client.get("/readyz").status, 200);
    auto const info = client.get("/info");
    EXPECT_EQ(info.member("name"), "shop-server");
    EXPECT_EQ(info.member("store"), "memory");
    EXPECT_THAT(info.field("Content-Type"), HasSubstr("application/json"));
}

TEST(serving, what_is_for_this_machine_is_not_there_through_a_proxy) {
    server shop("memory:");
    auto client = shop.client();
    for (std::string const path : {"/livez", "/readyz", "/metrics", "/info", "/openapi.json", "/docs"}) {
        EXPECT_EQ(client.get(path).status, 200) << path;
        client.send("HEAD " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        auto const head = client.receive(false);
        EXPECT_EQ(head.status, 200) << path;
        EXPECT_NE(head.field("Content-Length"), "0");
        for (std::string const field : {"Forwarded: for=192.0.2.1", "X-Forwarded-For: 192.0.2.1", "X-Forwarded-Host: a",
                                        "X-Real-IP: 192.0.2.1", "Via: 1.1 varnish"}) {
            auto const answer = client.ask("GET", path, {}, field + "\r\n");
            EXPECT_EQ(answer.status, 404) << path << ' ' << field;
            EXPECT_EQ(answer.member("code"), "not_found");
        }
    }
}

TEST(serving, below_a_base_path_answers_with_it_and_takes_requests_with_it_and_without) {
    server shop("memory:", {"--base-path", "/shop"});
    auto client = shop.client();
    ASSERT_TRUE(stock_up(client, "MUG", 5));
    for (std::string const base : {"/shop", ""}) {
        auto const placed = client.ask("POST", base + "/v1/orders", shop_test::order_of("ann", {{"MUG", 1}}),
                                       "Idempotency-Key: k" + base + "\r\n");
        EXPECT_EQ(placed.status, 201) << placed.body;
        auto const location = placed.field("Location");
        EXPECT_EQ(location.rfind("/shop/v1/orders/", 0), 0u) << location;
        EXPECT_EQ(client.get(location).status, 200);
        EXPECT_EQ(client.get(base + "/v1/orders/x").member("instance"), "/shop/v1/orders/x");
        EXPECT_EQ(client.get(base + "/readyz").status, 200);
    }
}

TEST(serving, a_connection_that_is_idle_is_closed_after_the_time_that_is_set) {
    server shop("memory:", {"--idle", "1s"});
    auto client = shop.client();
    EXPECT_EQ(client.get("/livez").status, 200);
    EXPECT_EQ(client.receive().status, 0) << "without an answer";
    EXPECT_EQ(client.get("/livez").status, 200);
}

TEST(serving, a_request_on_a_connection_that_was_idle_is_answered_while_the_server_stops) {
    server shop("memory:");
    auto client = shop.client();
    ASSERT_TRUE(stock_up(client, "MUG", 5));
    shop.process().signal(SIGTERM);
    ASSERT_TRUE(shop.process().wait_for_err("\"stopping\""));
    auto const placed =
        client.ask("POST", "/v1/orders", shop_test::order_of("ann", {{"MUG", 1}}), "Idempotency-Key: k\r\n");
    EXPECT_EQ(placed.status, 201) << placed.body;
    EXPECT_EQ(placed.field("Connection"), "close");
    EXPECT_EQ(shop.process().wait(), 0);
}

TEST(serving, sigterm_and_sigint_finish_what_is_under_way_and_end_with_0) {
    for (int const signal : {SIGTERM, SIGINT}) {
        server shop("memory:");
        auto idle = shop.client(), busy = shop.client();
        ASSERT_EQ(idle.get("/livez").status, 200);
        ASSERT_TRUE(stock_up(busy, "MUG", 5));
        auto const body = shop_test::order_of("ann", {{"MUG", 1}});
        // Half of a request is there when the signal comes, and the other half after it.
        busy.send(
            "POST /v1/orders HTTP/1.1\r\nHost: localhost\r\nIdempotency-Key: k\r\nContent-Type: "
            "application/json\r\nContent-Length: " +
            std::to_string(body.size()) + "\r\nExpect: 100-continue\r\n\r\n");
        EXPECT_EQ(busy.receive().status, 100);
        shop.process().signal(signal);
        ASSERT_TRUE(shop.process().wait_for_err("\"stopping\""));
        busy.send(body);
        auto const answer = busy.receive();
        EXPECT_EQ(answer.status, 201) << answer.body;
        EXPECT_EQ(answer.field("Connection"), "close");
        EXPECT_EQ(shop.process().wait(), 0);
        EXPECT_THAT(shop.log(), HasSubstr("\"stopped\""));
        EXPECT_FALSE(idle.connect());
    }
}

TEST(serving, requests_that_do_not_finish_within_the_grace_are_cut_off) {
    server shop("memory:", {"--grace", "100ms"});
    auto slow = shop.client();
    slow.send(
        "POST /v1/orders HTTP/1.1\r\nHost: localhost\r\nIdempotency-Key: k\r\nContent-Type: "
        "application/json\r\nContent-Length: 10\r\n"
        "Expect: 100-continue\r\n\r\n");
    ASSERT_EQ(slow.receive().status, 100);
    EXPECT_EQ(shop.stop(), 0);
    EXPECT_THAT(shop.log(), HasSubstr("requests were cut off"));
}

TEST(serving, a_second_signal_does_not_wait) {
    server shop("memory:", {"--grace", "10m"});
    auto slow = shop.client();
    slow.send(
        "POST /v1/orders HTTP/1.1\r\nHost: localhost\r\nIdempotency-Key: k\r\nContent-Type: "
        "application/json\r\nContent-Length: 10\r\n"
        "Expect: 100-continue\r\n\r\n");
    ASSERT_EQ(slow.receive().status, 100);
    shop.process().signal(SIGTERM);
    ASSERT_TRUE(shop.process().wait_for_err("\"stopping\""));
    EXPECT_EQ(shop.stop(), 0);
}

TEST(serving, sighup_reads_the_log_level_again) {
    shop_test::scratch folder;
    auto const config = folder.write("shop.conf", "log-level = info\n");
    server shop("memory:", {"--config", config});
    folder.write("shop.conf", "log-level = debug\ngrace = 3s\n");
    shop.process().signal(SIGHUP);
    EXPECT_TRUE(shop.process().wait_for_err(R"("event":"setting needs a restart","setting":"grace","value":"3s")"))
        << shop.log();
    EXPECT_TRUE(shop.process().wait_for_err(R"("event":"setting reloaded","setting":"log-level","value":"debug")"))
        << shop.log();
    folder.write("shop.conf", "log-level = loud\n");
    shop.process().signal(SIGHUP);
    EXPECT_TRUE(shop.process().wait_for_err("shop.conf line 1: log-level: must be debug")) << shop.log();
    auto client = shop.client();
    EXPECT_EQ(client.get("/livez").status, 200);
    EXPECT_EQ(shop.stop(), 0);
}

TEST(serving, an_idle_server_is_small) {
    shop_test::scratch folder;
    server shop("sqlite:" + folder.file("shop.db"));
    auto client = shop.client();
    ASSERT_EQ(client.get("/readyz").status, 200);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    std::ifstream status("/proc/" + std::to_string(shop.process().pid()) + "/status");
    std::string word;
    long resident_kib = 0;
    while (status >> word) {
        if (word == "VmRSS:") status >> resident_kib;
    }
    EXPECT_GT(resident_kib, 0);
    EXPECT_LT(resident_kib, 40 * 1024);
#endif
}

// What stands in the way of serving -----------------------------------------------------------------------------------

struct refused {
    char const* what;
    std::vector<std::string> arguments;
    int code;
    char const* says;
};

class command_line : public testing::TestWithParam<refused> {};

TEST_P(command_line, is_refused_with_its_exit_code_and_says_why) {
    auto const run = run_server(GetParam().arguments);
    EXPECT_EQ(run.code, GetParam().code) << run.out << run.err;
    EXPECT_THAT(run.err, HasSubstr(GetParam().says));
    EXPECT_EQ(run.out, "");
}

INSTANTIATE_TEST_SUITE_P(
    each, command_line,
    testing::Values(
        refused{"nothing", {}, 64, "subcommand"}, refused{"unknown_command", {"sell"}, 64, "sell"},
        refused{"unknown_role", {"serve", "everything"}, 64, "everything"}, refused{"no_role", {"serve"}, 64, "role"},
        refused{"unknown_flag", {"serve", "all", "--colour", "red"}, 64, "--colour"},
        refused{"flag_without_value", {"serve", "all", "--listen"}, 64, "--listen"},
        refused{"bad_address", {"serve", "all", "--listen", "everywhere"}, 78, "--listen: must be HOST:PORT"},
        refused{"bad_store", {"serve", "all", "--store", "mysql:x"}, 78, "--store: must be"},
        refused{"bad_grace", {"serve", "all", "--grace", "soon"}, 78, "--grace: must be"},
        refused{"bad_level", {"serve", "all", "--log-level", "loud"}, 78, "--log-level: must be"},
        refused{"beyond_loopback", {"serve", "all", "--listen", "0.0.0.0:0", "--store", "memory:"}, 78, "keys"},
        refused{"no_config", {"serve", "all", "--config", "/nowhere.conf"}, 78, "/nowhere.conf: cannot be opened"},
        refused{"import_of_nothing", {"import", "products"}, 64, "file"},
        refused{"import_of_customers", {"import", "customers", "x.csv"}, 64, "customers"},
        refused{"import_from_nowhere", {"import", "stock", "/nowhere.csv"}, 66, "/nowhere.csv: cannot be read"},
        refused{"import_of_a_folder", {"import", "stock", "/tmp", "--format", "csv"}, 66, "/tmp"},
        refused{"import_without_format", {"import", "stock", "/etc/hostname"}, 64, "--format"},
        refused{"import_into_memory", {"import", "stock", "/etc/hostname", "--store", "memory:"}, 78, "store:"},
        refused{"audit_of_memory", {"audit", "--store", "memory:"}, 78, "store:"}),
    [](auto const& r) { return r.param.what; });

TEST(check_config, says_what_is_set_and_by_whom) {
    shop_test::scratch folder;
    auto const config = folder.write("shop.conf", "grace = 3s\n");
    auto const check =
        run_server({"check-config", "--config", config, "--listen", "127.0.0.1:1"}, {{"SHOP_STORE", "memory:"}});
    EXPECT_EQ(check.code, 0) << check.err;
    EXPECT_THAT(check.out, testing::ContainsRegex("listen +=\\s*127.0.0.1:1 +# flag"));
    EXPECT_THAT(check.out, testing::ContainsRegex("store += memory: +# environment"));
    EXPECT_THAT(check.out, testing::ContainsRegex("grace += 3s +# file"));
    EXPECT_THAT(check.out, testing::ContainsRegex("log-level += info +# default"));
}

TEST(check_config, refuses_what_serve_would_refuse) {
    shop_test::scratch folder;
    EXPECT_EQ(run_server({"check-config", "--listen", "0.0.0.0:80"}).code, 78);
    auto const check =
        run_server({"check-config"}, {{"SHOP_CONFIG", folder.write("shop.conf", "listne = x\nstore = x\n")}});
    EXPECT_EQ(check.code, 78);
    EXPECT_THAT(check.err, HasSubstr("line 1: unknown key 'listne'"));
    EXPECT_THAT(check.err, HasSubstr("line 2: store: must be"));
}

TEST(version, is_printed) {
    auto const version = run_server({"version"});
    EXPECT_EQ(version.code, 0);
    EXPECT_THAT(version.out, testing::MatchesRegex("shop-server [0-9]+\\.[0-9]+\\.[0-9]+\n"));
    EXPECT_EQ(run_server({"--help"}).code, 0);
}

TEST(a_port_in_use, is_told_with_75) {
    server first("memory:");
    auto const address = "127.0.0.1:" + std::to_string(first.port());
    auto const second = run_server({"serve", "all", "--store", "memory:", "--listen", address});
    EXPECT_EQ(second.code, 75);
    EXPECT_THAT(second.err, HasSubstr("cannot listen on " + address));
    EXPECT_EQ(lines_of(second.err), 1u);
    EXPECT_EQ(second.out, "");
}

TEST(a_store_in_use, is_told_with_75) {
    shop_test::scratch folder;
    auto const store = "sqlite:" + folder.file("shop.db");
    server first(store);
    auto const second = run_server({"serve", "all", "--store", store, "--listen", "127.0.0.1:0"});
    EXPECT_EQ(second.code, 75);
    EXPECT_THAT(second.err, HasSubstr(folder.file("shop.db")));
    EXPECT_THAT(second.err, HasSubstr("in use"));
    EXPECT_EQ(lines_of(second.err), 1u);
}

TEST(a_store_that_cannot_be_made, is_told_with_75) {
    auto const run = run_server({"serve", "all", "--store", "sqlite:/nowhere/shop.db", "--listen", "127.0.0.1:0"});
    EXPECT_EQ(run.code, 75);
    EXPECT_THAT(run.err, HasSubstr("cannot create /nowhere/shop.db.lock: No such file or directory"));
    EXPECT_EQ(lines_of(run.err), 1u);
}

TEST(a_file_that_is_no_database, is_told_with_65_and_left_alone) {
    shop_test::scratch folder;
    std::string const letter(5000, 'x');
    auto const path = folder.write("shop.db", letter);
    auto const run = run_server({"serve", "all", "--store", "sqlite:" + path, "--listen", "127.0.0.1:0"});
    EXPECT_EQ(run.code, 65) << run.err;
    EXPECT_THAT(run.err, HasSubstr(path));
    EXPECT_EQ(lines_of(run.err), 1u);
    std::ifstream file(path);
    EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), letter);
}

TEST(a_database_on_another_machine_without_tls, is_warned_of) {
    auto const open = run_server({"check-config", "--store", "postgresql://shop@db.example/shop"});
    EXPECT_EQ(open.code, 0);
    EXPECT_THAT(open.err, HasSubstr("sslmode=verify-full"));
    auto const guarded =
        run_server({"check-config", "--store", "postgresql://shop@db.example/shop?sslmode=verify-full"});
    EXPECT_EQ(guarded.err, "");
}

TEST(a_store_that_others_may_read, is_told_at_start) {
    shop_test::scratch folder;
    auto const path = folder.file("shop.db");
    {
        server shop("sqlite:" + path);
        EXPECT_EQ(shop.stop(), 0);
        EXPECT_THAT(shop.log(), testing::Not(HasSubstr("security.file_unguarded"))) << "as it was made";
    }
    std::filesystem::permissions(path, std::filesystem::perms(0644));
    server shop("sqlite:" + path);
    EXPECT_EQ(shop.stop(), 0);
    EXPECT_THAT(shop.log(), HasSubstr(R"("level":"warning","event":"security.file_unguarded","reason":"store: )"));
}

class a_registry_of_instances : public testing::Test {
protected:
    std::vector<std::string> gateway() {
        std::vector<std::string> command{"serve", "gateway", "--listen", "127.0.0.1:0", "--service-credentials",
                                         secret_};
        for (auto const* service : {"--product", "--inventory", "--order", "--notification"}) {
            command.insert(command.end(), {service, "file:" + path_});
        }
        return command;
    }
    void allow(int mode, std::string const& path) { std::filesystem::permissions(path, std::filesystem::perms(mode)); }
    void SetUp() override { allow(0600, secret_); }

    shop_test::scratch folder_;
    std::string secret_ = folder_.write("secret", std::string(32, 's') + "\n");
    std::string path_ = folder_.write("instances", "http://127.0.0.1:1\n");
};

TEST_F(a_registry_of_instances, that_others_may_write_is_refused_with_78) {
    allow(0666, path_);
    auto const run = run_server(gateway());
    EXPECT_EQ(run.code, 78);
    EXPECT_THAT(run.err, HasSubstr("product: the registry file: mode 0666: chmod 644 it"));
}

TEST_F(a_registry_of_instances, that_others_may_write_later_is_not_believed_and_told_once) {
    auto command = gateway();
    command.insert(command.begin(), SHOP_SERVER);
    shop_test::process running(command);
    ASSERT_TRUE(running.wait_for_out("\n")) << running.err();
    allow(0666, path_);
    auto const told = [&] {
        auto const log = running.err();
        std::size_t count = 0;
        for (auto at = log.find("security.file_unguarded"); at != log.npos;
             at = log.find("security.file_unguarded", at + 1))
            ++count;
        return count;
    };
    EXPECT_TRUE(eventually(std::chrono::minutes(1), [&] { return told() == 4; })) << running.err();
    running.signal(SIGTERM);
    EXPECT_EQ(running.wait(), 0);
    EXPECT_EQ(told(), 4u) << "once for each service";
}

/// Runs SQL on a file, whoever it belongs to.
void run_sql(std::string const& path, char const* sql) {
    sqlite3* db = nullptr;
    ASSERT_EQ(sqlite3_open(path.c_str(), &db), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(db, sql, nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(db);
    sqlite3_close(db);
}

TEST(a_store_of_a_newer_schema, is_told_and_not_served) {
    shop_test::scratch folder;
    auto const path = folder.file("shop.db");
    EXPECT_EQ(server("sqlite:" + path).stop(), 0);
    run_sql(path, "PRAGMA user_version = 990099");
    auto const run = run_server({"serve", "all", "--store", "sqlite:" + path, "--listen", "127.0.0.1:0"});
    EXPECT_EQ(run.code, 65);
    EXPECT_THAT(run.err, HasSubstr(path));
    EXPECT_THAT(run.err, HasSubstr("newer than this program knows"));
}

TEST(a_damaged_row, is_answered_with_503_and_never_served) {
    shop_test::scratch folder;
    auto const path = folder.file("shop.db");
    {
        server shop("sqlite:" + path);
        auto client = shop.client();
        ASSERT_TRUE(stock_up(client, "MUG", 5));
        EXPECT_EQ(shop.stop(), 0);
    }
    run_sql(path, "UPDATE products_product SET name = 'Mug?'");
    server shop("sqlite:" + path);
    auto client = shop.client();
    auto const answer = client.get("/v1/products/MUG");
    EXPECT_GE(answer.status, 500) << answer.body;
    EXPECT_EQ(answer.member("code"), "store_corrupt");
    EXPECT_THAT(answer.body, testing::Not(HasSubstr("Mug?")));
    EXPECT_EQ(client.get("/livez").status, 200);
    EXPECT_EQ(shop.stop(), 0);
}

TEST(a_kill_at_start, leaves_a_store_that_opens) {
    shop_test::scratch folder;
    auto const path = folder.file("shop.db");
    for (int round = 0; round < 20; ++round) {
        shop_test::process killed(
            {SHOP_SERVER, "serve", "all", "--store", "sqlite:" + path, "--listen", "127.0.0.1:0"});
        for (int look = 0; look < round * 200; ++look) std::this_thread::yield();
        killed.signal(SIGKILL);
        killed.wait();
    }
    EXPECT_EQ(server("sqlite:" + path).stop(), 0);
    EXPECT_EQ(run_server({"audit", "--store", "sqlite:" + path}).code, 0);
}

}  // namespace
