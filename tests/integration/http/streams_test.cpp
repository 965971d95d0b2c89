#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <thread>

#include "raw_client.hpp"
#include "running_server.hpp"

// Bodies that come piece by piece.
namespace shop::http::test {
namespace {

using namespace std::chrono_literals;

std::string const get_streamed = "GET /streamed HTTP/1.1\r\nHost: shop\r\n\r\n";

/// Reads until the text has come.
class reader {
public:
    explicit reader(raw_client& client) : client_(client) {}
    std::string until(std::string const& text) {
        while (seen_.find(text) == seen_.npos) {
            auto const more = client_.receive_some();
            if (more.empty()) break;
            seen_ += more;
        }
        return seen_;
    }

private:
    raw_client& client_;
    std::string seen_;
};

bool eventually(auto condition) {
    auto const end = std::chrono::steady_clock::now() + 20s;
    while (std::chrono::steady_clock::now() < end) {
        if (condition()) return true;
        std::this_thread::yield();
    }
    return false;
}

/// Writes to the body that is being sent, on the thread of its server.
bool write(running_server& to, std::string const& part) {
    bool written = false;
    to.on_its_thread([&](server&) {
        auto const pipe = to.handled().last_pipe();
        written = pipe && pipe->write(part);
    });
    return written;
}
void end(running_server& of) {
    of.on_its_thread([&](server&) {
        if (auto const pipe = of.handled().last_pipe()) pipe->end();
    });
}
bool is_sent(running_server& by) {
    bool there = false;
    by.on_its_thread([&](server&) { there = by.handled().last_pipe() != nullptr; });
    return there;
}

TEST(streamed_body, each_part_comes_as_a_chunk_when_it_is_written) {
    running_server server;
    raw_client client(server.port());
    client.send(get_streamed);
    reader read(client);
    auto const begin = read.until("first;");
    EXPECT_NE(begin.find("HTTP/1.1 200 OK\r\n"), begin.npos) << begin;
    EXPECT_NE(begin.find("Transfer-Encoding: chunked\r\n"), begin.npos) << begin;
    EXPECT_NE(begin.find("Content-Type: text/event-stream\r\n"), begin.npos) << begin;
    EXPECT_NE(begin.find("Cache-Control: no-store, no-transform\r\n"), begin.npos) << begin;
    EXPECT_EQ(begin.find("Content-Length"), begin.npos) << begin;
    EXPECT_NE(begin.find("\r\n\r\n6\r\nfirst;"), begin.npos) << begin;
    for (std::string const part : {"one;", "two;", "three;"}) {
        EXPECT_TRUE(write(server, part));
        EXPECT_NE(read.until(part).find(part), begin.npos);
    }
    end(server);
    auto const rest = client.receive_all();
    EXPECT_TRUE(rest.ends_with("0\r\n\r\n")) << rest;
    EXPECT_TRUE(eventually([&] { return !is_sent(server); }));
}

TEST(streamed_body, of_http_1_0_ends_with_the_connection) {
    running_server server;
    raw_client client(server.port());
    client.send("GET /streamed HTTP/1.0\r\n\r\n");
    reader read(client);
    auto const begin = read.until("first;");
    EXPECT_EQ(begin.find("Transfer-Encoding"), begin.npos) << begin;
    EXPECT_TRUE(write(server, "more;"));
    EXPECT_TRUE(read.until("more;").ends_with("\r\n\r\nfirst;more;"));
    end(server);
    EXPECT_EQ(client.receive_all(), "");
}

TEST(streamed_body, of_a_head_request_is_left_out) {
    running_server server;
    raw_client client(server.port());
    client.send("HEAD /streamed HTTP/1.1\r\nHost: shop\r\n\r\n");
    auto const all = client.receive_all();
    EXPECT_TRUE(all.starts_with("HTTP/1.1 200 OK\r\n")) << all;
    EXPECT_TRUE(all.ends_with("\r\n\r\n")) << all;
    EXPECT_TRUE(eventually([&] { return !is_sent(server); }));
}

TEST(streamed_body, row24_a_client_that_leaves_is_noticed_although_nothing_is_sent) {
    running_server server;
    {
        raw_client client(server.port());
        client.send(get_streamed);
        reader(client).until("first;");
        EXPECT_TRUE(is_sent(server));
    }
    EXPECT_TRUE(eventually([&] { return !is_sent(server); }));
    EXPECT_TRUE(server.wait_for_connections(0));
}

TEST(streamed_body, row119_a_client_that_does_not_read_is_given_up) {
    auto options = quick_options();
    options.write_max = 100ms;
    running_server server(options);
    raw_client client(server.port(), 4 * 1024);
    client.send(get_streamed);
    reader(client).until("first;");
    std::string const part(recorder::pipe_bytes_max, 'x');
    EXPECT_TRUE(eventually([&] { return !write(server, part); })) << "it is bounded what waits for a client";
    EXPECT_TRUE(eventually([&] { return !is_sent(server); })) << "and for how long";
    EXPECT_TRUE(server.wait_for_connections(0));
}

TEST(streamed_body, what_does_not_fit_ends_it_behind_what_did) {
    body_pipe pipe(10);
    EXPECT_TRUE(pipe.write("12345"));
    EXPECT_FALSE(pipe.write("678901"));
    EXPECT_TRUE(pipe.is_ended());
    EXPECT_TRUE(pipe.has_overflowed());
    EXPECT_FALSE(pipe.write("6"));
    EXPECT_EQ(pipe.take(), "12345");
}

TEST(streamed_body, ends_when_the_server_drains) {
    running_server server;
    raw_client client(server.port());
    client.send(get_streamed);
    reader(client).until("first;");
    auto drained = server.drain(20s);
    EXPECT_TRUE(client.receive_all().ends_with("0\r\n\r\n"));
    EXPECT_TRUE(drained.get());
}

TEST(streamed_body, lasts_longer_than_any_request_may_and_answers_no_other_on_its_connection) {
    auto options = quick_options();
    options.idle_max = options.write_max = options.head_read_max = 250ms;
    running_server server(options);
    raw_client client(server.port());
    client.send(get_streamed);
    reader read(client);
    read.until("first;");
    client.send("GET /one HTTP/1.1\r\nHost: shop\r\n\r\n");
    auto const longer_than_any = std::chrono::steady_clock::now() + 3 * options.idle_max;
    for (int i = 0; std::chrono::steady_clock::now() < longer_than_any; ++i) {
        auto const part = "<" + std::to_string(i) + ">";
        ASSERT_TRUE(write(server, part));
        ASSERT_NE(read.until(part).find(part), std::string::npos);
    }
    end(server);
    auto const rest = client.receive_all();
    EXPECT_EQ(rest.find("hello"), rest.npos) << rest;
}

}  // namespace
}  // namespace shop::http::test
