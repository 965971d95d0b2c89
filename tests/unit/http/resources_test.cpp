#include <gtest/gtest.h>

#include <shop/http/resources.hpp>

namespace shop::http {
namespace {

class resources_of_a_machine : public testing::Test {
protected:
    resources_of_a_machine() {
        site.add("/info", audience::this_machine, [] { return response(200, "{}"); });
        site.add("/livez", audience::anybody, [] { return response(200, "{}"); });
    }
    /// What is answered by the head alone: 0 if it is let in.
    unsigned status(std::string_view path, std::string_view peer, std::string_view forwarding = {},
                    std::string_view method = "GET") {
        header const field{forwarding, "x"};
        request head;
        head.method = method;
        head.path = path;
        head.peer = peer;
        if (!forwarding.empty()) head.forwarding = {&field, 1};
        auto const said = site.admit(head);
        if (said.answer) allow = said.answer->find("Allow").value_or("");
        return said.answer ? said.answer->status : 0;
    }

    resources site;
    std::string allow;
};

TEST_F(resources_of_a_machine, are_there_for_direct_requests_from_loopback) {
    for (auto const* peer : {"127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"})
        EXPECT_EQ(status("/info", peer), 0u) << peer;
    for (auto const* peer : {"192.0.2.1", "::ffff:192.0.2.1", "2001:db8::1", ""})
        EXPECT_EQ(status("/info", peer), 404u) << peer;
    for (auto const* field : {"Forwarded", "X-Forwarded-For", "X-Real-IP", "Via"}) {
        EXPECT_EQ(status("/info", "127.0.0.1", field), 404u) << field;
        EXPECT_EQ(status("/info/", "127.0.0.1", field), 404u) << field;
    }
}

TEST_F(resources_of_a_machine, leave_the_others_to_anybody) {
    EXPECT_EQ(status("/livez", "192.0.2.1", "Via"), 0u);
}

TEST_F(resources_of_a_machine, say_which_methods_they_have) {
    EXPECT_EQ(status("/livez", "192.0.2.1", {}, "OPTIONS"), 204u);
    EXPECT_EQ(allow, "GET, HEAD, OPTIONS");
    EXPECT_EQ(status("/livez", "192.0.2.1", {}, "POST"), 405u);
    EXPECT_EQ(allow, "GET, HEAD, OPTIONS");
    EXPECT_EQ(status("/info", "192.0.2.1", {}, "OPTIONS"), 404u);
}

TEST_F(resources_of_a_machine, are_not_called_with_a_slash_at_their_end) {
    request head;
    head.method = "GET";
    head.path = "/livez/";
    auto const said = site.admit(head);
    ASSERT_TRUE(said.answer);
    EXPECT_EQ(said.answer->status, 404u);
    EXPECT_NE(said.answer->body.find("without the slash at its end it is /livez"), std::string::npos)
        << said.answer->body;
}

}  // namespace
}  // namespace shop::http
