#include "auth/service_credentials.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "auth/bearer.hpp"
#include "support/scratch.hpp"

namespace shop_server {
namespace {

std::string const old_secret(32, 'o'), next_secret(40, 'n');

std::string why(std::string const& text) {
    auto const read = service_credentials::parse(text);
    return read ? "" : std::string(read.error().message());
}

TEST(service_credentials, accept_all_and_send_the_first) {
    auto const credentials = service_credentials::parse(old_secret + "\r\n\n" + next_secret).value();
    EXPECT_EQ(credentials.authorization(), "Bearer " + old_secret);
    EXPECT_TRUE(credentials.accepts("Bearer " + old_secret));
    EXPECT_TRUE(credentials.accepts("bearer  " + next_secret));
}

TEST(service_credentials, accept_nothing_else) {
    auto const credentials = service_credentials::parse(old_secret + '\n' + next_secret).value();
    for (auto const& bad :
         {std::string(), std::string("Bearer"), std::string("Bearer "), old_secret, "Basic " + old_secret,
          "Bearer " + old_secret + 'o', "Bearer " + old_secret.substr(1), "Bearer" + old_secret,
          "Bearer " + old_secret + ' ' + next_secret, "Bearer " + old_secret + ", Bearer " + next_secret,
          "Bearer " + std::string(100'000, 'o'), "Bearer " + old_secret + '\n' + next_secret}) {
        EXPECT_FALSE(credentials.accepts(bad)) << bad.substr(0, 80);
    }
}

TEST(service_credentials, refuse_files_with_the_line_and_what_to_mend) {
    EXPECT_EQ(why(""), "must hold a secret");
    EXPECT_EQ(why("\n\n"), "must hold a secret");
    auto const form = "must be 32 to 512 of A-Z a-z 0-9 - . _ ~ + / and = at the end";
    EXPECT_EQ(why(std::string(31, 'x')), std::string("line 1 ") + form);
    EXPECT_EQ(why(old_secret + '\n' + std::string(513, 'x')), std::string("line 2 ") + form);
    EXPECT_EQ(why(old_secret + "\n\nwith a blank " + old_secret), std::string("line 3 ") + form);
    EXPECT_EQ(why(old_secret + '\n' + old_secret), "line 2 is there already");
    std::string many;
    for (int i = 0; i < 17; ++i) many += std::string(32, static_cast<char>('a' + i)) + '\n';
    EXPECT_EQ(why(many), "line 17 is one secret too many: there may be 16");
}

TEST(service_credentials, are_read_from_a_file_that_nobody_else_reads) {
    shop_test::scratch folder;
    auto const path = folder.write("secret", old_secret + '\n');
    ::chmod(path.c_str(), 0644);
    EXPECT_EQ(service_credentials::read(path).error().message(), "mode 0644: chmod 600 it");
    ::chmod(path.c_str(), 0600);
    EXPECT_TRUE(service_credentials::read(path)->accepts("Bearer " + old_secret));
}

TEST(bearer_tokens, are_found_in_their_form_only) {
    EXPECT_EQ(bearer_token("Bearer abc-._~+/=="), "abc-._~+/==");
    EXPECT_EQ(bearer_token("BEARER   a"), "a");
    for (auto const* bad : {"", "Bearer", "Bearer ", "Bearer  ", "Bearer a b", "Bearer a, Bearer b", "Bearer a,b",
                            "Bearer =", "Bearer a=b", "Bearer\ta", "Bearer \ta", " Bearer a", "Bearera", "Basic YTpi",
                            "Bearer \"a\"", "Bearer a ", "Bearer \xc3\xa4", "DPoP a", "Token a"}) {
        EXPECT_EQ(bearer_token(bad), std::nullopt) << bad;
    }
}

}  // namespace
}  // namespace shop_server
