#include <sched.h>
#include <sys/mount.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <optional>

#include <gmock/gmock.h>

#include "server.hpp"

namespace {

using shop_test::order_of;
using shop_test::server;

/// No file of the server may grow beyond this; a write that would make it is refused by the system.
std::vector<std::string> with_files_of_at_most(int kibibytes) {
    return {"/bin/bash", "-c", "ulimit -f " + std::to_string(kibibytes) + " && exec \"$0\" \"$@\""};
}

TEST(full_disk, refuses_writes_keeps_answering_reads_and_leaves_no_half_order) {
    shop_test::scratch folder;
    auto const store = "sqlite:" + folder.file("shop.db");
    int placed = 0;
    {
        server shop(store, {}, with_files_of_at_most(2048));
        auto client = shop.client();
        ASSERT_TRUE(stock_up(client, "MUG", 1'000'000));
        // Between the last order that is confirmed and the first that is refused stands one whose intent had room and
        // whose conclusion has not: it is open (202, or 504 on a busy machine), not lost.
        shop_test::answer last;
        for (int n = 0; n < 20'000 && last.status != 503; ++n) {
            auto const key = std::to_string(n);
            last = client.ask("POST", "/v1/orders", order_of("ann", {{"MUG", 1}}, std::string(1'000, 'x')),
                              "Shop-Timeout-Ms: 500\r\nIdempotency-Key: " + key + "\r\n");
            placed += last.status == 201;
        }
        EXPECT_EQ(last.status, 503) << last.body;
        EXPECT_EQ(last.member("code"), "store_unavailable");
        EXPECT_NE(last.field("Retry-After"), "");
        EXPECT_GT(placed, 0);
        EXPECT_EQ(client.get("/v1/inventory/MUG").member("on_hand"), "1000000");
        EXPECT_EQ(client.get("/livez").status, 200);
        EXPECT_EQ(shop.stop(), 0) << shop.log();
    }
    // With room again, what was under way is finished and selling goes on.
    server shop(store);
    auto client = shop.client();
    EXPECT_EQ(client.post("/v1/orders", order_of("ann", {{"MUG", 1}}), "after").status, 201);
    EXPECT_TRUE(shop_test::eventually(std::chrono::seconds(30), [&] {
        return client.get("/v1/orders?status=pending").body.find("\"id\"") == std::string::npos;
    }));
    EXPECT_EQ(shop.stop(), 0);
    auto const audit = shop_test::run_server({"audit", "--store", store});
    EXPECT_EQ(audit.code, 0) << audit.out;
    EXPECT_EQ(audit.out.find("open operations"), std::string::npos) << audit.out;
}

/// A disk of its own, in a mount namespace that only this process and its children see.
class small_disk {
public:
    small_disk(std::string at, std::string const& size) : at_(std::move(at)) {
        std::filesystem::create_directory(at_);
        is_mounted_ = ::unshare(CLONE_NEWNS) == 0 && ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
                      ::mount("none", at_.c_str(), "tmpfs", 0, ("size=" + size).c_str()) == 0;
    }
    ~small_disk() {
        if (is_mounted_ && ::umount(at_.c_str()) != 0) std::perror("umount");
    }
    small_disk(small_disk const&) = delete;
    small_disk& operator=(small_disk const&) = delete;

    bool is_mounted() const { return is_mounted_; }
    std::string file(std::string const& name) const { return at_ + "/" + name; }

private:
    std::string at_;
    bool is_mounted_ = false;
};

class full_disk_of_its_own : public testing::Test {
protected:
    void SetUp() override {
        if (!disk.is_mounted()) GTEST_SKIP() << "needs the right to mount (root, or CAP_SYS_ADMIN)";
    }
    std::string store() const { return "sqlite:" + disk.file("shop.db"); }

    shop_test::scratch folder;
    small_disk disk{folder.file("disk"), "12m"};
};

TEST_F(full_disk_of_its_own, is_told_by_readiness_and_sold_on_as_soon_as_there_is_room) {
    std::ofstream(disk.file("filler")) << std::string(9 * 1024 * 1024, 'x');
    server shop(store());
    auto client = shop.client();
    ASSERT_TRUE(stock_up(client, "MUG", 1'000'000));
    EXPECT_EQ(client.get("/readyz").status, 200);
    shop_test::answer last;
    for (int n = 0; n < 20'000 && last.status / 100 != 5; ++n) {
        last = client.ask("POST", "/v1/orders", order_of("ann", {{"MUG", 1}}, std::string(1'000, 'x')),
                          "Shop-Timeout-Ms: 500\r\nIdempotency-Key: " + std::to_string(n) + "\r\n");
    }
    EXPECT_EQ(last.member("code"), "store_unavailable") << last.body;
    shop_test::answer readiness;
    EXPECT_TRUE(shop_test::eventually(std::chrono::seconds(30), [&] {
        readiness = client.get("/readyz");
        return readiness.status == 503;
    }));
    EXPECT_EQ(readiness.body, R"({"status":"read-only","waits_for":["disk space"]})");
    EXPECT_EQ(client.get("/v1/inventory/MUG").member("on_hand"), "1000000");

    std::filesystem::remove(disk.file("filler"));
    EXPECT_TRUE(shop_test::eventually(std::chrono::seconds(30), [&] { return client.get("/readyz").status == 200; }));
    EXPECT_EQ(client.post("/v1/orders", order_of("ann", {{"MUG", 1}}), "after").status, 201);
    EXPECT_TRUE(shop_test::eventually(std::chrono::seconds(30), [&] {
        return client.get("/v1/orders?status=pending").body.find("\"id\"") == std::string::npos;
    }));
    EXPECT_EQ(shop.stop(), 0);
    auto const audit = shop_test::run_server({"audit", "--store", store()});
    EXPECT_EQ(audit.code, 0) << audit.out;
}

TEST_F(full_disk_of_its_own, is_not_filled_by_the_log_of_a_small_file) {
    server shop(store());
    auto client = shop.client();
    ASSERT_TRUE(stock_up(client, "MUG", 1'000'000));
    std::uintmax_t longest_log = 0;
    for (int n = 0; n < 1'000; ++n) {
        auto const placed = client.post("/v1/orders", order_of("ann", {{"MUG", 1}}), std::to_string(n));
        ASSERT_EQ(placed.status, 201) << n << ": " << placed.body;
        longest_log = std::max(longest_log, std::filesystem::file_size(disk.file("shop.db-wal")));
    }
    auto const file = std::filesystem::file_size(disk.file("shop.db"));
    std::cout << "a log of at most " << longest_log / 1024 << " KiB beside a file of " << file / 1024 << " KiB"
              << std::endl;
    EXPECT_LE(longest_log, std::max<std::uintmax_t>(3 * file, 3 * 1024 * 1024));
    EXPECT_EQ(shop.stop(), 0);
}

}  // namespace
