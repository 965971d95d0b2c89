#include "access/access_control.hpp"

#include <gmock/gmock.h>

#include <sys/stat.h>

#include <functional>

#include <boost/asio/io_context.hpp>

#include <shop/testing/manual_scheduler.hpp>
#include <shop/testing/seeded_ids.hpp>

#include "access/api_keys.hpp"
#include "support/scratch.hpp"
#include "token_maker.hpp"

namespace shop_server {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::StartsWith;
using tests::issuer_key;

class doorkeeping : public ::testing::Test {
protected:
    doorkeeping() {
        with.keys = secret("keys.json", R"({"keys":[]})");
        api_key_entry entry;
        entry.id = "web";
        entry.scopes = {"orders:read"};
        auto const made = make_api_key(entry).value();
        add_api_key(with.keys, made.entry).value();
        key = made.text;
        with.jwt_issuer = "i";
        with.jwt_audience = "shop";
        with.jwt_keys = "file:" + secret("jwks.json", R"({"keys":[]})");
    }

    std::string secret(std::string const& name, std::string const& text) const {
        auto const path = folder.write(name, text);
        ::chmod(path.c_str(), 0600);
        return path;
    }
    std::string token_of(issuer_key const& signer) const {
        auto const exp = std::to_string(clock.stamp().time_since_epoch() / 1s + 3600);
        return signer.token(R"({"iss":"i","aud":"shop","sub":"ann","exp":)" + exp + "}");
    }
    /// The status by the head alone: 0 for who is let in.
    static unsigned judged(access_control& door, std::string const& token, std::string_view client = "192.0.2.1") {
        std::string const value = "Bearer " + token;
        shop::http::header const field{"Authorization", value};
        shop::http::request head;
        head.method = "GET";
        head.path = "/v1/orders";
        head.client = head.peer = client;
        if (!token.empty()) head.headers = {&field, 1};
        if (auto const refused = door.count(head)) return refused->status;
        auto const said = door.judge(head).value();
        return said.refusal ? said.refusal->status : 0;
    }
    /// What tells whether who was let in would be let in still.
    static std::function<bool()> followed(access_control& door, std::string const& token) {
        std::string const value = "Bearer " + token;
        shop::http::header const field{"Authorization", value};
        shop::http::request head;
        head.method = "GET";
        head.path = "/v1/orders/events";
        head.client = head.peer = "192.0.2.1";
        head.headers = {&field, 1};
        head.by = door.judge(head).value().by;
        return door.follow(head);
    }
    std::unique_ptr<access_control> open() { return access_control::open(with, context, security).value(); }

    shop_test::scratch folder;
    asio::io_context io{1};
    shop::testing::manual_scheduler clock;
    shop::testing::seeded_ids ids{7};
    shop::service_context context{io.get_executor(), &clock, &ids};
    security_log security{*context.log};
    settings with;
    std::string key;
};

TEST_F(doorkeeping, reloads_the_keys_of_an_issuer_although_the_api_keys_cannot_be_read) {
    auto const next = issuer_key::p256("next");
    auto const door = open();
    EXPECT_EQ(judged(*door, token_of(next)), 401u);
    secret("keys.json", "{");
    secret("jwks.json", R"({"keys":[)" + next.jwk() + "]}");
    EXPECT_THAT(door->reload(with), ElementsAre(StartsWith("keys: ")));
    EXPECT_EQ(judged(*door, token_of(next)), 0u);
    EXPECT_EQ(judged(*door, key), 0u) << "the keys that were read last stay good";
    secret("jwks.json", "{");
    EXPECT_THAT(door->reload(with), ElementsAre(StartsWith("keys: "), StartsWith("jwt-keys: ")));
    EXPECT_EQ(judged(*door, token_of(next)), 0u);
}

TEST_F(doorkeeping, demands_credentials_for_as_long_as_it_was_opened_to) {
    auto const door = open();
    EXPECT_EQ(judged(*door, ""), 401u);
    with.keys.clear();
    with.jwt_issuer.clear();
    EXPECT_THAT(door->reload(with), IsEmpty());
    EXPECT_EQ(judged(*door, ""), 401u);
}

TEST_F(doorkeeping, row119_lets_go_whose_token_expired_or_whose_key_is_gone_or_does_less) {
    auto const signer = issuer_key::p256("good");
    secret("jwks.json", R"({"keys":[)" + signer.jwk() + "]}");
    auto const door = open();
    auto const by_token = followed(*door, token_of(signer)), by_key = followed(*door, key);
    EXPECT_TRUE(by_token());
    EXPECT_TRUE(by_key());
    clock.advance(30min);
    EXPECT_TRUE(by_token());
    clock.advance(40min);
    EXPECT_FALSE(by_token());
    EXPECT_TRUE(by_key());
    EXPECT_THAT(door->reload(with), IsEmpty());
    EXPECT_TRUE(by_key());
    secret("keys.json", R"({"keys":[]})");
    EXPECT_THAT(door->reload(with), IsEmpty());
    EXPECT_FALSE(by_key());
}

TEST_F(doorkeeping, gives_no_requests_back_by_a_reload) {
    with.account_rate = request_rate{1, 3};
    with.address_rate = request_rate{1, 5};
    auto const door = open();
    for (int i = 0; i < 3; ++i) EXPECT_EQ(judged(*door, key), 0u);
    EXPECT_EQ(judged(*door, key), 429u);
    EXPECT_THAT(door->reload(with), IsEmpty());
    EXPECT_EQ(judged(*door, key), 429u);
    EXPECT_EQ(judged(*door, key, "192.0.2.2"), 429u) << "of the account nothing is left";
}

}  // namespace
}  // namespace shop_server
