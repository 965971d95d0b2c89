#include <shop/http/problem.hpp>

#include "edge.hpp"

#include <shop/inventory/operations.hpp>
#include <shop/notifications/operations.hpp>
#include <shop/orders/operations.hpp>
#include <shop/products/operations.hpp>

/// Each operation once: what the service is asked, and what the client is answered.
namespace rest {
namespace {

using shop::sku;

TEST_F(edge, creates_a_product_and_says_where_it_is) {
    products.creates.answer = [](auto const&) { return sample_product(); };
    auto const answer = send("POST", "/v1/products", {},
                             R"({"sku":"MUG-1","name":"Mug","price":{"amount":1999,"currency":"EUR"},"tags":["new"]})");
    EXPECT_EQ(answer.status, 201u);
    EXPECT_EQ(answer.find("Location"), "/v1/products/MUG-1");
    EXPECT_EQ(answer.find("ETag"), "\"3.17\"");
    EXPECT_EQ(answer.body, shop::json::encode(sample_product()));
    auto const& draft = products.creates.asked().command.draft;
    EXPECT_EQ(draft.sku, sku("MUG-1"));
    EXPECT_EQ(draft.price, shop::eur(1999));
    EXPECT_EQ(draft.tags, std::vector<std::string>{"new"});
}

TEST_F(edge, reads_a_product) {
    products.gets.answer = [](auto const&) { return sample_product(); };
    auto const answer = get("/v1/products/MUG-1");
    EXPECT_EQ(answer.status, 200u);
    EXPECT_EQ(answer.content_type(), "application/json");
    EXPECT_EQ(answer.find("ETag"), "\"3.17\"");
    EXPECT_EQ(answer.find("Location"), std::nullopt);
    EXPECT_EQ(answer.body, shop::json::encode(sample_product()));
    EXPECT_EQ(products.gets.asked().command.sku, sku("MUG-1"));
}

TEST_F(edge, lists_products) {
    products.lists.answer = [](auto const&) { return shop::page<shop::products::product>{{sample_product()}, "next"}; };
    auto const answer = get("/v1/products?q=big+mug&tag=a%26b&status=active&sku=A,B&limit=7");
    EXPECT_EQ(answer.status, 200u);
    EXPECT_EQ(answer.find("ETag"), std::nullopt);
    EXPECT_TRUE(
        answer.body.starts_with(R"({"items":[)" + shop::json::encode(sample_product()) + R"(],"next_cursor":")"));
    auto const& asked = products.lists.asked().command;
    EXPECT_EQ(asked.q, "big mug");
    EXPECT_EQ(asked.tag, "a&b");
    EXPECT_EQ(asked.status, shop::products::status::active);
    EXPECT_EQ(asked.sku, (std::vector{sku("A"), sku("B")}));
    EXPECT_EQ(asked.limit, 7);
    EXPECT_EQ(asked.cursor, std::nullopt);
}

TEST_F(edge, replaces_a_product_at_the_version_seen) {
    products.replaces.answer = [](auto const&) { return sample_product(); };
    auto const answer = send("PUT", "/v1/products/MUG-1", {{"If-Match", "\"2.16\""}},
                             R"({"sku":"MUG-1","name":"Mug","price":{"amount":1999,"currency":"EUR"}})");
    EXPECT_EQ(answer.status, 200u);
    EXPECT_EQ(answer.find("ETag"), "\"3.17\"");
    auto const& asked = products.replaces.asked().command;
    EXPECT_EQ(asked.sku, sku("MUG-1"));
    EXPECT_EQ(asked.draft.name, "Mug");
    EXPECT_EQ(asked.if_match, 2u);
}

TEST_F(edge, archives_a_product) {
    products.archives.answer = [](auto const&) { return sample_product(); };
    auto const answer = send("DELETE", "/v1/products/MUG-1");
    EXPECT_EQ(answer.status, 200u);
    EXPECT_EQ(answer.body, shop::json::encode(sample_product()));
    EXPECT_EQ(products.archives.asked().command.sku, sku("MUG-1"));
    EXPECT_EQ(products.archives.asked().command.if_match, std::nullopt);
}

TEST_F(edge, reads_stock) {
    inventory.gets.answer = [](auto const&) {
        shop::inventory::stock_level level;
        level.sku = sku("MUG-1");
        level.on_hand = 9;
        level.version = 5;
        return level;
    };
    auto const answer = get("/v1/inventory/MUG-1");
    EXPECT_EQ(answer.status, 200u);
    EXPECT_EQ(answer.find("ETag"), "\"5\"");
    EXPECT_NE(answer.body.find(R"("on_hand":9)"), std::string::npos) << answer.body;
}

TEST_F(edge, lists_stock) {
    EXPECT_EQ(get("/v1/inventory?sku=A,B").body, R"({"items":[],"next_cursor":null})");
    EXPECT_EQ(inventory.lists.asked().command.sku, (std::vector{sku("A"), sku("B")}));
}

TEST_F(edge, configures_stock_at_the_version_seen) {
    auto const answer =
        send("PATCH", "/v1/inventory/MUG-1", {{"If-Match", "\"4\""}}, R"({"low_stock_threshold":3,"untracked":true})");
    EXPECT_EQ(answer.status, 200u);
    auto const& asked = inventory.configures.asked().command;
    EXPECT_EQ(asked.sku, sku("MUG-1"));
    EXPECT_EQ(asked.low_stock_threshold, 3);
    EXPECT_EQ(asked.untracked, true);
    EXPECT_EQ(asked.backorder_limit, std::nullopt);
    EXPECT_EQ(asked.if_match, 4u);
}

TEST_F(edge, takes_back_the_product_that_it_answered) {
    auto const sent = shop::json::encode(sample_product());
    EXPECT_EQ(send("PUT", "/v1/products/MUG-1", {{"If-Match", "\"3.17\""}}, sent).status, 200u);
    auto const& draft = products.replaces.asked().command.draft;
    EXPECT_EQ(draft, shop::products::edited_product(sample_product()));
    EXPECT_EQ(draft.version, sample_product().version);
}

TEST_F(edge, takes_back_the_stock_that_it_answered) {
    shop::inventory::stock_level level;
    level.sku = sku("MUG-1");
    level.on_hand = 9;
    level.low_stock_threshold = 3;
    level.locations.push_back({shop::location("main"), 9, 0, 0, 9});
    level.version = 5;
    auto const sent = shop::json::encode(level);
    EXPECT_EQ(send("PATCH", "/v1/inventory/MUG-1", {{"If-Match", "\"5\""}}, sent).status, 200u);
    auto const& asked = inventory.configures.asked().command;
    EXPECT_EQ(asked.sku, sku("MUG-1"));
    EXPECT_EQ(asked.low_stock_threshold, 3);
    EXPECT_EQ(asked.on_hand, 9);
    EXPECT_EQ(asked.locations, level.locations);
    EXPECT_EQ(asked.if_match, 5u);
}

TEST_F(edge, refuses_a_change_that_names_another_thing_than_its_path) {
    auto const answer =
        send("PATCH", "/v1/inventory/MUG-1", {{"If-Match", "\"5\""}}, R"({"sku":"MUG-2","untracked":true})");
    EXPECT_EQ(answer.status, 422u);
    EXPECT_EQ(problem_in(answer).errors.at(0).pointer, "/sku");
    for (auto const* body : {R"({"if_match":5})", R"({"if_none_match":true})", R"({"guarded":false})"}) {
        EXPECT_EQ(send("PATCH", "/v1/inventory/MUG-1", {{"If-Match", "\"5\""}}, body).status, 400u)
            << body << ": conditions stand in the head";
    }
    EXPECT_TRUE(inventory.configures.batches.empty());
}

TEST_F(edge, does_not_take_what_only_the_shop_sets_for_something_new) {
    auto const answer = post("/v1/products", shop::json::encode(sample_product()));
    EXPECT_EQ(answer.status, 400u);
    EXPECT_EQ(problem_in(answer).errors.at(0).pointer, "/version");
}

TEST_F(edge, records_a_movement) {
    auto const answer = post("/v1/inventory/MUG-1/movements", R"({"kind":"received","quantity":10})");
    EXPECT_EQ(answer.status, 201u);
    EXPECT_EQ(answer.find("Idempotent-Replayed"), std::nullopt);
    EXPECT_EQ(answer.body, shop::json::encode(shop::inventory::movement{}));
    auto const& asked = inventory.records.asked();
    EXPECT_EQ(asked.call.idempotency_key, "key-1");
    EXPECT_EQ(asked.command.sku, sku("MUG-1"));
    EXPECT_EQ(asked.command.quantity, shop::quantity(10));
}

TEST_F(edge, lists_movements) {
    EXPECT_EQ(get("/v1/inventory/MUG-1/movements?limit=2").status, 200u);
    EXPECT_EQ(inventory.moves.asked().command.sku, sku("MUG-1"));
    EXPECT_EQ(inventory.moves.asked().command.limit, 2);
}

TEST_F(edge, places_an_order) {
    orders.places.answer = [](auto const&) { return shop::orders::acknowledgement{sample_order(), false, false}; };
    auto const answer = post("/v1/orders", R"({"customer":{"id":"ann"},"lines":[{"sku":"MUG-1","quantity":2}],
        "expected_total":{"amount":3998,"currency":"EUR"},"metadata":{"till":"4"}})");
    EXPECT_EQ(answer.status, 201u);
    EXPECT_EQ(answer.find("Location"), "/v1/orders/" + std::string(order_text));
    EXPECT_EQ(answer.find("ETag"), "\"2\"");
    EXPECT_EQ(answer.body, shop::json::encode(sample_order()));
    auto const& asked = orders.places.asked();
    EXPECT_EQ(asked.call.idempotency_key, "key-1");
    EXPECT_EQ(asked.call.by, shop::local_principal());
    EXPECT_EQ(asked.command.customer.id, "ann");
    EXPECT_EQ(asked.command.lines, (std::vector{shop::orders::wanted_line(sku("MUG-1"), shop::quantity(2))}));
    EXPECT_EQ(asked.command.expected_total, shop::eur(3998));
    EXPECT_EQ(asked.command.metadata.at("till"), "4");
}

TEST_F(edge, accepts_an_order_whose_outcome_is_still_open) {
    orders.places.answer = [](auto const&) { return shop::orders::acknowledgement{sample_order(), false, true}; };
    auto const answer = post("/v1/orders", R"({"customer":{"id":"ann"},"lines":[{"sku":"MUG-1","quantity":2}]})");
    EXPECT_EQ(answer.status, 202u);
    EXPECT_EQ(answer.find("Location"), "/v1/orders/" + std::string(order_text));
}

TEST_F(edge, reads_an_order) {
    orders.gets.answer = [](auto const&) { return sample_order(); };
    auto const answer = get("/v1/orders/" + std::string(order_text));
    EXPECT_EQ(answer.status, 200u);
    EXPECT_EQ(answer.find("ETag"), "\"2\"");
    EXPECT_EQ(orders.gets.asked().command.id, sample_order().id);
}

TEST_F(edge, lists_orders) {
    auto const answer =
        get("/v1/orders?customer_id=ann&status=confirmed&placed_after=2026-03-01T09:30:00Z"
            "&placed_before=2026-03-02T09:30:00%2B01:00");
    EXPECT_EQ(answer.status, 200u);
    auto const& asked = orders.lists.asked().command;
    EXPECT_EQ(asked.customer_id, "ann");
    EXPECT_EQ(asked.status, shop::orders::status::confirmed);
    EXPECT_EQ(asked.placed_after, shop::parse_timestamp("2026-03-01T09:30:00Z"));
    EXPECT_EQ(asked.placed_before, shop::parse_timestamp("2026-03-02T08:30:00Z"));
    EXPECT_EQ(asked.limit, std::nullopt);
}

TEST_F(edge, reads_the_history_of_an_order) {
    EXPECT_EQ(get("/v1/orders/" + std::string(order_text) + "/history").status, 200u);
    EXPECT_EQ(orders.histories.asked().command.id, sample_order().id);
}

TEST_F(edge, moves_an_order) {
    orders.transitions.answer = [](auto const&) { return shop::orders::acknowledgement{sample_order(), false, false}; };
    auto const answer =
        post("/v1/orders/" + std::string(order_text) + "/transitions", R"({"to":"shipped","tracking":"XY1"})");
    EXPECT_EQ(answer.status, 200u);
    EXPECT_EQ(answer.find("ETag"), "\"2\"");
    auto const& asked = orders.transitions.asked().command;
    EXPECT_EQ(asked.id, sample_order().id);
    EXPECT_EQ(asked.to, shop::orders::status::shipped);
    EXPECT_EQ(asked.tracking, "XY1");
}

TEST_F(edge, cancels_an_order_with_or_without_a_note) {
    auto const target = "/v1/orders/" + std::string(order_text) + "/cancel";
    EXPECT_EQ(post(target, "").status, 200u);
    EXPECT_EQ(post(target, R"({"note":"too late"})").status, 200u);
    EXPECT_EQ(orders.cancels.batches.at(0).at(0).command.note, std::nullopt);
    EXPECT_EQ(orders.cancels.batches.at(1).at(0).command.note, "too late");
}

TEST_F(edge, lists_notifications) {
    EXPECT_EQ(get("/v1/notifications?status=dead&order_id=" + std::string(order_text)).status, 200u);
    EXPECT_EQ(notifications.lists.asked().command.status, shop::notifications::delivery_status::dead);
    EXPECT_EQ(notifications.lists.asked().command.order_id, sample_order().id);
}

TEST_F(edge, redelivers_notifications) {
    EXPECT_EQ(post("/v1/notifications/" + std::string(order_text) + "/redeliver", "").status, 200u);
    EXPECT_EQ(notifications.redelivers.asked().command.id.value, sample_order().id.value);
    EXPECT_EQ(post("/v1/notifications/redeliver", R"({"channel":"email","since":"2026-03-01T00:00:00Z"})").status,
              200u);
    EXPECT_EQ(notifications.redelivers_all.asked().command.channel, "email");
    EXPECT_TRUE(notifications.redelivers_all.asked().command.since);
}

TEST_F(edge, shows_and_replaces_preferences) {
    notifications.gets_preferences.answer = [](auto const&) {
        shop::notifications::preferences chosen;
        chosen.version = 3;
        return chosen;
    };
    auto const shown = get("/v1/customers/a%20b/preferences");
    EXPECT_EQ(shown.status, 200u);
    EXPECT_EQ(shown.find("ETag"), "\"3\"");
    EXPECT_EQ(notifications.gets_preferences.asked().command.id, "a b");
    auto const body = R"({"muted":[{"channel":"sms"}],"quiet_hours":{"from":"22:00","to":"07:00"},"digest":"daily"})";
    EXPECT_EQ(send("PUT", "/v1/customers/ann/preferences", {}, body).status, 428u);
    EXPECT_EQ(send("PUT", "/v1/customers/ann/preferences", {{"If-Match", "\"3\""}}, body).status, 200u);
    auto const& asked = notifications.sets_preferences.asked().command;
    EXPECT_EQ(asked.id, "ann");
    EXPECT_EQ(asked.if_match, 3u);
    EXPECT_EQ(asked.choices.muted.at(0).channel, "sms");
    EXPECT_EQ(asked.choices.digest, shop::notifications::digest_mode::daily);
}

TEST_F(edge, keeps_the_list_of_suppressions) {
    EXPECT_EQ(post("/v1/suppressions", R"({"address":"ann@example.org","reason":"bounce"})").status, 200u);
    EXPECT_EQ(notifications.suppresses.asked().command.reason, shop::notifications::suppression_reason::bounce);
    EXPECT_EQ(send("DELETE", "/v1/suppressions/ann%40example.org").status, 200u);
    EXPECT_EQ(notifications.unsuppresses.asked().command.address, "ann@example.org");
    EXPECT_EQ(get("/v1/suppressions?address=ann@example.org").status, 200u);
    EXPECT_EQ(notifications.lists_suppressions.asked().command.address, "ann@example.org");
}

TEST_F(edge, hands_on_who_calls_and_the_trace) {
    auto shopkeeper = std::make_shared<shop::principal>(shop::principal{"keeper", {"orders:read"}, {}});
    use_as(shopkeeper);
    get("/v1/orders", {{"traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}});
    EXPECT_EQ(orders.lists.asked().call.by, shopkeeper);
    EXPECT_EQ(orders.lists.asked().call.trace, "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
}

TEST_F(edge, refuses_operations_whose_scope_the_caller_does_not_hold) {
    use_as(std::make_shared<shop::principal>(shop::principal{"keeper", {"orders:read"}, {}}));
    auto const answer = get("/v1/products/MUG-1");
    EXPECT_EQ(answer.status, 403u);
    EXPECT_EQ(problem_in(answer).detail, "this needs the scope products:read");
    EXPECT_TRUE(products.gets.batches.empty());
}

TEST_F(edge, lets_nobody_in_whom_the_doorkeeper_refuses) {
    door.says.refusal = shop::http::problem(shop::error(shop::error_code::unauthenticated));
    door.says.fields = "RateLimit: 1\r\n";
    use_as(nullptr);
    auto const answer = get("/v1/products/MUG-1");
    EXPECT_EQ(answer.status, 401u);
    EXPECT_EQ(answer.failure, shop::error_code::unauthenticated);
    EXPECT_TRUE(products.gets.batches.empty());
    EXPECT_EQ(get("/v1/nowhere").status, 404u);
}

TEST_F(edge, waits_for_a_doorkeeper_who_needs_time) {
    door.later = true;
    use_as(std::make_shared<shop::principal>(shop::principal{"keeper", {"orders:read"}, {}}));
    EXPECT_EQ(get("/v1/orders").status, 200u);
    EXPECT_EQ(orders.lists.asked().call.by->account, "keeper");
    EXPECT_EQ(get("/v1/products/MUG-1").status, 403u);
    door.says.refusal = shop::http::problem(shop::error(shop::error_code::unauthenticated));
    EXPECT_EQ(get("/v1/orders").status, 401u);
}

/// Over all rows: whatever is said of a customer is kept by no cache, and so is no refusal.
TEST_F(edge, answers_with_personal_data_are_stored_by_no_cache) {
    using shop::http::cache_policy;
    auto const asked = [&](auto const& row) {
        std::string path(row.path);
        if (auto const open = path.find('{'); open != path.npos) {
            auto const name = path.substr(open + 1, path.find('}') - open - 1);
            path.replace(open, name.size() + 2, name == "sku" ? "MUG-1" : order_text);
        }
        bool const has_body = row.method != shop::http_method::get && row.method != shop::http_method::delete_;
        auto const answer = send(shop::to_word(row.method), path, {{"Idempotency-Key", "k"}}, has_body ? "{}" : "");
        auto const name = std::string_view(row.name);
        bool const of_customers = name.starts_with("orders.") || name.starts_with("notifications.");
        bool const kept_by_nobody = of_customers || name.starts_with("webhooks.") || answer.status >= 400;
        auto const wanted = answer.stream    ? cache_policy::as_it_comes
                            : kept_by_nobody ? cache_policy::no_store
                                             : cache_policy::revalidate;
        EXPECT_EQ(answer.cache, wanted) << row.name;
    };
    std::apply([&](auto const&... rows) { (asked(rows), ...); }, shop::products::operations);
    std::apply([&](auto const&... rows) { (asked(rows), ...); }, shop::inventory::operations);
    std::apply([&](auto const&... rows) { (asked(rows), ...); }, shop::orders::operations);
    std::apply([&](auto const&... rows) { (asked(rows), ...); }, shop::notifications::operations);
    EXPECT_EQ(get("/v1/orders").status, 200u);
    EXPECT_EQ(get("/v1/orders").cache, cache_policy::no_store);
    EXPECT_EQ(get("/v1/products/MUG-1").cache, cache_policy::revalidate);
}

TEST_F(edge, addresses_begin_with_the_base_path) {
    base_path = "/shop";
    orders.places.answer = [&](auto const&) { return shop::orders::acknowledgement{sample_order(), false, false}; };
    auto const placed = post("/v1/orders", R"({"customer":{"id":"ann"},"lines":[{"sku":"MUG-1","quantity":2}]})");
    EXPECT_EQ(placed.status, 201u);
    EXPECT_EQ(placed.find("Location"), "/shop/v1/orders/" + std::string(order_text));
    EXPECT_EQ(problem_in(get("/v1/nowhere")).instance, "/shop/v1/nowhere");
    EXPECT_EQ(problem_in(send("PUT", "/v1/products/MUG-1", {}, "{}")).instance, "/shop/v1/products/MUG-1");
}

/// A scope or a key that a row asks for is asked for by the API: over all rows, with a caller who may do nothing.
TEST_F(edge, asks_for_the_scope_of_every_operation) {
    use_as(std::make_shared<shop::principal>());
    auto const refused = [&](auto const& row) {
        std::string path(row.path);
        if (auto const open = path.find('{'); open != path.npos) {
            path.replace(open, path.find('}') - open + 1, order_text);
        }
        EXPECT_EQ(send(shop::to_word(row.method), path).status, 403u) << row.name;
    };
    std::apply([&](auto const&... rows) { (refused(rows), ...); }, shop::products::operations);
    std::apply([&](auto const&... rows) { (refused(rows), ...); }, shop::inventory::operations);
    std::apply([&](auto const&... rows) { (refused(rows), ...); }, shop::orders::operations);
    std::apply([&](auto const&... rows) { (refused(rows), ...); }, shop::notifications::operations);
}

}  // namespace
}  // namespace rest
