#include <gtest/gtest.h>

#include <sys/resource.h>
#include <unistd.h>

#include <sstream>
#include <string>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>

#include "raw_client.hpp"
#include "running_server.hpp"

// Time limits, crowds and the end. Tests wait for what the server does on its socket; only the limit under test is
// short.
namespace shop::http::test {
namespace {

using namespace std::chrono_literals;

std::string const get = "GET /one HTTP/1.1\r\nHost: shop\r\n\r\n";
std::string const get_held = "GET /held HTTP/1.1\r\nHost: shop\r\n\r\n";

TEST(time_limits, row35_a_slow_head_is_answered_408_although_bytes_keep_coming) {
    auto options = quick_options();
    options.head_read_max = 100ms;
    running_server server(options);
    raw_client client(server.port());
    client.send("GET /one HTTP/1.1\r\nX: ");
    while (!client.has_answer() && client.send("y")) continue;
    auto const answer = client.receive();
    EXPECT_EQ(answer.status, 408);
    EXPECT_EQ(answer.field("Connection"), "close");
}

TEST(time_limits, row35_a_head_that_stops_is_answered_408) {
    auto options = quick_options();
    options.head_read_max = 100ms;
    running_server server(options);
    raw_client client(server.port());
    client.send("GET /one HTTP/1.1\r\n");
    auto const answer = client.receive();
    EXPECT_EQ(answer.status, 408);
    EXPECT_EQ(answer.field("Cache-Control"), "private, no-store");
    EXPECT_EQ(client.receive_all(), "");
}

TEST(time_limits, row36_a_body_that_stops_is_answered_408) {
    auto options = quick_options();
    options.body_read_max = 100ms;
    running_server server(options);
    for (std::string const framing : {"Content-Length: 10\r\n\r\nabc", "Transfer-Encoding: chunked\r\n\r\n5\r\nabc"}) {
        raw_client client(server.port());
        client.send("POST /echo HTTP/1.1\r\nHost: shop\r\n" + framing);
        auto const answer = client.receive();
        EXPECT_EQ(answer.status, 408);
        EXPECT_EQ(answer.field("Connection"), "close");
        EXPECT_EQ(client.receive_all(), "");
    }
    EXPECT_TRUE(server.handled().seen().empty());
}

TEST(time_limits, row37_a_client_that_stops_reading_is_reset) {
    auto options = quick_options();
    options.write_max = 100ms;
    running_server server(options);
    raw_client client(server.port(), 4'096);
    client.send("GET /large HTTP/1.1\r\nHost: shop\r\n\r\n");
    server.handled().wait_for("/large");
    ASSERT_TRUE(server.wait_for_connections(0));
    EXPECT_TRUE(client.was_reset());
}

TEST(time_limits, row38_idle_connections_are_closed_silently) {
    auto options = quick_options();
    options.idle_max = 100ms;
    running_server server(options);
    raw_client never(server.port());
    EXPECT_EQ(never.receive_all(), "");
    raw_client once(server.port());
    once.send(get);
    EXPECT_EQ(once.receive().status, 200);
    EXPECT_EQ(once.receive_all(), "");
}

TEST(time_limits, a_handler_may_take_longer_than_any_limit_on_the_client) {
    auto options = quick_options();
    options.head_read_max = options.body_read_max = options.idle_max = 50ms;
    running_server server(options);
    raw_client client(server.port());
    client.send(get_held);
    server.handled().wait_for("/held");
    raw_client other(server.port());
    EXPECT_EQ(other.receive_all(), "");  // its idle limit has struck meanwhile
    server.handled().release_held();
    EXPECT_EQ(client.receive().status, 200);
}

TEST(crowds, row39_a_connection_too_many_is_answered_503_and_others_go_on) {
    auto options = quick_options();
    options.connections_max = 2;
    running_server server(options);
    raw_client first(server.port()), second(server.port());
    ASSERT_TRUE(server.wait_for_connections(2));
    {
        raw_client third(server.port());
        auto const answer = third.receive();
        EXPECT_EQ(answer.status, 503);
        EXPECT_EQ(answer.field("Retry-After"), "1");
        EXPECT_EQ(answer.field("Cache-Control"), "private, no-store");
        EXPECT_EQ(third.receive_all(), "");
    }
    first.send(get);
    EXPECT_EQ(first.receive().status, 200);
}

TEST(crowds, row39_a_peer_has_its_own_bound) {
    auto options = quick_options();
    options.connections_per_peer_max = 1;
    running_server server(options);
    {
        raw_client first(server.port());
        ASSERT_TRUE(server.wait_for_connections(1));
        raw_client second(server.port());
        EXPECT_EQ(second.receive().status, 503);
    }
    ASSERT_TRUE(server.wait_for_connections(0));
    raw_client third(server.port());
    third.send(get);
    EXPECT_EQ(third.receive().status, 200);
}

std::string post_more(std::size_t length, std::size_t sent) {
    return "POST /echo-more HTTP/1.1\r\nHost: shop\r\nContent-Length: " + std::to_string(length) + "\r\n\r\n" +
           std::string(sent, 'b');
}
std::string chunked_more(std::size_t length) {
    std::stringstream size;
    size << std::hex << length;
    return "POST /echo-more HTTP/1.1\r\nHost: shop\r\nTransfer-Encoding: chunked\r\n\r\n" + size.str() + "\r\n" +
           std::string(length, 'b') + "\r\n0\r\n\r\n";
}

TEST(crowds, row40_bodies_take_no_more_memory_than_they_may) {
    for (bool const by_caller : {false, true}) {
        auto options = quick_options();
        options.bodies_bytes_max = by_caller ? 0 : 64 * 1024;
        options.bodies_bytes_per_caller_max = by_caller ? 64 * 1024 : 0;
        running_server server(options);
        for (auto const& bytes : {post_more(100'000, 100'000), chunked_more(100'000)}) {
            raw_client large(server.port());
            large.send(bytes);
            auto const answer = large.receive();
            EXPECT_EQ(answer.status, by_caller ? 429 : 503);
            EXPECT_EQ(answer.field("Retry-After"), "1");
            EXPECT_EQ(answer.field("Connection"), "close");
        }
        raw_client fits(server.port());
        for (auto const& bytes : {post_more(60'000, 60'000), chunked_more(60'000)}) {
            fits.send(bytes);
            EXPECT_EQ(fits.receive().status, 200) << "what was refused is given back";
        }
    }
}

TEST(crowds, row40_bodies_count_as_they_come_and_until_they_are_answered) {
    auto options = quick_options();
    options.bodies_bytes_max = 128 * 1024;
    options.body_read_max = 20s;
    running_server server(options);
    raw_client announces(server.port()), slow(server.port());
    announces.send(post_more(4'000'000, 1));
    slow.send(post_more(60'000, 59'999));
    auto const other = [&] {
        raw_client one(server.port());
        one.send(post_more(60'000, 60'000));
        return one.receive().status;
    };
    int status = other();
    while (status == 200) status = other();  // until those bytes have come
    EXPECT_EQ(status, 503);
    slow.send("b");
    EXPECT_EQ(slow.receive().status, 200);
    EXPECT_EQ(other(), 200);
}

TEST(crowds, row49_accepts_again_when_descriptors_were_short) {
    auto options = quick_options();
    options.accept_backoff = 10ms;
    running_server server(options);
    raw_client client(server.port());
    ASSERT_TRUE(server.wait_for_connections(1));
    rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
    // The client's descriptor is opened first; the server then finds none for its own.
    int const lowest_free = ::dup(0);
    ::close(lowest_free);
    rlimit const tight{static_cast<rlim_t>(lowest_free) + 1, before.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &tight), 0);
    raw_client waiting(server.port());
    client.send(get);
    EXPECT_EQ(client.receive().status, 200);  // those that are in go on
    EXPECT_EQ(server.connections(), 1u);
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
    waiting.send(get);
    EXPECT_EQ(waiting.receive().status, 200);
}

TEST(early_refusals, are_not_lost_while_the_body_keeps_coming_slowly) {
    auto options = quick_options();
    options.linger_silence_max = 500ms;
    running_server server(options);
    raw_client client(server.port()), pace(server.port());
    client.send("POST /refused HTTP/1.1\r\nHost: shop\r\nContent-Length: 100000000\r\n\r\n");
    auto const end = std::chrono::steady_clock::now() + 3 * options.linger_silence_max;
    while (std::chrono::steady_clock::now() < end) {
        ASSERT_TRUE(client.send("x"));  // a reset would end this
        pace.send(get);
        ASSERT_EQ(pace.receive().status, 200);
    }
    auto const answer = client.receive();
    EXPECT_EQ(answer.status, 409);
    EXPECT_EQ(answer.field("Connection"), "close");
    EXPECT_EQ(client.receive_all(), "");
}

TEST(early_refusals, end_the_connection_once_nothing_more_comes) {
    auto options = quick_options();
    options.linger_silence_max = 50ms;
    running_server server(options);
    raw_client client(server.port());
    client.send("POST /refused HTTP/1.1\r\nHost: shop\r\nContent-Length: 100000000\r\n\r\nabc");
    EXPECT_EQ(client.receive().status, 409);
    EXPECT_TRUE(server.wait_for_connections(0));
}

TEST(early_refusals, drop_no_more_of_a_body_than_they_may_nor_for_longer) {
    for (bool const by_time : {true, false}) {
        auto options = quick_options();
        if (by_time) options.linger_max = 100ms;
        if (!by_time) options.linger_bytes_max = 64 * 1024;
        running_server server(options);
        raw_client client(server.port());
        client.send("POST /refused HTTP/1.1\r\nHost: shop\r\nContent-Length: 100000000\r\n\r\n");
        while (client.send(std::string(by_time ? 1 : 1024, 'x'))) continue;
        EXPECT_TRUE(server.wait_for_connections(0));
    }
}

TEST(draining, closes_idle_connections_and_lets_running_requests_finish) {
    auto options = quick_options();
    options.drain_idle_max = 50ms;
    running_server server(options);
    raw_client idle(server.port()), busy(server.port());
    busy.send(get_held);
    server.handled().wait_for("/held");
    ASSERT_TRUE(server.wait_for_connections(2));
    auto drained = server.drain(20s);
    EXPECT_EQ(idle.receive_all(), "");
    EXPECT_THROW(raw_client late(server.port()), std::runtime_error);
    server.handled().release_held();
    auto const answer = busy.receive();
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.field("Connection"), "close");
    busy.finish();
    EXPECT_TRUE(drained.get());
}

TEST(draining, answers_a_request_on_a_connection_that_was_idle_and_says_that_it_is_the_last) {
    auto options = quick_options();
    options.drain_idle_max = 20s;
    options.head_read_max = 100ms;
    running_server server(options);
    raw_client used(server.port()), fresh(server.port()), late(server.port());
    used.send(get);
    EXPECT_EQ(used.receive().status, 200);
    ASSERT_TRUE(server.wait_for_connections(3));
    auto drained = server.drain(20s);
    server.on_its_thread([](auto&) {});  // it has begun
    late.send("GET ");
    EXPECT_EQ(late.receive().status, 408);  // and all limits were looked at more than once
    late.finish();
    for (auto* client : {&used, &fresh}) {
        client->send(get);
        auto const answer = client->receive();
        EXPECT_EQ(answer.status, 200);
        EXPECT_EQ(answer.field("Connection"), "close");
        client->finish();
    }
    EXPECT_TRUE(drained.get());
}

TEST(draining, closes_what_is_idle_at_the_deadline_without_a_reset) {
    auto options = quick_options();
    options.drain_idle_max = 20s;
    running_server server(options);
    raw_client idle(server.port());
    idle.send(get);
    EXPECT_EQ(idle.receive().status, 200);
    EXPECT_TRUE(server.drain(50ms).get());
    EXPECT_FALSE(idle.was_reset());
}

TEST(draining, cuts_what_is_left_at_the_deadline) {
    running_server server;
    raw_client busy(server.port());
    busy.send(get_held);
    server.handled().wait_for("/held");
    EXPECT_FALSE(server.drain(50ms).get());
    EXPECT_TRUE(busy.was_reset());
}

TEST(draining, answers_what_waits_to_be_accepted) {
    running_server server;
    std::vector<std::unique_ptr<raw_client>> waiting;
    std::future<bool> drained;
    server.on_its_thread([&](auto& it) {  // which accepts nothing meanwhile
        for (int i = 0; i < 5; ++i) {
            waiting.push_back(std::make_unique<raw_client>(server.port()));
            waiting.back()->send(get);
        }
        drained = asio::co_spawn(server.context(), it.drain(std::chrono::steady_clock::now() + 20s), asio::use_future);
    });
    for (auto const& client : waiting) {
        auto const answer = client->receive();
        EXPECT_EQ(answer.status, 200);
        EXPECT_EQ(answer.field("Connection"), "close");
        client->finish();
    }
    EXPECT_TRUE(drained.get());
    EXPECT_THROW(raw_client late(server.port()), std::runtime_error);
}

TEST(draining, answers_a_request_that_has_begun) {
    running_server server;
    raw_client client(server.port());
    client.send(get + "GET /two HTTP/1.1\r\n");
    EXPECT_EQ(client.receive().status, 200);
    auto drained = server.drain(20s);
    client.send("Host: shop\r\n\r\n");
    EXPECT_EQ(client.receive().field("Connection"), "close");
    client.finish();
    EXPECT_TRUE(drained.get());
}

TEST(listening, says_why_it_cannot) {
    running_server server;
    recorder handler;
    asio::io_context context;
    http::server second(context.get_executor(), {}, handler);
    auto const taken = second.listen("127.0.0.1", server.port());
    ASSERT_FALSE(taken);
    EXPECT_NE(taken.error().message().find("in use"), std::string_view::npos);
    EXPECT_FALSE(second.listen("no such host", 0));
}

}  // namespace
}  // namespace shop::http::test
