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
        // Between the last order that is confirmed and the first that is refused stands one whose intent had room and whose
        // conclusion has not: it is open (202), not lost.
        shop_test::answer last;
        for (int n = 0; n < 20'000 && last.status / 100 != 5; ++n) {
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

}  // namespace
