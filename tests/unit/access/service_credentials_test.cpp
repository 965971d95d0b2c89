#include "access/service_credentials.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <shop/inventory/operations.hpp>
#include <shop/notifications/operations.hpp>
#include <shop/orders/operations.hpp>
#include <shop/products/operations.hpp>

#include "access/bearer.hpp"
#include "peers/service_calls.hpp"
#include "support/scratch.hpp"

namespace shop_server {
namespace {

std::string const old_secret(32, 'o'), next_secret(40, 'n'), order_secret(50, 'd');

std::string caller(std::string const& role, std::string const& secret) {
    return role + ' ' + to_string(sha256(secret)) + '\n';
}

std::string why(shop::result<service_credentials> const& read) {
    return read ? "" : std::string(read.error().message());
}

TEST(service_credentials, say_which_role_shows_them) {
    auto const credentials =
        service_credentials::parse({}, "# who may call\r\n" + caller("gateway", old_secret) + '\n' +
                                           caller("gateway", next_secret) + caller("order", order_secret))
            .value();
    EXPECT_EQ(credentials.caller("Bearer " + old_secret), role::gateway);
    EXPECT_EQ(credentials.caller("bearer  " + next_secret), role::gateway) << "two while one is changed";
    EXPECT_EQ(credentials.caller("Bearer " + order_secret), role::order);
    EXPECT_EQ(credentials.authorization(), "");
}

TEST(service_credentials, show_their_own_secret_and_let_nobody_in_without_callers) {
    auto const credentials = service_credentials::parse("\r\n" + old_secret + "\r\n", {}).value();
    EXPECT_EQ(credentials.authorization(), "Bearer " + old_secret);
    EXPECT_EQ(credentials.caller("Bearer " + old_secret), std::nullopt);
}

TEST(service_credentials, accept_nothing_else) {
    auto const credentials =
        service_credentials::parse({}, caller("gateway", old_secret) + caller("order", next_secret)).value();
    for (auto const& bad :
         {std::string(), std::string("Bearer"), std::string("Bearer "), old_secret, "Basic " + old_secret,
          "Bearer " + old_secret + 'o', "Bearer " + old_secret.substr(1), "Bearer" + old_secret,
          "Bearer " + to_string(sha256(old_secret)), "Bearer " + old_secret + ' ' + next_secret,
          "Bearer " + old_secret + ", Bearer " + next_secret, "Bearer " + std::string(100'000, 'o'),
          "Bearer " + old_secret + '\n' + next_secret}) {
        EXPECT_EQ(credentials.caller(bad), std::nullopt) << bad.substr(0, 80);
    }
}

TEST(service_credentials, refuse_secrets_with_the_line_and_what_to_mend) {
    auto const of = [](std::string const& text) { return why(service_credentials::parse(text, {})); };
    EXPECT_EQ(of(""), "service-credentials: must hold a secret");
    EXPECT_EQ(of("\n\n"), "service-credentials: must hold a secret");
    std::string const form = "must be 32 to 512 of A-Z a-z 0-9 - . _ ~ + / and = at the end";
    EXPECT_EQ(of(std::string(31, 'x')), "service-credentials: line 1 " + form);
    EXPECT_EQ(of('\n' + std::string(513, 'x')), "service-credentials: line 2 " + form);
    EXPECT_EQ(of("with a blank " + old_secret), "service-credentials: line 1 " + form);
    EXPECT_EQ(of(old_secret + '\n' + next_secret),
              "service-credentials: line 2 is a second secret: there may be one, and what others show stands in "
              "service-callers");
}

TEST(service_credentials, refuse_callers_with_the_line_and_what_to_mend) {
    auto const of = [](std::string const& text) { return why(service_credentials::parse({}, text)); };
    EXPECT_EQ(of("# nobody\n"), "service-callers: must name a caller");
    std::string const form =
        "must be gateway, inventory, order or notification, a blank, sha256: and 64 lower-case hex digits";
    for (auto const& bad :
         {old_secret, "order " + old_secret, "order\t" + to_string(sha256("")), "product " + to_string(sha256("")),
          "all " + to_string(sha256("")), "order  " + to_string(sha256(""))}) {
        EXPECT_EQ(of(caller("gateway", old_secret) + bad), "service-callers: line 2 " + form) << bad;
    }
    EXPECT_EQ(of(caller("gateway", old_secret) + caller("order", old_secret)),
              "service-callers: line 2 has a hash that is there already: each service needs a secret of its own");
    std::string many;
    for (int i = 0; i < 65; ++i) many += caller("order", std::to_string(i));
    EXPECT_EQ(of(many), "service-callers: line 65 is one too many: there may be 64");
}

TEST(service_credentials, are_read_from_files_that_are_guarded) {
    shop_test::scratch folder;
    auto const secret = folder.write("secret", old_secret + '\n'),
               callers = folder.write("callers", caller("order", old_secret));
    ::chmod(secret.c_str(), 0644);
    ::chmod(callers.c_str(), 0644);
    EXPECT_EQ(why(service_credentials::read(secret, callers)), "service-credentials: mode 0644: chmod 600 it");
    ::chmod(secret.c_str(), 0600);
    EXPECT_EQ(service_credentials::read(secret, callers)->caller("Bearer " + old_secret), role::order);
    ::chmod(callers.c_str(), 0664);
    EXPECT_EQ(why(service_credentials::read(secret, callers)), "service-callers: mode 0664: chmod 644 it");
    EXPECT_EQ(service_credentials::read(secret, "")->caller("Bearer " + old_secret), std::nullopt);
}

TEST(roles, may_call_what_their_work_needs_and_nothing_else) {
    std::vector<std::string> calls;
    auto const look = [&](auto const& table) {
        std::apply(
            [&](auto const&... rows) {
                auto const of = [&](auto const& row) {
                    EXPECT_EQ(may_call(role::gateway, row.name), !row.path.empty()) << row.name;
                    for (auto const who : {role::inventory, role::order, role::product, role::notification}) {
                        if (may_call(who, row.name))
                            calls.push_back(std::string(shop::to_word(who)) + ' ' + std::string(row.name));
                    }
                };
                (of(rows), ...);
            },
            table);
    };
    look(shop::products::all_operations);
    look(shop::inventory::all_operations);
    look(shop::orders::operations);
    look(shop::notifications::all_operations);
    EXPECT_THAT(calls, ::testing::UnorderedElementsAre(
                           "inventory products.list", "inventory products.offers", "order products.offers",
                           "inventory products.note_availability", "order inventory.allocate",
                           "order inventory.release", "order inventory.ship", "order inventory.decisions",
                           "order notifications.notify", "inventory notifications.notify", "notification orders.get"));
    EXPECT_FALSE(may_call(role::gateway, "")) << "no operation";
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
