#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "raw_client.hpp"
#include "running_server.hpp"

// The rows of the list of bad input that concern framing, by their numbers. Each is sent with a second request behind
// it, which must never be seen: neither answered nor handled.
namespace shop::http::test {
namespace {

struct row {
    std::string name;
    std::string input;
    int status;
};

void PrintTo(row const& r, std::ostream* out) {
    *out << r.name;
}

std::string get(std::string const& lines) {
    return "GET /first HTTP/1.1\r\nHost: shop\r\n" + lines + "\r\n";
}
std::string post(std::string const& lines, std::string const& body = {}) {
    return "POST /first HTTP/1.1\r\nHost: shop\r\n" + lines + "\r\n" + body;
}
std::string chunked(std::string const& body) {
    return post("Transfer-Encoding: chunked\r\n", body);
}
std::string line(std::string const& request_line) {
    return request_line + "\r\nHost: shop\r\n\r\n";
}

using namespace std::string_literals;

std::vector<row> framing_rows() {
    std::string const te = "Transfer-Encoding: ";
    std::string const cl = "Content-Length: ";
    return {
        {"row01_length_then_chunked", post(cl + "3\r\n" + te + "chunked\r\n", "abc"), 400},
        {"row01_chunked_then_length", post(te + "chunked\r\n" + cl + "3\r\n", "abc"), 400},
        {"row02_gzip_then_length", post(te + "gzip\r\n" + cl + "3\r\n", "abc"), 501},
        {"row02_identity_then_length", post(te + "identity\r\n" + cl + "3\r\n", "abc"), 501},
        {"row02_length_then_gzip", post(cl + "3\r\n" + te + "gzip\r\n", "abc"), 400},
        {"row03_gzip", post(te + "gzip\r\n"), 501},
        {"row03_xchunked", post(te + "xchunked\r\n"), 501},
        {"row03_empty_coding", post(te + "\r\n"), 501},
        {"row04_chunked_identity", post(te + "chunked, identity\r\n"), 501},
        {"row04_gzip_chunked", post(te + "gzip, chunked\r\n"), 501},
        {"row04_comma_chunked", post(te + ", chunked\r\n"), 501},
        {"row04_chunked_parameter", post(te + "chunked;x=1\r\n"), 501},
        {"row05_two_codings", post(te + "chunked\r\n" + te + "chunked\r\n", "0\r\n\r\n"), 400},
        {"row05_two_other_codings", post(te + "gzip\r\n" + te + "chunked\r\n", "0\r\n\r\n"), 400},
        {"row05_space_before_colon", post("Transfer-Encoding : chunked\r\n", "0\r\n\r\n"), 400},
        {"row05_vertical_tab", post(te + "\vchunked\r\n", "0\r\n\r\n"), 400},
        {"row05_form_feed", post(te + "\fchunked\r\n", "0\r\n\r\n"), 400},
        {"row05_nul", post(te + "\0chunked\r\n"s, "0\r\n\r\n"), 400},
        {"row06_folded_coding", post(te + "\r\n chunked\r\n", "0\r\n\r\n"), 400},
        {"row06_folded_value", get("X-A: one\r\n two\r\n"), 400},
        {"row06_folded_by_tab", get("X-A: one\r\n\ttwo\r\n"), 400},
        {"row07_old_version_chunked",
         "POST /first HTTP/1.0\r\nHost: shop\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
        {"row08_same_length_twice", post(cl + "3\r\n" + cl + "3\r\n", "abc"), 400},
        {"row08_length_list", post(cl + "3, 3\r\n", "abc"), 400},
        {"row09_lengths_differ", post(cl + "3\r\n" + cl + "4\r\n", "abcd"), 400},
        {"row09_plus", post(cl + "+3\r\n", "abc"), 400},
        {"row09_minus", post(cl + "-1\r\n"), 400},
        {"row09_hexadecimal", post(cl + "0x3\r\n", "abc"), 400},
        {"row09_two_numbers", post(cl + "3 3\r\n", "abc"), 400},
        {"row09_no_number", post(cl + "\r\n"), 400},
        {"row09_overflow", post(cl + "18446744073709551616\r\n"), 400},
        {"row09_overflow_wraps", post(cl + "18446744073709551619\r\n", "abc"), 400},
        {"row10_leading_zeros", post(cl + "003\r\n", "abc"), 400},
        {"row11_negative_chunk", chunked("-1\r\nabc\r\n0\r\n\r\n"), 400},
        {"row11_hexadecimal_prefix", chunked("0x3\r\nabc\r\n0\r\n\r\n"), 400},
        {"row11_space_behind_size", chunked("3 \r\nabc\r\n0\r\n\r\n"), 400},
        {"row11_chunk_overflow", chunked("10000000000000003\r\nabc\r\n0\r\n\r\n"), 400},
        {"row11_no_line_end_behind_data", chunked("3\r\nabc0\r\n\r\n"), 400},
        {"row11_no_size", chunked("\r\nabc\r\n0\r\n\r\n"), 400},
        {"row11_bare_line_feed", chunked("3\nabc\n0\n\n"), 400},
        {"row13_long_extension", chunked("3;" + std::string(257, 'e') + "\r\nabc\r\n0\r\n\r\n"), 400},
        {"row13_long_extensions",
         chunked("1;" + std::string(200, 'e') + "\r\na\r\n1;" + std::string(57, 'e') + "\r\nb\r\n0\r\n\r\n"), 400},
        {"row13_line_feed_in_quotes", chunked("3;a=\"\n\"\r\nabc\r\n0\r\n\r\n"), 400},
        {"row14_trailer_authorization", chunked("3\r\nabc\r\n0\r\nAuthorization: x\r\n\r\n"), 400},
        {"row14_trailer_idempotency_key", chunked("3\r\nabc\r\n0\r\nIdempotency-Key: x\r\n\r\n"), 400},
        {"row14_trailer_of_any_name", chunked("3\r\nabc\r\n0\r\nX: y\r\n\r\n"), 400},
        {"row15_long_trailer", chunked("0\r\nX: " + std::string(70'000, 'y') + "\r\n\r\n"), 431},
        {"row15_many_trailers", chunked([] {
             std::string body = "0\r\n";
             for (int i = 0; i < 20'000; ++i) body += "X: y\r\n";
             return body + "\r\n";
         }()),
         431},
        {"row16_bare_line_feeds", "GET /first HTTP/1.1\nHost: shop\n\n", 400},
        {"row16_bare_line_feed_behind_field", "GET /first HTTP/1.1\r\nHost: shop\n\r\n", 400},
        {"row16_bare_carriage_return", get("X: a\rb\r\n"), 400},
        {"row16_nul_in_value", get("X: a\0b\r\n"s), 400},
        {"row16_control_in_value", get("X: a\x01z\r\n"), 400},
        {"row16_delete_in_value", get("X: a\x7f\r\n"), 400},
        {"row17_space_before_first_field", "GET /first HTTP/1.1\r\n Host: shop\r\n\r\n", 400},
        {"row17_empty_name", get(": x\r\n"), 400},
        {"row17_no_colon", get("Broken\r\n"), 400},
        {"row17_name_is_no_token", get("X(Y): z\r\n"), 400},
        {"row18_no_host", "GET /first HTTP/1.1\r\n\r\n", 400},
        {"row18_two_hosts", get("Host: shop\r\n"), 400},
        {"row18_host_list", "GET /first HTTP/1.1\r\nHost: a, b\r\n\r\n", 400},
        {"row18_user_in_host", "GET /first HTTP/1.1\r\nHost: user@shop\r\n\r\n", 400},
        {"row18_path_in_host", "GET /first HTTP/1.1\r\nHost: shop/path\r\n\r\n", 400},
        {"row18_empty_host", "GET /first HTTP/1.1\r\nHost:\r\n\r\n", 400},
        {"row18_port_out_of_range", "GET /first HTTP/1.1\r\nHost: shop:65536\r\n\r\n", 400},
        {"row19_other_authority", line("GET http://other/first HTTP/1.1"), 400},
        {"row19_user_in_authority", line("GET http://shop@other/first HTTP/1.1"), 400},
        {"row19_other_scheme", line("GET ftp://shop/first HTTP/1.1"), 400},
        {"row20_lower_case_method", line("get /first HTTP/1.1"), 501},
        {"row20_unknown_method", line("BREW /first HTTP/1.1"), 501},
        {"row21_trace", line("TRACE /first HTTP/1.1"), 405},
        {"row21_connect", line("CONNECT shop:443 HTTP/1.1"), 405},
        {"row22_http_1_2", line("GET /first HTTP/1.2"), 505},
        {"row22_http_2_0", line("GET /first HTTP/2.0"), 505},
        {"row22_http_2_preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
        {"row22_http_0_9", "GET /first\r\n", 400},
        {"row23_two_spaces", line("GET  /first HTTP/1.1"), 400},
        {"row23_tab", line("GET\t/first HTTP/1.1"), 400},
        {"row23_leading_line_end", "\r\n" + get(""), 400},
        {"row23_junk_behind_version", line("GET /first HTTP/1.1 x"), 400},
        {"row23_no_path", line("GET first HTTP/1.1"), 400},
        {"row23_fragment", line("GET /first#part HTTP/1.1"), 400},
        {"row23_byte_beyond_ascii", line("GET /caf\xc3\xa9 HTTP/1.1"), 400},
        {"row27_body_on_get", get("Content-Length: 3\r\n") + "abc", 400},
        {"row27_chunked_body_on_get", get("Transfer-Encoding: chunked\r\n") + "0\r\n\r\n", 400},
        {"row27_body_on_delete", "DELETE /first HTTP/1.1\r\nHost: shop\r\nContent-Length: 3\r\n\r\nabc", 400},
        {"row28_unknown_expectation", get("Expect: miracles\r\n"), 417},
        {"row30_underscore", get("X_Y: z\r\n"), 400},
        {"row42_head_too_large", get("X: " + std::string(16 * 1024, 'y') + "\r\n"), 431},
        {"row42_too_many_fields", get([] {
             std::string fields;
             for (int i = 0; i < 100; ++i) fields += "X: y\r\n";
             return fields;
         }()),
         431},
        {"row43_target_too_long", line("GET /" + std::string(4 * 1024, 'x') + " HTTP/1.1"), 414},
        {"row43_target_without_end", "GET /" + std::string(17 * 1024, 'x'), 414},
        {"row79_two_tokens", get("Authorization: Bearer a\r\nAuthorization: Bearer b\r\n"), 400},
    };
}

class framing : public testing::TestWithParam<row> {};

TEST_P(framing, is_answered_once_and_the_rest_is_dropped) {
    running_server server;
    raw_client client(server.port());
    client.send(GetParam().input + "GET /second HTTP/1.1\r\nHost: shop\r\n\r\n");
    client.finish();
    auto const answer = client.receive();
    EXPECT_EQ(answer.status, GetParam().status) << answer.head;
    EXPECT_EQ(answer.field("Connection"), "close");
    EXPECT_EQ(answer.field("Content-Type"), "application/problem+json");
    EXPECT_NE(answer.body.find("\"code\":\""), std::string::npos) << answer.body;
    EXPECT_EQ(client.receive_all(), "");
    EXPECT_EQ(server.handled().seen(), std::vector<std::string>{});
}

// The same bytes in 50 pieces: no refusal may depend on how they arrive.
TEST_P(framing, is_answered_alike_when_it_comes_in_pieces) {
    auto const& input = GetParam().input;
    auto const piece = input.size() / 50 + 1;
    running_server server;
    raw_client client(server.port());
    for (std::size_t at = 0; at < input.size() && client.send(input.substr(at, piece)); at += piece)
        std::this_thread::yield();
    EXPECT_EQ(client.receive().status, GetParam().status);
    EXPECT_EQ(server.handled().seen(), std::vector<std::string>{});
}

INSTANTIATE_TEST_SUITE_P(bad_input, framing, testing::ValuesIn(framing_rows()),
                         [](auto const& info) { return info.param.name; });

}  // namespace
}  // namespace shop::http::test
