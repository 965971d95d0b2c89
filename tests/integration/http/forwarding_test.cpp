#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "raw_client.hpp"
#include "requests.hpp"
#include "running_server.hpp"

// Whose request it is, behind proxies.
namespace shop::http::test {
namespace {

server_options trusting(std::vector<std::string> const& networks) {
    auto options = quick_options();
    for (auto const& one : networks) options.trusted_proxies.push_back(network::parse(one).value());
    return options;
}

class forwarding : public testing::Test {
protected:
    /// Whom a request with these fields counts for.
    std::string client_of(std::string const& fields) {
        client.send(get("/one", fields));
        EXPECT_EQ(client.receive().status, 200) << fields;
        return server.handled().last_client();
    }

    running_server server{trusting({"127.0.0.1", "10.0.0.0/8", "2001:db8:ffff::/48"})};
    raw_client client{server.port()};
};

TEST_F(forwarding, names_the_last_address_that_is_not_trusted) {
    std::string const x = "X-Forwarded-For: ", f = "Forwarded: ";
    for (auto const& [fields, wanted] : std::vector<std::pair<std::string, std::string>>{
             {"", "127.0.0.1"},
             {x + "203.0.113.9", "203.0.113.9"},
             {x + "198.51.100.1, 203.0.113.9", "203.0.113.9"},
             {x + "198.51.100.1,203.0.113.9 ,\t10.1.2.3, 10.9.9.9", "203.0.113.9"},
             {x + "198.51.100.1\r\n" + x + "203.0.113.9\r\n" + x + "10.1.2.3", "203.0.113.9"},
             {x + "10.0.0.5, 10.0.0.1", "10.0.0.5"},
             {x + "203.0.113.9:4711", "203.0.113.9"},
             {x + "2001:db8::9", "2001:db8::9"},
             {x + "[2001:DB8::9]", "2001:db8::9"},
             {x + "[2001:db8:0::9]:4711, 2001:db8:ffff::1", "2001:db8::9"},
             {x + "::ffff:203.0.113.9", "203.0.113.9"},
             {x + "203.0.113.9, ::ffff:10.1.1.1", "203.0.113.9"},
             {f + "for=203.0.113.9", "203.0.113.9"},
             {f + "For=\"[2001:db8::9]:4711\"; proto=https ;by=10.0.0.1", "2001:db8::9"},
             {f + "by=10.0.0.1;for=198.51.100.1, proto=http;for=\"203.0.113.9:80\",for=10.2.2.2", "203.0.113.9"},
             {f + "for=198.51.100.1;host=\"a,for=1.1.1.1\", for=\"203.0.113.9:_port\"", "203.0.113.9"},
             {f + "for=203.0.113.9\r\n" + f + "for=10.1.1.1", "203.0.113.9"},
         }) {
        EXPECT_EQ(client_of(fields.empty() ? fields : fields + "\r\n"), wanted) << fields;
    }
}

TEST_F(forwarding, stops_at_an_entry_that_names_nobody) {
    std::string const x = "X-Forwarded-For: ", f = "Forwarded: ";
    for (auto const& [fields, wanted] : std::vector<std::pair<std::string, std::string>>{
             {x, "127.0.0.1"},
             {x + "unknown", "127.0.0.1"},
             {x + "203.0.113.9, unknown", "127.0.0.1"},
             {x + "203.0.113.9, unknown, 10.1.1.1", "10.1.1.1"},
             {x + "203.0.113.9, , 10.1.1.1", "10.1.1.1"},
             {x + "203.0.113.9,", "127.0.0.1"},
             {x + "203.0.113", "127.0.0.1"},
             {x + "203.0.113.256", "127.0.0.1"},
             {x + "fe80::1%eth0", "127.0.0.1"},
             {x + "[203.0.113.9]", "127.0.0.1"},
             {x + "[2001:db8::9", "127.0.0.1"},
             {x + "203.0.113.9:", "127.0.0.1"},
             {x + "203.0.113.9:123456", "127.0.0.1"},
             {x + std::string(300, '1'), "127.0.0.1"},
             {f + "for=_hidden", "127.0.0.1"},
             {f + "for=unknown", "127.0.0.1"},
             {f + "proto=https", "127.0.0.1"},
             {f + "for", "127.0.0.1"},
             {f + "for=\"", "127.0.0.1"},
             // An open quote must not make one's own words the last.
             {f + "for=198.51.100.1, for=\"x, for=203.0.113.9", "127.0.0.1"},
             {f + "for=198.51.100.1, x=\", for=\"[2001:db8::9]\"", "127.0.0.1"},
             {"X-Real-IP: 203.0.113.9", "127.0.0.1"},
         }) {
        EXPECT_EQ(client_of(fields + "\r\n"), wanted) << fields;
    }
}

TEST_F(forwarding, believes_neither_field_where_the_two_differ) {
    EXPECT_EQ(client_of("Forwarded: for=203.0.113.9\r\nX-Forwarded-For: 203.0.113.9, 10.1.1.1\r\n"), "203.0.113.9");
    EXPECT_EQ(client_of("Forwarded: for=198.51.100.1\r\nX-Forwarded-For: 203.0.113.9\r\n"), "127.0.0.1");
    EXPECT_EQ(client_of("X-Forwarded-For: 203.0.113.9\r\nForwarded: secret\r\n"), "127.0.0.1");
}

TEST(forwarding_from_others, is_ignored) {
    for (auto const& trusted : {std::vector<std::string>{}, {"10.0.0.0/8"}, {"127.0.0.2"}}) {
        running_server server(trusting(trusted));
        raw_client client(server.port());
        client.send(get("/one", "X-Forwarded-For: 203.0.113.9\r\nForwarded: for=203.0.113.9\r\n"));
        EXPECT_EQ(client.receive().status, 200);
        EXPECT_EQ(server.handled().last_client(), "127.0.0.1");
    }
}

TEST_F(forwarding, is_of_one_request_only) {
    EXPECT_EQ(client_of("X-Forwarded-For: 203.0.113.9\r\n"), "203.0.113.9");
    EXPECT_EQ(client_of(""), "127.0.0.1");
}

}  // namespace
}  // namespace shop::http::test
