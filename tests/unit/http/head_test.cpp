#include <gtest/gtest.h>

#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <random>
#include <string>

#include <shop/http/detail/chunked.hpp>
#include <shop/http/detail/head.hpp>

namespace shop::http::detail {
namespace {

constexpr head_limits limits{16 * 1024, 100, 4 * 1024};

std::optional<head> read(std::string_view bytes) {
    head out;
    if (parse_head(bytes, limits, out)) return std::nullopt;
    return out;
}

TEST(head, has_the_parts_of_its_target) {
    auto const h = read("GET /v1/products?q=mug&limit=2 HTTP/1.1\r\nHost: shop\r\n\r\n");
    ASSERT_TRUE(h);
    EXPECT_EQ(h->method, "GET");
    EXPECT_EQ(h->target, "/v1/products?q=mug&limit=2");
    EXPECT_EQ(h->path, "/v1/products");
    EXPECT_EQ(h->query, "q=mug&limit=2");
    EXPECT_TRUE(h->keep_alive);
    EXPECT_FALSE(h->has_body());
}

TEST(head, reads_an_absolute_target_without_a_path) {
    auto const h = read("GET http://shop?q=1 HTTP/1.1\r\nHost: shop\r\n\r\n");
    ASSERT_TRUE(h);
    EXPECT_EQ(h->path, "/");
    EXPECT_EQ(h->query, "q=1");
}

TEST(head, trims_values_and_keeps_their_order) {
    auto const h = read("GET / HTTP/1.1\r\nHost: shop\r\nA: \t x y \t\r\nB:\r\n\r\n");
    ASSERT_TRUE(h);
    ASSERT_EQ(h->headers.size(), 3u);
    EXPECT_EQ(h->headers[1].value, "x y");
    EXPECT_EQ(h->headers[2].value, "");
}

TEST(head, takes_names_addresses_and_ports_as_host) {
    for (std::string const host : {"shop", "shop.example:8080", "127.0.0.1:80", "[::1]", "[::1]:65535", "a_b"}) {
        EXPECT_TRUE(read("GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n")) << host;
    }
    for (std::string const host :
         {":80", "[::1", "[]", "shop:", "shop:x", "shop:99999", "a b", "a%41", "[::1]x", "a?b"}) {
        EXPECT_FALSE(read("GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n")) << host;
    }
}

TEST(head_scanner, finds_the_end_wherever_the_bytes_are_cut) {
    std::string const first = "GET / HTTP/1.1\r\nHost: shop\r\nX: y\r\n\r\n";
    auto const all = first + "GET /next";
    for (std::size_t cut = 0; cut <= first.size(); ++cut) {
        head_scanner scanner;
        auto state = scanner.scan(std::string_view(all).substr(0, cut), limits);
        EXPECT_EQ(state == head_scanner::state::complete, cut == first.size());
        if (state == head_scanner::state::incomplete) state = scanner.scan(all, limits);
        ASSERT_EQ(state, head_scanner::state::complete) << cut;
        EXPECT_EQ(scanner.length(), first.size());
    }
}

TEST(chunk_decoder, decodes_wherever_the_bytes_are_cut) {
    std::string const chunks = "5;x\r\nhello\r\n1\r\n!\r\n0\r\n\r\n";
    auto const all = chunks + "GET /next";
    for (std::size_t cut = 0; cut <= chunks.size(); ++cut) {
        chunk_decoder decoder(100, limits);
        std::string body;
        auto state = decoder.feed(std::string_view(all).substr(0, cut), body);
        if (cut < chunks.size()) {
            ASSERT_EQ(state, chunk_decoder::state::more);
            EXPECT_EQ(decoder.used(), cut);
            state = decoder.feed(std::string_view(all).substr(cut), body);
            EXPECT_EQ(decoder.used(), chunks.size() - cut);
        }
        ASSERT_EQ(state, chunk_decoder::state::done);
        EXPECT_EQ(body, "hello!");
    }
}

/// Beast's reading of the same bytes: what the guard accepts, Beast must accept and read alike.
struct beast_reading {
    boost::beast::http::request_parser<boost::beast::http::string_body> parser;
    boost::system::error_code error;

    explicit beast_reading(std::string_view bytes) {
        parser.eager(true);
        parser.header_limit(64 * 1024);
        parser.body_limit(1'000'000);
        boost::asio::const_buffer rest(bytes.data(), bytes.size());
        while (rest.size() > 0 && !error && !parser.is_done()) rest += parser.put(rest, error);
    }
};

std::string mutated(std::string bytes, std::mt19937& random) {
    static std::string const pieces[]{"\r\n", "\n",   "\r", " ",       "\t",   ":",  ",", "0",
                                      "5",    "\x01", "/",  "chunked", ";a=b", "-1", "X", "Content-Length: 5\r\n"};
    auto pick = [&](std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(random); };
    for (auto times = 1 + pick(3); times > 0; --times) {
        auto const at = pick(bytes.size());
        switch (pick(4)) {
            case 0:
                bytes.erase(at, 1 + pick(3));
                break;
            case 1:
                bytes.insert(at, pieces[pick(std::size(pieces))]);
                break;
            case 2:
                bytes[at] = static_cast<char>(pick(256));
                break;
            default:
                bytes.insert(at, bytes.substr(pick(bytes.size()), 1 + pick(20)));
                break;
        }
        if (bytes.empty()) bytes = "G";
    }
    return bytes;
}

/// Decodes one request by our own reading: its body, or nothing if it is refused or incomplete.
std::optional<std::string> read_whole(std::string_view bytes, head& h) {
    head_scanner scanner;
    if (scanner.scan(bytes, limits) != head_scanner::state::complete) return std::nullopt;
    if (parse_head(bytes.substr(0, scanner.length()), limits, h)) return std::nullopt;
    auto const rest = bytes.substr(scanner.length());
    if (!h.chunked) {
        if (rest.size() < h.content_length) return std::nullopt;
        return std::string(rest.substr(0, h.content_length));
    }
    chunk_decoder decoder(100'000, limits);
    std::string body;
    if (decoder.feed(rest, body) != chunk_decoder::state::done) return std::nullopt;
    return body;
}

TEST(head, reads_50000_mutated_requests_as_beast_does_or_refuses_them) {
    std::string const seeds[]{
        "GET /v1/orders/1?x=2 HTTP/1.1\r\nHost: shop\r\nAccept: */*\r\nConnection: keep-alive\r\n\r\n",
        "POST /v1/orders HTTP/1.1\r\nHost: shop:80\r\nContent-Length: 5\r\nContent-Type: application/json\r\n\r\nhello",
        "POST /v1/orders HTTP/1.1\r\nHost: shop\r\nTransfer-Encoding: "
        "chunked\r\n\r\n5\r\nhello\r\n2;a\r\n!!\r\n0\r\n\r\n",
        "GET /a HTTP/1.0\r\nConnection: keep-alive\r\nIf-None-Match: \"1\"\r\n\r\n",
    };
    constexpr unsigned seed = 20'240'601;
    std::mt19937 random(seed);
    std::size_t accepted = 0;
    for (int i = 0; i < 50'000; ++i) {
        auto const bytes = mutated(seeds[i % std::size(seeds)], random);
        head h;
        auto const body = read_whole(bytes, h);
        if (!body) continue;
        ++accepted;
        beast_reading beast(bytes);
        ASSERT_FALSE(beast.error) << "seed " << seed << " round " << i << ": " << beast.error.message() << "\n"
                                  << bytes;
        ASSERT_TRUE(beast.parser.is_done()) << i << "\n" << bytes;
        auto const& theirs = beast.parser.get();
        ASSERT_EQ(h.method, std::string_view(theirs.method_string().data(), theirs.method_string().size()));
        ASSERT_EQ(h.target, std::string_view(theirs.target().data(), theirs.target().size()));
        ASSERT_EQ(*body, theirs.body()) << i << "\n" << bytes;
        // Two fields are one list (RFC 9110, 5.3); Beast reads just the first.
        if (theirs.count(boost::beast::http::field::connection) < 2) {
            // Of several Connection headers Beast reads one.
            if (theirs.count("Connection") <= 1) {
                ASSERT_EQ(h.keep_alive, theirs.keep_alive()) << i << "\n" << bytes;
            }
        }
        for (auto const& [name, value] : h.headers) {
            auto const found = theirs.find(boost::beast::string_view(name.data(), name.size()));
            ASSERT_NE(found, theirs.end()) << name;
        }
    }
    EXPECT_GT(accepted, 5'000u);  // or the test says nothing
}

}  // namespace
}  // namespace shop::http::detail
