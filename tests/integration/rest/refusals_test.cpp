#include <map>

#include "edge.hpp"

/// Bad input: each case names what it sends and what it must be told.
namespace rest {
namespace {

struct bad_case {
    std::string sent;
    unsigned status;
    std::string code;
    std::string pointer;  ///< of the first refusal
};

void expect_refused(response const& answer, bad_case const& wanted) {
    EXPECT_EQ(answer.status, wanted.status) << wanted.sent << '\n' << answer.body;
    auto const said = problem_in(answer);
    EXPECT_EQ(said.code, wanted.code) << wanted.sent;
    EXPECT_FALSE(said.retryable);
    if (wanted.pointer.empty()) return;
    ASSERT_FALSE(said.errors.empty()) << wanted.sent << '\n' << answer.body;
    EXPECT_EQ(said.errors.front().pointer, wanted.pointer) << wanted.sent;
    EXPECT_FALSE(said.errors.front().detail.empty()) << wanted.sent;
}

std::string order_of(std::string const& quantity) {
    return R"({"customer":{"id":"ann"},"lines":[{"sku":"MUG-1","quantity":)" + quantity + "}]}";
}

TEST_F(edge, refuses_quantities) {
    for (auto const& one : std::vector<bad_case>{
             {"0", 422, "invalid_value", "/lines/0/quantity"},
             {"-1", 422, "invalid_value", "/lines/0/quantity"},
             {"2147483648", 422, "invalid_value", "/lines/0/quantity"},
             {"1000001", 422, "invalid_value", "/lines/0/quantity"},
             {"1.5", 400, "malformed_request", "/lines/0/quantity"},
             {"\"1\"", 400, "malformed_request", "/lines/0/quantity"},
             {"9223372036854775808", 400, "malformed_request", "/lines/0/quantity"},
             {"1e400", 400, "malformed_request", ""},
             {"01", 400, "malformed_json", ""},
             {"null", 400, "malformed_request", "/lines/0/quantity"},
         }) {
        expect_refused(post("/v1/orders", order_of(one.sent)), one);
    }
    EXPECT_TRUE(orders.places.batches.empty());
}

TEST_F(edge, refuses_bodies_that_are_no_order) {
    for (auto const& one : std::vector<bad_case>{
             {"{", 400, "malformed_json", ""},
             {"{} {}", 400, "malformed_json", ""},
             {"\xEF\xBB\xBF{}", 400, "malformed_json", ""},
             {"{} // x", 400, "malformed_json", ""},
             {"{\"customer\":NaN}", 400, "malformed_json", ""},
             {"{\"customer\":\"\xff\"}", 400, "malformed_json", ""},
             {R"({"customer":{"id":"a\u0000b"},"lines":[]})", 400, "", ""},
             {R"({"customer":{"id":"a"},"lines":[],"lines":[]})", 400, "malformed_request", ""},
             {R"({"customer":{"id":"a"},"lines":[],"\u006cines":[]})", 400, "malformed_request", ""},
             {"[]", 400, "malformed_request", ""},
             {"7", 400, "malformed_request", ""},
             {R"({"lines":[]})", 400, "malformed_request", "/customer"},
             {R"({"customer":{"id":"a"}})", 400, "malformed_request", "/lines"},
             {R"({"customer":{"id":"a"},"lines":[],"status":"shipped"})", 400, "malformed_request", "/status"},
             {R"({"customer":{"id":"a"},"lines":[],"id":"7"})", 400, "malformed_request", "/id"},
             {R"({"customer":{"id":"a"},"lines":[],"idempotency_key":"k"})", 400, "malformed_request",
              "/idempotency_key"},
             {R"({"customer":{"id":"a","tenant":1},"lines":[]})", 400, "malformed_request", "/customer/tenant"},
             {R"({"customer":{"id":"a"},"lines":[{"sku":"A","quantity":1,"price":1}]})", 400, "malformed_request",
              "/lines/0/price"},
             {R"({"customer":{"id":"a"},"lines":[{"sku":"A B","quantity":1}]})", 422, "invalid_value", "/lines/0/sku"},
             {R"({"customer":{"id":"a"},"lines":[],"reservation_id":"x"})", 400, "malformed_request",
              "/reservation_id"},
         }) {
        auto const answer = post("/v1/orders", one.sent);
        if (one.code.empty()) {
            EXPECT_EQ(answer.status, one.status) << one.sent;
            problem_in(answer);
        } else {
            expect_refused(answer, one);
        }
    }
    EXPECT_TRUE(orders.places.batches.empty());
    expect_refused(post("/v1/orders", ""), {"nothing", 400, "malformed_request", ""});
    expect_refused(post("/v1/orders", std::string(17, '[') + std::string(17, ']')),
                   {"depth 17", 400, "malformed_request", ""});
}

TEST_F(edge, members_of_path_and_head_may_not_stand_in_the_body_unless_a_change_names_its_own_path) {
    expect_refused(send("PATCH", "/v1/inventory/A", {{"If-Match", "\"1\""}}, R"({"sku":"B"})"),
                   {"sku", 422, "invalid_value", "/sku"});
    expect_refused(send("PATCH", "/v1/inventory/A", {{"If-Match", "\"1\""}}, R"({"if_match":1})"),
                   {"if_match", 400, "malformed_request", "/if_match"});
    expect_refused(post("/v1/orders/" + std::string(order_text) + "/cancel", R"({"id":"x"})"),
                   {"id", 400, "malformed_request", "/id"});
    expect_refused(post("/v1/inventory/A/movements", R"({"kind":"received","quantity":1,"reference":"mine"})"),
                   {"reference", 400, "malformed_request", "/reference"});
}

TEST_F(edge, refuses_bodies_that_are_not_json_in_utf8) {
    auto const body = order_of("1");
    for (auto const* type :
         {"", "text/plain", "application/xml", "application/json; charset=latin1", "application/json; charset=utf-16",
          "application/json; profile=x", "application/jsonx", "application/x-www-form-urlencoded"}) {
        auto const answer = send("POST", "/v1/orders", {{"Content-Type", type}, {"Idempotency-Key", "k"}}, body);
        expect_refused(answer, {type, 415, "unsupported_media_type", ""});
        EXPECT_NE(problem_in(answer).detail.find("application/json"), std::string::npos);
    }
    for (auto const* type :
         {"application/json", "Application/JSON ; charset=UTF-8", "application/json;charset=\"utf-8\""}) {
        EXPECT_EQ(send("POST", "/v1/orders", {{"Content-Type", type}, {"Idempotency-Key", "k"}}, body).status, 201u)
            << type;
    }
}

TEST_F(edge, refuses_a_body_where_none_belongs) {
    expect_refused(send("DELETE", "/v1/products/A", {}, "{}"), {"DELETE", 400, "malformed_request", ""});
    expect_refused(send("GET", "/v1/products/A", {}, "{}"), {"GET", 400, "malformed_request", ""});
}

TEST_F(edge, refuses_query_parameters) {
    // The service has the last word about limits and cursors; in an address both are a malformed request.
    orders.lists.answer = [](auto const& asked) -> shop::result<shop::page<shop::orders::order>> {
        if (asked.command.limit) return shop::invalid_at("limit", "must be 1 to 100");
        return shop::page<shop::orders::order>{};
    };
    for (auto const& one : std::vector<bad_case>{
             {"limit=1000000", 400, "malformed_request", "limit"},
             {"limit=1.5", 400, "malformed_request", "limit"},
             {"limit=", 400, "malformed_request", "limit"},
             {"limit=ten", 400, "malformed_request", "limit"},
             {"offset=-1", 400, "malformed_request", "offset"},
             {"status=paid", 400, "malformed_request", "status"},
             {"placed_after=yesterday", 400, "malformed_request", "placed_after"},
             {"status=shipped&status=closed", 400, "malformed_request", "status"},
             {"customer_id=%00", 400, "malformed_request", ""},
             {"customer_id=%ff", 400, "malformed_request", ""},
             {"Status=shipped", 400, "malformed_request", "Status"},
             {std::string(100, 'n') + "=1", 400, "malformed_request", "query"},
         }) {
        expect_refused(get("/v1/orders?" + one.sent), one);
    }
    expect_refused(get("/v1/inventory?sku=A,,B"), {"empty sku", 400, "malformed_request", "sku/1"});
    expect_refused(get("/v1/products/A?fields=all"), {"unknown", 400, "malformed_request", "fields"});
    expect_refused(get("/v1/products/A?sku=B"), {"in the path", 400, "malformed_request", "sku"});
    expect_refused(send("DELETE", "/v1/products/A?if_match=1"), {"of the head", 400, "malformed_request", "if_match"});
    expect_refused(post("/v1/orders?dry_run=1", order_of("1")), {"POST", 400, "malformed_request", "dry_run"});
    expect_refused(send("POST", "/v1/products?x=1", {}, "{}"), {"POST", 400, "malformed_request", "query"});
}

TEST_F(edge, says_how_a_plus_is_written_in_a_query) {
    auto const raw = send("GET", "/v1/orders?placed_before=2026-03-02T09:30:00+01:00");
    EXPECT_EQ(raw.status, 400);
    EXPECT_NE(raw.body.find("write + as %2B"), raw.body.npos) << raw.body;
    auto const other = send("GET", "/v1/orders?placed_before=yesterday+evening");
    EXPECT_EQ(other.status, 400);
    EXPECT_EQ(other.body.find("%2B"), other.body.npos) << "where a plus would be as wrong: " << other.body;
}

TEST_F(edge, hands_on_what_a_service_refuses) {
    using shop::error_code;
    std::map<error_code, unsigned> const statuses{
        {error_code::invalid_value, 422},
        {error_code::unknown_sku, 422},
        {error_code::out_of_stock, 409},
        {error_code::invalid_transition, 409},
        {error_code::version_mismatch, 412},
        {error_code::idempotency_key_reused, 422},
        {error_code::overloaded, 503},
        {error_code::outcome_unknown, 504},
        {error_code::operation_in_progress, 409},
        {error_code::rate_limited, 429},
    };
    for (auto const& [code, status] : statuses) {
        orders.places.answer = [code = code](auto const&) { return shop::error(code); };
        auto const answer = post("/v1/orders", order_of("1"));
        EXPECT_EQ(answer.status, status) << answer.body;
        EXPECT_EQ(problem_in(answer).code, shop::error(code).word());
        EXPECT_EQ(problem_in(answer).instance, "/v1/orders");
    }
}

}  // namespace
}  // namespace rest
