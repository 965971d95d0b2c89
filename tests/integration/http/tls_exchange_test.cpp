#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <shop/http/client.hpp>

#include "certificates.hpp"
#include "running_server.hpp"
#include "scripted_tls_server.hpp"

// The client with TLS: whom it talks to, whom it refuses, and why.
namespace shop::http::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

authority const& issuer() {
    static authority const one("the issuer");
    return one;
}

server_options with(tls_files const& files) {
    auto options = quick_options();
    options.tls = tls_identity::read(files).value();
    return options;
}

class tls_exchange : public testing::Test {
protected:
    /// A client that believes the issuer.
    http::client& client_of(origin to, std::string server_name = {}) {
        client_options options;
        options.connect_max = connect_max;
        options.trust = tls_trust::read(trusted).value();
        if (shown) options.trust = options.trust->showing(*shown).value();
        options.server_name = std::move(server_name);
        client_.emplace(io_.get_executor(), std::move(to), std::move(options));
        return *client_;
    }
    http::client& client_of(std::uint16_t port) { return client_of({"localhost", port, true}); }

    result<client_response> exchange(http::client& by, client_request request = {}) {
        std::optional<result<client_response>> out;
        asio::co_spawn(io_, by.exchange(std::move(request), std::chrono::steady_clock::now() + 20s),
                       [&](std::exception_ptr, result<client_response> got) { out = std::move(got); });
        io_.restart();
        io_.run();
        return *out;
    }
    std::string reason_against(tls_files const& files, std::string const& host = "localhost") {
        running_server const server(with(files));
        auto const answer = exchange(client_of({host, server.port(), true}));
        if (answer) return "none";
        EXPECT_EQ(answer.error().code(), error_code::unavailable);
        return std::string(answer.error().message());
    }

    std::chrono::milliseconds connect_max = 20s;
    std::string trusted = issuer().certificate();
    std::optional<tls_files> shown;  // to servers that ask

private:
    asio::io_context io_{1};
    std::optional<http::client> client_;
};

TEST_F(tls_exchange, keeps_its_connection) {
    running_server server(with(issuer().issue()));
    auto& client = client_of(server.port());
    for (int i = 0; i < 3; ++i) {
        auto const answer = exchange(client);
        ASSERT_TRUE(answer) << answer.error().message();
        EXPECT_EQ(answer->status, 200u);
        EXPECT_EQ(answer->body, "\"hello\"");
        EXPECT_EQ(client.connections(), 1u);
    }
    EXPECT_EQ(server.connections(), 1u);
}

TEST_F(tls_exchange, carries_large_bodies_both_ways) {
    running_server server(with(issuer().issue()));
    auto& client = client_of(server.port());
    client_request request;
    request.method = "POST";
    request.target = "/echo-more";
    for (std::size_t i = 0; i < 3'000'000; ++i) request.body += static_cast<char>('a' + i * 7 % 23 + i / 4096 % 3);
    auto const sent = request.body;
    auto const answer = exchange(client, std::move(request));
    ASSERT_TRUE(answer) << answer.error().message();
    EXPECT_TRUE(answer->body == sent);
}

TEST_F(tls_exchange, opens_another_connection_when_the_kept_one_was_closed) {
    auto options = with(issuer().issue());
    options.idle_max = 50ms;
    running_server server(options);
    auto& client = client_of(server.port());
    EXPECT_TRUE(exchange(client));
    ASSERT_TRUE(server.wait_for_connections(0));
    EXPECT_TRUE(exchange(client));
}

TEST_F(tls_exchange, row103_refuses_an_expired_certificate) {
    certificate_wish wish;
    wish.days_from = -3;
    wish.days_until = -1;
    EXPECT_THAT(reason_against(issuer().issue(wish)), HasSubstr("its certificate is refused: certificate has expired"));
}

TEST_F(tls_exchange, row103_refuses_a_certificate_that_is_not_valid_yet) {
    certificate_wish wish;
    wish.days_from = 1;
    wish.days_until = 3;
    EXPECT_THAT(reason_against(issuer().issue(wish)),
                HasSubstr("its certificate is refused: certificate is not yet valid"));
}

TEST_F(tls_exchange, row103_refuses_a_self_signed_certificate) {
    EXPECT_THAT(reason_against(authority::self_signed()),
                HasSubstr("its certificate is refused: self-signed certificate"));
}

TEST_F(tls_exchange, row103_refuses_a_certificate_for_another_host) {
    certificate_wish wish;
    wish.names = "DNS:shop.example,DNS:*.localhost,IP:127.0.0.2";
    EXPECT_THAT(reason_against(issuer().issue(wish)), HasSubstr("its certificate is refused: hostname mismatch"));
    EXPECT_THAT(reason_against(issuer().issue(wish), "127.0.0.1"),
                HasSubstr("its certificate is refused: IP address mismatch"));
}

TEST_F(tls_exchange, row103_refuses_what_a_stranger_issued) {
    authority const stranger("the issuer");  // by the same name
    EXPECT_THAT(reason_against(stranger.issue()), HasSubstr("its certificate is refused: "));
}

TEST_F(tls_exchange, believes_what_was_issued_below_a_trusted_one) {
    authority const below("a branch", &issuer());
    EXPECT_EQ(reason_against(below.issue()), "none");
}

TEST_F(tls_exchange, reaches_a_host_by_its_address) {
    EXPECT_EQ(reason_against(issuer().issue(), "127.0.0.1"), "none");
}

TEST_F(tls_exchange, believes_the_name_it_was_given_whatever_the_address) {
    certificate_wish wish;
    wish.names = "DNS:orders.example";
    running_server server(with(issuer().issue(wish)));
    EXPECT_TRUE(exchange(client_of({"127.0.0.1", server.port(), true}, "orders.example")));
    EXPECT_FALSE(exchange(client_of({"127.0.0.1", server.port(), true}, "products.example")));
}

TEST_F(tls_exchange, believes_no_test_authority_without_being_told_to) {
    running_server server(with(issuer().issue()));
    asio::io_context io;
    http::client stranger(io.get_executor(), {"localhost", server.port(), true});
    std::optional<result<client_response>> got;
    asio::co_spawn(io, stranger.exchange({}, std::chrono::steady_clock::now() + 20s),
                   [&](std::exception_ptr, result<client_response> answer) { got = std::move(answer); });
    io.run();
    ASSERT_FALSE(*got);
    EXPECT_THAT(std::string(got->error().message()), HasSubstr("its certificate is refused: "));
}

TEST_F(tls_exchange, row50_does_not_talk_below_1_2) {
    tls_script old;
    old.answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
    old.version_max = TLS1_1_VERSION;
    scripted_tls_server server(issuer().issue(), old);
    auto const answer = exchange(client_of(server.port()));
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code(), error_code::unavailable);
    EXPECT_THAT(std::string(answer.error().message()), HasSubstr("the TLS handshake failed: "));
}

TEST_F(tls_exchange, says_so_when_the_other_end_speaks_no_tls) {
    running_server server;
    auto const answer = exchange(client_of(server.port()));
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code(), error_code::unavailable);
    EXPECT_THAT(std::string(answer.error().message()), HasSubstr("the TLS handshake failed: wrong version number"));
    EXPECT_TRUE(server.handled().seen().empty());
}

TEST_F(tls_exchange, gives_up_on_a_handshake_that_takes_too_long) {
    asio::io_context io;
    asio::ip::tcp::acceptor const deaf(io, {asio::ip::make_address("127.0.0.1"), 0});
    connect_max = 100ms;
    auto const answer = exchange(client_of(deaf.local_endpoint().port()));
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code(), error_code::unavailable);
    EXPECT_THAT(std::string(answer.error().message()), HasSubstr("the TLS handshake took too long"));
}

TEST_F(tls_exchange, row34_never_takes_a_second_answer_for_that_of_the_next_request) {
    std::string const answer = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\none";
    std::string const unasked = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\ntwo";
    scripted_tls_server server(issuer().issue(), {.answer = answer + unasked, .record_bytes = answer.size()});
    auto& client = client_of(server.port());
    for (int i = 0; i < 3; ++i) {
        auto const got = exchange(client);
        ASSERT_TRUE(got) << got.error().message();
        EXPECT_EQ(got->body, "one");
    }
}

TEST_F(tls_exchange, does_not_take_an_answer_that_was_cut_off_for_a_whole_one) {
    scripted_tls_server server(issuer().issue(),
                               {.answer = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhalf of it", .closes = true});
    auto const answer = exchange(client_of(server.port()));
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code(), error_code::outcome_unknown);
}

TEST(tls_trust, says_what_to_mend) {
    shop_test::scratch const folder;
    auto const missing = tls_trust::read(folder.file("none"));
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().message(), "the file of trusted certificates cannot be read: No such file or directory");
    auto const empty = tls_trust::read(folder.write("empty", ""));
    ASSERT_FALSE(empty);
    EXPECT_THAT(std::string(empty.error().message()), HasSubstr("holds no certificate"));
}

TEST(origin, knows_https) {
    auto const plain = origin::parse("http://shop.example"), secure = origin::parse("https://shop.example/");
    EXPECT_EQ(plain.value(), (origin{"shop.example", 80, false}));
    EXPECT_EQ(secure.value(), (origin{"shop.example", 443, true}));
    EXPECT_EQ(secure->url(), "https://shop.example:443");
    EXPECT_EQ(origin::parse("https://[::1]:8443").value(), (origin{"::1", 8443, true}));
    EXPECT_EQ(origin::parse("https://[::1]:8443")->url(), "https://[::1]:8443");
    EXPECT_FALSE(origin::parse("https:/shop.example"));
    EXPECT_FALSE(origin::parse("httpss://shop.example"));
    EXPECT_FALSE(origin::parse("https://user@shop.example"));
}

TEST_F(tls_exchange, goes_on_only_with_a_certificate_where_the_server_asks_for_one) {
    static authority const of_services("the authority of services"), another("another authority");
    auto files = issuer().issue();
    files.client_trust = of_services.certificate();
    running_server server(with(files));
    auto const answer_to = [&](std::optional<tls_files> with_these) {
        shown = std::move(with_these);
        return exchange(client_of(server.port()));
    };
    EXPECT_FALSE(answer_to({})) << "without one";
    EXPECT_FALSE(answer_to(another.issue())) << "of another authority";
    EXPECT_FALSE(answer_to(authority::self_signed()));
    EXPECT_FALSE(answer_to(issuer().issue())) << "of that of servers";
    certificate_wish past;
    past.days_from = -3;
    past.days_until = -2;
    EXPECT_FALSE(answer_to(of_services.issue(past))) << "expired";
    EXPECT_TRUE(server.handled().seen().empty()) << "nothing reached the handler";

    auto const good = answer_to(of_services.issue());
    ASSERT_TRUE(good) << good.error().message();
    EXPECT_EQ(good->status, 200u);
    files.client_trust.clear();
    running_server asks_nobody(with(files));
    EXPECT_TRUE(exchange(client_of(asks_nobody.port()))) << "a client may show one where nobody asks";
}

}  // namespace
}  // namespace shop::http::test
