#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "certificates.hpp"
#include "requests.hpp"
#include "running_server.hpp"
#include "tls_client.hpp"

// The server with TLS. Tests wait for what the server does on its socket; only the limit under test is short.
namespace shop::http::test {
namespace {

using namespace std::chrono_literals;
using strings = std::vector<std::string>;

authority const& issuer() {
    static authority const one("the issuer");
    return one;
}

server_options tls_options() {
    auto options = quick_options();
    options.tls = tls_identity::read(issuer().issue()).value();
    options.head_read_max = 20s;  // of handshakes too: this machine may be busy
    return options;
}

std::string patterned(std::size_t bytes) {
    std::string out(bytes, '\0');
    for (std::size_t i = 0; i < bytes; ++i) out[i] = static_cast<char>('a' + i * 7 % 23 + i / 4096 % 3);
    return out;
}

/// Whether the server still serves others.
bool serves(running_server const& server) {
    tls_client client(server.port());
    return client.shake_hands() && client.send(get("/still-there")) && client.receive().status == 200;
}

class tls : public testing::Test {
protected:
    running_server server{tls_options()};
    tls_client client{server.port()};
};

TEST_F(tls, answers_and_keeps_the_connection) {
    ASSERT_TRUE(client.shake_hands());
    EXPECT_EQ(client.version(), "TLSv1.3");
    for (std::string const path : {"/one", "/two"}) {
        client.send(get(path));
        auto const answer = client.receive();
        EXPECT_EQ(answer.status, 200);
        EXPECT_EQ(answer.body, "\"hello\"");
        EXPECT_EQ(answer.field("Connection"), "");
        EXPECT_EQ(answer.field("Strict-Transport-Security"), "max-age=31536000");
    }
    client.send("GET /local HTTP/1.1\r\nHost: localhost:8443\r\n\r\n");
    EXPECT_EQ(client.receive().field("Strict-Transport-Security"), "")
        << "other servers on this machine may have no TLS";
    EXPECT_EQ(server.handled().seen(), (strings{"/one", "/two", "/local"}));
    EXPECT_EQ(server.connections(), 1u);
}

TEST_F(tls, speaks_1_2) {
    tls_client older(server.port(), TLS1_2_VERSION);
    ASSERT_TRUE(older.shake_hands());
    EXPECT_EQ(older.version(), "TLSv1.2");
    older.send(get("/one"));
    EXPECT_EQ(older.receive().status, 200);
}

TEST_F(tls, row50_refuses_1_1) {
    tls_client old(server.port(), TLS1_1_VERSION);
    EXPECT_FALSE(old.shake_hands());
    EXPECT_EQ(old.version(), "TLSv1.1");  // what was refused
    EXPECT_TRUE(server.handled().seen().empty());
    EXPECT_TRUE(serves(server));
}

TEST_F(tls, agrees_on_http_1_1) {
    client.offer("\x02h2\x08http/1.1");
    ASSERT_TRUE(client.shake_hands());
    EXPECT_EQ(client.protocol(), "http/1.1");
}

TEST_F(tls, refuses_clients_that_speak_something_else) {
    client.offer("\x02h2");
    EXPECT_FALSE(client.shake_hands());
}

TEST_F(tls, answers_100_pipelined_requests_in_order) {
    ASSERT_TRUE(client.shake_hands());
    std::string all;
    for (int i = 0; i < 100; ++i) all += post("/echo?" + std::to_string(i), std::to_string(i));
    client.send(all);
    for (int i = 0; i < 100; ++i) ASSERT_EQ(client.receive().body, std::to_string(i));
}

TEST_F(tls, carries_large_bodies_both_ways) {
    ASSERT_TRUE(client.shake_hands());
    // Around the size of a record, head included, and far beyond.
    for (std::size_t const bytes : {16'000u, 16'200u, 16'384u, 16'385u, 32'768u, 3'000'000u}) {
        auto const body = patterned(bytes);
        client.send(post("/echo-more", body));
        auto const answer = client.receive();
        EXPECT_EQ(answer.status, 200);
        EXPECT_TRUE(answer.body == body) << bytes;
    }
}

TEST_F(tls, sends_more_than_the_socket_holds) {
    ASSERT_TRUE(client.shake_hands());
    client.send(get("/large") + get("/two"));
    EXPECT_TRUE(client.receive().body == std::string(recorder::large_bytes, 'x'));
    EXPECT_EQ(client.receive().status, 200);
}

TEST_F(tls, reads_chunks_in_a_record_each_with_a_request_behind_them) {
    ASSERT_TRUE(client.shake_hands());
    auto const all = post("/echo", "Transfer-Encoding: chunked\r\n", "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n") + get("/two");
    for (char c : all) client.send(std::string(1, c));
    EXPECT_EQ(client.receive().body, "abcde");
    EXPECT_EQ(client.receive().status, 200);
}

TEST_F(tls, reads_a_large_chunked_body) {
    ASSERT_TRUE(client.shake_hands());
    auto const body = patterned(100'000);  // 0x186a0
    client.send(post("/echo-more", "Transfer-Encoding: chunked\r\n", "186a0\r\n" + body + "\r\n0\r\n\r\n"));
    EXPECT_TRUE(client.receive().body == body);
}

TEST_F(tls, answers_a_head_without_its_body) {
    ASSERT_TRUE(client.shake_hands());
    client.send("HEAD /one HTTP/1.1\r\nHost: shop\r\n\r\n" + get("/two"));
    EXPECT_EQ(client.receive(true).field("Content-Length"), "7");
    EXPECT_EQ(client.receive().body, "\"hello\"");
}

TEST_F(tls, asks_for_a_body_that_it_admits) {
    ASSERT_TRUE(client.shake_hands());
    client.send(post("/echo", "Expect: 100-continue\r\nContent-Length: 3\r\n", ""));
    EXPECT_EQ(client.receive().status, 100);
    client.send("abc");
    EXPECT_EQ(client.receive().body, "abc");
}

TEST_F(tls, says_that_it_closes) {
    ASSERT_TRUE(client.shake_hands());
    client.send(get("/one", "Connection: close\r\n"));
    EXPECT_EQ(client.receive().status, 200);
    EXPECT_EQ(client.receive_all(), "");
    EXPECT_TRUE(client.was_told_of_the_end());
}

TEST_F(tls, answers_what_came_before_a_goodbye) {
    ASSERT_TRUE(client.shake_hands());
    client.send(get("/one"));
    client.say_goodbye();
    EXPECT_EQ(client.receive().status, 200);
    EXPECT_EQ(client.receive_all(), "");
    EXPECT_TRUE(client.was_told_of_the_end());
    EXPECT_TRUE(server.wait_for_connections(0));
}

TEST_F(tls, refuses_a_request_and_says_that_it_closes) {
    ASSERT_TRUE(client.shake_hands());
    client.send("GET /bad HTTP/1.1\r\n\r\n" + get("/behind"));
    EXPECT_EQ(client.receive().status, 400);
    EXPECT_EQ(client.receive_all(), "");
    EXPECT_TRUE(client.was_told_of_the_end());
    EXPECT_TRUE(server.handled().seen().empty());
}

TEST_F(tls, closes_what_is_not_tls) {
    for (std::string const& bytes :
         {get("/plain"), std::string("\x16\x03\x01\xff\xff garbage", 14), std::string(70'000, 'g'),
          std::string("\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00", 10), std::string(5, '\0')}) {
        raw_client plain(server.port());
        plain.send(bytes);
        plain.finish();
        EXPECT_EQ(plain.receive_all().find("HTTP"), std::string::npos);
    }
    raw_client cut_off(server.port());
    cut_off.send(client.hello().substr(0, 100));
    cut_off.finish();
    EXPECT_EQ(cut_off.receive_all(), "");
    EXPECT_TRUE(serves(server));
    EXPECT_EQ(server.handled().seen(), strings{"/still-there"});
}

TEST_F(tls, closes_at_a_broken_record) {
    ASSERT_TRUE(client.shake_hands());
    client.send(get("/one"));
    EXPECT_EQ(client.receive().status, 200);
    client.send_plain(std::string("\x17\x03\x03\x00\x20", 5) + std::string(32, 'x'));
    EXPECT_EQ(client.receive_all(), "");
    EXPECT_TRUE(server.wait_for_connections(0));
    EXPECT_TRUE(serves(server));
}

TEST_F(tls, serves_200_connections_at_once) {
    std::vector<std::unique_ptr<tls_client>> clients;
    for (int i = 0; i < 200; ++i) clients.push_back(std::make_unique<tls_client>(server.port()));
    for (auto& one : clients) ASSERT_TRUE(one->shake_hands());
    ASSERT_TRUE(server.wait_for_connections(201));
    for (std::size_t i = 0; i < clients.size(); ++i) clients[i]->send(post("/echo", std::to_string(i)));
    for (std::size_t i = 0; i < clients.size(); ++i) ASSERT_EQ(clients[i]->receive().body, std::to_string(i));
}

TEST_F(tls, shows_a_new_certificate_to_new_connections) {
    ASSERT_TRUE(client.shake_hands());
    server.on_its_thread([](http::server& one) { one.set_tls(tls_identity::read(issuer().issue()).value()); });
    tls_client newer(server.port());
    ASSERT_TRUE(newer.shake_hands());
    EXPECT_NE(newer.certificate(), client.certificate());
    for (auto* one : {&client, &newer}) {
        one->send(get("/one"));
        EXPECT_EQ(one->receive().status, 200);
    }
}

TEST(tls_limits, row50_a_slow_handshake_is_cut) {
    auto options = tls_options();
    options.head_read_max = 100ms;
    running_server server(options);
    raw_client silent(server.port());
    EXPECT_EQ(silent.receive_all(), "");

    raw_client slow(server.port());
    auto const hello = tls_client(server.port()).hello();
    std::size_t sent = 0;  // byte by byte, the last one withheld
    while (!slow.has_answer() && sent + 1 < hello.size() && slow.send(hello.substr(sent, 1))) ++sent;
    EXPECT_EQ(slow.receive_all(), "");

    raw_client halfway(server.port());  // has its answer, and does not go on
    halfway.send(tls_client(server.port()).hello());
    EXPECT_NE(halfway.receive_all(), "");
    EXPECT_TRUE(server.wait_for_connections(0));
}

TEST(tls_limits, a_connection_in_its_handshake_counts) {
    auto options = tls_options();
    options.connections_max = 1;
    running_server server(options);
    {
        raw_client silent(server.port());
        ASSERT_TRUE(server.wait_for_connections(1));
        tls_client second(server.port());
        EXPECT_FALSE(second.shake_hands());
        EXPECT_EQ(second.receive_all(), "");
    }
    ASSERT_TRUE(server.wait_for_connections(0));
    EXPECT_TRUE(serves(server));
}

TEST(tls_limits, row36_a_body_that_stops_is_answered_408) {
    auto options = tls_options();
    options.body_read_max = 100ms;
    running_server server(options);
    tls_client client(server.port());
    ASSERT_TRUE(client.shake_hands());
    client.send("POST /echo HTTP/1.1\r\nHost: shop\r\nContent-Length: 10\r\n\r\nabc");
    EXPECT_EQ(client.receive().status, 408);
    EXPECT_EQ(client.receive_all(), "");
}

TEST(tls_limits, row37_a_client_that_stops_reading_is_reset) {
    auto options = tls_options();
    options.write_max = 100ms;
    running_server server(options);
    tls_client client(server.port(), TLS1_3_VERSION, 4'096);
    ASSERT_TRUE(client.shake_hands());
    client.send(get("/large"));
    server.handled().wait_for("/large");
    ASSERT_TRUE(server.wait_for_connections(0));
    EXPECT_TRUE(client.was_reset());
}

TEST(tls_limits, row38_idle_connections_are_told_and_closed) {
    auto options = tls_options();
    options.idle_max = 100ms;
    running_server server(options);
    tls_client client(server.port());
    ASSERT_TRUE(client.shake_hands());
    EXPECT_EQ(client.receive_all(), "");
    EXPECT_TRUE(client.was_told_of_the_end());
}

TEST(tls_draining, closes_what_is_idle_or_shaking_hands_and_lets_running_requests_finish) {
    running_server server(tls_options());
    tls_client idle(server.port()), busy(server.port());
    raw_client silent(server.port());
    ASSERT_TRUE(idle.shake_hands());
    ASSERT_TRUE(busy.shake_hands());
    idle.send(get("/one"));
    EXPECT_EQ(idle.receive().status, 200);
    busy.send(get("/held"));
    server.handled().wait_for("/held");
    ASSERT_TRUE(server.wait_for_connections(3));
    auto drained = server.drain(20s);
    EXPECT_EQ(silent.receive_all(), "");
    EXPECT_EQ(idle.receive_all(), "");
    EXPECT_TRUE(idle.was_told_of_the_end());
    server.handled().release_held();
    EXPECT_EQ(busy.receive().field("Connection"), "close");
    EXPECT_EQ(busy.receive_all(), "");
    EXPECT_TRUE(busy.was_told_of_the_end());
    busy.finish();
    EXPECT_TRUE(drained.get());
}

TEST(tls_draining, cuts_what_is_left_at_the_deadline) {
    running_server server(tls_options());
    tls_client busy(server.port());
    ASSERT_TRUE(busy.shake_hands());
    busy.send(get("/held"));
    server.handled().wait_for("/held");
    EXPECT_FALSE(server.drain(50ms).get());
    EXPECT_TRUE(busy.was_reset());
}

TEST(tls_draining, stops_with_connections_in_every_state) {
    running_server server(tls_options());
    tls_client idle(server.port()), busy(server.port()), writing(server.port(), TLS1_3_VERSION, 4'096);
    raw_client silent(server.port());
    for (auto* one : {&idle, &busy, &writing}) ASSERT_TRUE(one->shake_hands());
    busy.send(get("/held"));
    writing.send(get("/large"));
    server.handled().wait_for("/held");
    server.handled().wait_for("/large");
    ASSERT_TRUE(server.wait_for_connections(4));
    server.on_its_thread([](http::server& one) { one.stop(); });
    for (raw_client* one : {static_cast<raw_client*>(&idle), static_cast<raw_client*>(&busy), &silent}) {
        EXPECT_EQ(one->receive_all(), "");
    }
    server.handled().release_held();
    EXPECT_TRUE(server.wait_for_connections(0));
}

TEST(tls_identity, says_what_to_mend) {
    auto const good = issuer().issue(), other = issuer().issue();
    shop_test::scratch const folder;
    auto const why = [](tls_files const& files) {
        auto const read = tls_identity::read(files);
        return read ? "nothing" : std::string(read.error().message());
    };
    EXPECT_EQ(why(good), "nothing");
    EXPECT_EQ(why({folder.file("none"), good.private_key}),
              "the certificate file cannot be read: No such file or directory");
    EXPECT_EQ(why({good.certificate_chain, folder.file("none")}),
              "the private key file cannot be read: No such file or directory");
    EXPECT_EQ(why({folder.file(""), good.private_key}), "the certificate file must be a regular file");
    EXPECT_EQ(why({good.certificate_chain, other.private_key}),
              "the private key does not belong to the first certificate of the certificate file");
    EXPECT_EQ(why({good.private_key, good.private_key}),
              "the certificate file holds no certificate: it must be PEM, with BEGIN CERTIFICATE");
    auto const cut_off = folder.write("cut", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    EXPECT_EQ(why({cut_off, good.private_key}).find("the certificate file is damaged behind its certificate 0: "), 0u);

    std::filesystem::permissions(other.private_key, std::filesystem::perms(0640));
    EXPECT_EQ(why(other), "the private key file can be read or changed by others: chmod 600 it");
    std::filesystem::permissions(other.private_key, std::filesystem::perms(0604));
    EXPECT_EQ(why(other), "the private key file can be read or changed by others: chmod 600 it");
    std::filesystem::permissions(other.private_key, std::filesystem::perms(0400));
    EXPECT_EQ(why(other), "nothing");
    std::filesystem::permissions(other.certificate_chain, std::filesystem::perms(0664));
    EXPECT_EQ(why(other), "the certificate file can be changed by others: chmod 644 it");
    EXPECT_EQ(tls_trust::read(other.certificate_chain).error().message(),
              "the file of trusted certificates can be changed by others: chmod 644 it");

    auto asking = good;
    asking.client_trust = folder.file("none");
    EXPECT_EQ(why(asking), "the file of trusted client certificates cannot be read: No such file or directory");
    asking.client_trust = good.certificate_chain;
    EXPECT_EQ(why(asking), "nothing");

    auto const locked = folder.write("locked", authority::locked_key());
    std::filesystem::permissions(locked, std::filesystem::perms(0600));
    EXPECT_EQ(why({good.certificate_chain, locked}).find("the private key file holds no private key in PEM without a "),
              0u);
}

}  // namespace
}  // namespace shop::http::test
