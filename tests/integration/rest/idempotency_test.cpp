#include "edge.hpp"

namespace rest {
namespace {

constexpr std::string_view order = R"({"customer":{"id":"ann"},"lines":[{"sku":"MUG-1","quantity":2}]})";

TEST_F(edge, demands_a_key_for_what_must_not_happen_twice) {
    for (auto const& path :
         {std::string("/v1/orders"), "/v1/orders/" + std::string(order_text) + "/cancel",
          "/v1/orders/" + std::string(order_text) + "/transitions", std::string("/v1/inventory/MUG-1/movements")}) {
        auto const answer = send("POST", path, {}, order);
        EXPECT_EQ(answer.status, 400u) << path;
        EXPECT_EQ(problem_in(answer).code, "idempotency_key_missing") << path;
        EXPECT_EQ(problem_in(answer).errors.at(0).pointer, "Idempotency-Key") << path;
    }
    EXPECT_TRUE(orders.places.batches.empty());
}

TEST_F(edge, refuses_malformed_keys) {
    for (auto const& key :
         {std::string(256, 'k'), std::string("a\tb"), std::string("k\xc3\xa4se"), std::string("a\x7f")}) {
        auto const answer = send("POST", "/v1/orders", {{"Idempotency-Key", key}}, order);
        EXPECT_EQ(answer.status, 400u);
        EXPECT_EQ(problem_in(answer).code, "idempotency_key_malformed");
        EXPECT_EQ(problem_in(answer).errors.at(0).pointer, "Idempotency-Key");
    }
    EXPECT_EQ(send("POST", "/v1/orders", {{"Idempotency-Key", std::string(255, 'k')}}, order).status, 201u);
    EXPECT_EQ(orders.places.asked().call.idempotency_key, std::string(255, 'k'));
}

TEST_F(edge, refuses_a_key_that_was_sent_twice) {
    for (auto const& fields :
         {header_list{{"Idempotency-Key", "k"}, {"idempotency-key", "k"}},
          header_list{{"Idempotency-Key", "k"}, {"Idempotency-Key", "l"}}, header_list{{"Idempotency-Key", "k, k"}},
          header_list{{"Idempotency-Key", "a, b, a, b"}}}) {
        auto const answer = send("POST", "/v1/orders", fields, order);
        EXPECT_EQ(answer.status, 400u);
        EXPECT_EQ(problem_in(answer).code, "idempotency_key_malformed");
        EXPECT_EQ(problem_in(answer).errors.at(0).pointer, "Idempotency-Key");
        EXPECT_EQ(problem_in(answer).errors.at(0).detail, "was sent twice: send it once");
    }
    EXPECT_TRUE(orders.places.batches.empty());
    for (auto const* key : {"k,k", "kk", "k, l", "k,  k", ", ", "kk, k"}) {
        EXPECT_EQ(send("POST", "/v1/orders", {{"Idempotency-Key", key}}, order).status, 201u) << key;
    }
}

TEST_F(edge, a_replay_is_the_same_answer_but_for_its_mark) {
    bool replayed = false;
    orders.places.answer = [&](auto const&) {
        return shop::orders::acknowledgement{sample_order(), std::exchange(replayed, true), false};
    };
    auto const first = post("/v1/orders", order);
    auto const second = post("/v1/orders", order);
    EXPECT_EQ(first.find("Idempotent-Replayed"), std::nullopt);
    EXPECT_EQ(second.find("Idempotent-Replayed"), "true");
    EXPECT_EQ(second.status, first.status);
    EXPECT_EQ(second.body, first.body);
    EXPECT_EQ(second.fields(), std::string(first.fields()) + "Idempotent-Replayed: true\r\n");
}

TEST_F(edge, a_replayed_refusal_is_the_same_problem_but_for_its_mark) {
    shop::error_details details;
    details.shortages.push_back({shop::sku("MUG-1"), 2, 1});
    shop::error const refused(shop::error_code::out_of_stock, std::move(details));
    orders.places.answer = [&](auto const&) { return refused; };
    auto const first = post("/v1/orders", order);
    orders.places.answer = [&](auto const&) { return refused.as_replay(); };
    auto const second = post("/v1/orders", order);
    EXPECT_EQ(first.status, 409u);
    EXPECT_EQ(problem_in(first).shortages, refused.shortages());
    EXPECT_EQ(second.status, 409u);
    EXPECT_EQ(second.body, first.body);
    EXPECT_EQ(second.fields(), std::string(first.fields()) + "Idempotent-Replayed: true\r\n");
}

TEST_F(edge, a_movement_recorded_before_is_marked_as_replayed) {
    inventory.records.answer = [](auto const&) { return shop::inventory::recorded{{}, true}; };
    auto const answer = post("/v1/inventory/MUG-1/movements", R"({"kind":"received","quantity":1})");
    EXPECT_EQ(answer.status, 201u);
    EXPECT_EQ(answer.find("Idempotent-Replayed"), "true");
}

TEST_F(edge, a_key_of_another_request_is_refused) {
    orders.places.answer = [](auto const&) { return shop::error(shop::error_code::idempotency_key_reused); };
    auto const answer = post("/v1/orders", order);
    EXPECT_EQ(answer.status, 422u);
    EXPECT_EQ(problem_in(answer).code, "idempotency_key_reused");
}

}  // namespace
}  // namespace rest
