#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "raw_client.hpp"
#include "requests.hpp"
#include "running_server.hpp"

namespace shop::http::test {
namespace {

using namespace std::string_literals;
using strings = std::vector<std::string>;

class exchange : public testing::Test {
protected:
    running_server server;
    raw_client client{server.port()};
};

TEST_F(exchange, keeps_the_connection_of_http_1_1) {
    client.send(get("/one"));
    auto const first = client.receive();
    EXPECT_EQ(first.status, 200);
    EXPECT_EQ(first.body, "\"hello\"");
    EXPECT_EQ(first.field("Connection"), "");
    EXPECT_EQ(first.field("Content-Type"), "application/json");
    EXPECT_EQ(first.field("Date").size(), 29u);
    EXPECT_EQ(first.field("Server"), "");
    client.send(get("/two"));
    EXPECT_EQ(client.receive().status, 200);
    EXPECT_EQ(server.handled().seen(), (strings{"/one", "/two"}));
}

TEST_F(exchange, closes_when_asked_to) {
    client.send(get("/one", "Connection: foo, Close\r\n"));
    EXPECT_EQ(client.receive().field("Connection"), "close");
    EXPECT_EQ(client.receive_all(), "");
}

TEST_F(exchange, closes_http_1_0_unless_it_asks_to_be_kept) {
    client.send("GET /one HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_EQ(client.receive().field("Connection"), "keep-alive");
    client.send("GET /two HTTP/1.0\r\n\r\n");
    EXPECT_EQ(client.receive().field("Connection"), "close");
    EXPECT_EQ(client.receive_all(), "");
}

TEST_F(exchange, answers_a_head_like_a_get_without_its_body) {
    client.send("HEAD /one HTTP/1.1\r\nHost: shop\r\n\r\n" + get("/two"));
    auto const head = client.receive(true);
    EXPECT_EQ(head.status, 200);
    EXPECT_EQ(head.field("Content-Length"), "7");
    EXPECT_EQ(client.receive().body, "\"hello\"");
}

TEST_F(exchange, sends_no_length_with_an_answer_that_has_no_body) {
    client.send(get("/empty") + get("/two"));
    auto const empty = client.receive();
    EXPECT_EQ(empty.status, 204);
    EXPECT_EQ(empty.head.find("\r\nContent-"), std::string::npos);
    EXPECT_EQ(client.receive().status, 200);
}

TEST_F(exchange, row31_answers_100_pipelined_requests_in_order) {
    std::string all;
    strings targets;
    for (int i = 0; i < 100; ++i) {
        targets.push_back("/echo?" + std::to_string(i));
        all += post(targets.back(), std::to_string(i));
    }
    client.send(all);
    for (int i = 0; i < 100; ++i) ASSERT_EQ(client.receive().body, std::to_string(i));
    EXPECT_EQ(server.handled().seen(), targets);
}

TEST_F(exchange, row31_answers_good_requests_before_a_bad_one) {
    client.send(get("/good") + "GET /bad HTTP/1.1\r\n\r\n" + get("/behind"));
    EXPECT_EQ(client.receive().status, 200);
    EXPECT_EQ(client.receive().status, 400);
    EXPECT_EQ(client.receive_all(), "");
    EXPECT_EQ(server.handled().seen(), strings{"/good"});
}

TEST_F(exchange, reads_a_body_byte_by_byte) {
    auto const all = post("/echo", "0123456789");
    for (char c : all) client.send(std::string(1, c));
    EXPECT_EQ(client.receive().body, "0123456789");
}

TEST_F(exchange, reads_chunks_with_extensions) {
    client.send(post("/echo", "Transfer-Encoding: chunked\r\n", "3;a=b\r\nabc\r\n00a\r\n0123456789\r\n0\r\n\r\n") +
                get("/two"));
    EXPECT_EQ(client.receive().body, "abc0123456789");
    EXPECT_EQ(client.receive().status, 200);
}

TEST_F(exchange, reads_chunks_byte_by_byte_with_a_request_behind_them) {
    auto const all = post("/echo", "Transfer-Encoding: chunked\r\n", "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n") + get("/two");
    for (char c : all) client.send(std::string(1, c));
    EXPECT_EQ(client.receive().body, "abcde");
    EXPECT_EQ(client.receive().status, 200);
}

TEST_F(exchange, keeps_the_head_readable_while_a_large_body_comes) {
    std::string const body(200'000, 'b');
    client.send(post("/large-in?x=1", "X-Note: kept\r\nContent-Length: 200000\r\n", body));
    EXPECT_EQ(client.receive().status, 200);
    EXPECT_EQ(server.handled().seen(), strings{"/large-in?x=1"});
    EXPECT_EQ(server.handled().last_field("X-Note"), "kept");
}

TEST_F(exchange, takes_a_large_head) {
    client.send(get("/one", "X-Note: " + std::string(16'000, 'n') + "\r\n") + get("/two"));
    EXPECT_EQ(client.receive().status, 200);
    EXPECT_EQ(client.receive().status, 200);
}

TEST_F(exchange, takes_100_fields_and_a_target_of_4_KiB) {
    std::string fields;
    for (int i = 0; i < 99; ++i) fields += "X: y\r\n";
    client.send(get("/" + std::string(4'095, 't'), fields));
    EXPECT_EQ(client.receive().status, 200);
}

TEST_F(exchange, row19_reads_an_absolute_target_of_its_own_host) {
    client.send("GET http://SHOP:80/one?q=1 HTTP/1.1\r\nHost: shop:80\r\n\r\n");
    EXPECT_EQ(client.receive().status, 200);
}

TEST_F(exchange, row28_asks_for_a_body_only_once_it_is_admitted) {
    client.send(post("/echo", "Expect: 100-continue\r\nContent-Length: 3\r\n", ""));
    EXPECT_EQ(client.receive().status, 100);
    client.send("abc");
    EXPECT_EQ(client.receive().body, "abc");
}

TEST_F(exchange, row28_refuses_a_large_body_without_asking_for_it) {
    client.send(post("/echo", "Expect: 100-continue\r\nContent-Length: 1001\r\n", ""));
    EXPECT_EQ(client.receive().status, 413);
    EXPECT_EQ(client.receive_all(), "");
}

TEST_F(exchange, row28_refuses_early_without_asking_for_the_body) {
    client.send(post("/refused", "Expect: 100-continue\r\nContent-Length: 3\r\n", ""));
    auto const answer = client.receive();
    EXPECT_EQ(answer.status, 409);
    EXPECT_EQ(answer.field("Connection"), "close");
    EXPECT_EQ(client.receive_all(), "");
}

TEST_F(exchange, keeps_the_connection_after_an_early_answer_whose_body_is_here) {
    client.send(post("/refused", "abc") + get("/two"));
    EXPECT_EQ(client.receive().status, 409);
    EXPECT_EQ(client.receive().status, 200);
}

TEST_F(exchange, row30_hides_fields_only_a_proxy_may_set) {
    client.send(get(
        "/one", "X-Forwarded-For: 1.2.3.4\r\nX-User-Id: root\r\nForwarded: for=x\r\nX-Real-IP: x\r\nX-Plain: y\r\n"));
    EXPECT_EQ(client.receive().status, 200);
    EXPECT_EQ(server.handled().last_field("X-Forwarded-For"), std::nullopt);
    EXPECT_EQ(server.handled().last_field("X-User-Id"), std::nullopt);
    EXPECT_EQ(server.handled().last_field("Forwarded"), std::nullopt);
    EXPECT_EQ(server.handled().last_field("X-Real-IP"), std::nullopt);
    EXPECT_EQ(server.handled().last_field("X-Plain"), "y");
}

TEST_F(exchange, says_of_every_answer_that_no_shared_cache_may_keep_it_and_no_browser_guess_its_type) {
    using pair = std::pair<std::string, std::string>;
    std::string const kept = "private, no-cache", never = "private, no-store";
    for (auto const& [bytes, wanted] : std::vector<pair>{
             {get("/one"), kept},
             {get("/empty"), kept},
             {get("/throws"), never},
             {get("/throws-early"), never},
             {post("/refused", "abc"), kept},
             {post("/echo", "Content-Length: 1001\r\n", ""), never},
             {"OPTIONS * HTTP/1.1\r\nHost: shop\r\n\r\n", kept},
             {"GET /one HTTP/1.1\r\n\r\n", never},
             {"GET /one HTTP/1.7\r\n", never},
             {"BREW /one HTTP/1.1\r\n", never},
             {get("/one", "X: " + std::string(17'000, 'x') + "\r\n"), never},
         }) {
        raw_client one(server.port());
        one.send(bytes);
        auto const answer = one.receive();
        EXPECT_EQ(answer.field("Cache-Control"), wanted) << bytes.substr(0, 60);
        EXPECT_EQ(answer.field("X-Content-Type-Options"), "nosniff") << bytes.substr(0, 60);
        EXPECT_EQ(answer.field("Strict-Transport-Security"), "") << "not without TLS";
    }
}

TEST_F(exchange, says_what_the_server_has_to_whom_asks_for_its_options) {
    client.send("OPTIONS * HTTP/1.1\r\nHost: shop\r\n\r\n" + get("/one"));
    auto const answer = client.receive();
    EXPECT_EQ(answer.status, 204);
    EXPECT_EQ(answer.field("Allow"), "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
    EXPECT_EQ(client.receive().status, 200);
    EXPECT_EQ(server.handled().seen(), strings{"/one"});
}

TEST(base_path, may_be_left_on_a_request_or_taken_off) {
    auto options = quick_options();
    options.base_path = "/shop";
    running_server server(options);
    raw_client client(server.port());
    for (auto const& [sent, read] : std::vector<std::pair<std::string, std::string>>{{"/shop/one?q=/shop", "/one"},
                                                                                     {"/one", "/one"},
                                                                                     {"/shop", "/"},
                                                                                     {"/shop/", "/"},
                                                                                     {"/shopping", "/shopping"},
                                                                                     {"/shop/shop/one", "/shop/one"}}) {
        client.send(get(sent));
        EXPECT_EQ(client.receive().status, 200);
        EXPECT_EQ(server.handled().last_path(), read) << sent;
    }
}

TEST_F(exchange, asks_for_a_body_only_once_a_later_judgement_admits_it) {
    std::string const body(300'000, 'b');
    client.send(post("/later", "Expect: 100-continue\r\nContent-Length: 300000\r\n", ""));
    server.handled().wait_for("judging /later");
    server.handled().release_held();
    EXPECT_EQ(client.receive().status, 100);
    client.send(body);
    auto const answer = client.receive();
    EXPECT_EQ(answer.body, body);
    EXPECT_EQ(answer.field("X-Judged"), "later");
    client.send(get("/one"));
    EXPECT_EQ(client.receive().field("X-Judged"), "");
}

TEST_F(exchange, answers_a_later_refusal_although_the_body_never_comes) {
    for (std::string const framing :
         {"Content-Length: 4000000\r\n\r\nabc", "Transfer-Encoding: chunked\r\n\r\n5\r\nabc"}) {
        raw_client one(server.port());
        one.send("POST /later-refused HTTP/1.1\r\nHost: shop\r\n" + framing);
        server.handled().wait_for("judging /later-refused");
        server.handled().release_held();
        auto const answer = one.receive();
        EXPECT_EQ(answer.status, 401);
        EXPECT_EQ(answer.field("X-Judged"), "later");
        EXPECT_EQ(answer.field("Connection"), "close");
    }
    client.send(get("/later-throws"));
    EXPECT_EQ(client.receive().status, 500);
    client.send(post("/later", "Content-Length: 4194305\r\n", ""));
    EXPECT_EQ(client.receive().status, 413);
    EXPECT_EQ(std::ranges::count(server.handled().seen(), "/later-refused"), 0);
}

TEST_F(exchange, row33_ignores_an_upgrade) {
    client.send(get("/one", "Connection: Upgrade\r\nUpgrade: websocket\r\n"));
    EXPECT_EQ(client.receive().status, 200);
}

TEST_F(exchange, row41_refuses_a_body_over_its_limit_by_its_announced_length) {
    client.send(post("/echo", "Content-Length: 1001\r\n", ""));
    auto const answer = client.receive();
    EXPECT_EQ(answer.status, 413);
    EXPECT_NE(answer.body.find("at most 1000 bytes"), std::string::npos) << answer.body;
    EXPECT_EQ(client.receive_all(), "");
}

TEST_F(exchange, row41_takes_a_body_at_its_limit_and_refuses_one_byte_more_in_chunks) {
    std::string const limit(1'000, 'c');
    client.send(post("/echo", "Transfer-Encoding: chunked\r\n", "3e8\r\n" + limit + "\r\n0\r\n\r\n"));
    EXPECT_EQ(client.receive().body, limit);
    client.send(post("/echo", "Transfer-Encoding: chunked\r\n", "3e8\r\n" + limit + "\r\n1\r\nc\r\n0\r\n\r\n"));
    auto const answer = client.receive();
    EXPECT_EQ(answer.status, 413);
    EXPECT_NE(answer.body.find("at most 1000 bytes"), std::string::npos) << answer.body;
    EXPECT_EQ(client.receive_all(), "");
}

TEST_F(exchange, row48_refuses_a_coded_body) {
    client.send(post("/echo", "Content-Encoding: gzip\r\nContent-Length: 3\r\n", "abc") + get("/two"));
    EXPECT_EQ(client.receive().status, 415);
    EXPECT_EQ(client.receive().status, 200);
}

TEST_F(exchange, row121_answers_500_without_detail_when_the_handler_throws) {
    for (auto path : {"/throws", "/throws-int", "/throws-early"}) {
        client.send(get(path));
        auto const answer = client.receive();
        EXPECT_EQ(answer.status, 500);
        EXPECT_EQ(answer.body.find("not for the client"), std::string::npos);
    }
    client.send(get("/two"));
    EXPECT_EQ(client.receive().status, 200);
}

TEST_F(exchange, returns_the_request_id_and_the_trace_of_the_client) {
    std::string const trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    client.send(get("/one", "x-request-id: mine-1\r\nTraceparent: " + trace + "\r\n"));
    auto const answer = client.receive();
    EXPECT_EQ(answer.field("X-Request-Id"), "mine-1");
    EXPECT_EQ(answer.field("traceparent"), trace);
}

TEST_F(exchange, draws_a_request_id_for_an_unprintable_or_missing_one_and_drops_a_broken_trace) {
    client.send(get("/one", "X-Request-Id: not mine\r\ntraceparent: 00-0-0-00\r\n"));
    auto const first = client.receive();
    EXPECT_EQ(first.field("X-Request-Id").size(), 32u);
    EXPECT_EQ(first.field("traceparent"), "");
    client.send(get("/one"));
    auto const second = client.receive();
    EXPECT_EQ(second.field("X-Request-Id").size(), 32u);
    EXPECT_NE(first.field("X-Request-Id"), second.field("X-Request-Id"));
}

}  // namespace
}  // namespace shop::http::test
