// Good tokens, sets of keys and files with bytes changed, taken out and put in: whatever comes of it is refused, or
// is no change at all, and nothing is read beyond its end (the sanitizers watch).
#include <gtest/gtest.h>

#include <functional>

#include <shop/json/json.hpp>

#include "access/api_keys.hpp"
#include "access/bearer.hpp"
#include "access/jwt.hpp"
#include "access/service_credentials.hpp"
#include "support/mutations.hpp"
#include "token_maker.hpp"

namespace shop_server {
namespace {

using shop_test::mutated;
using shop_test::steps;
using tests::issuer_keys;

constexpr shop::timestamp then{std::chrono::sys_days{std::chrono::year{2026} / 3 / 1}};

/// Looks at as many changed texts; the seed stands in what fails.
void mutate(std::string const& good, int rounds, std::uint64_t seed,
            std::function<void(std::string const&)> const& look) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    steps random(seed);
    for (int i = 0; i < rounds && !::testing::Test::HasFailure(); ++i) {
        auto const text = mutated(good, random);
        if (text != good) look(text);
    }
}

class mutated_bytes : public ::testing::Test {
protected:
    issuer_keys const& made = issuer_keys::get();
    std::shared_ptr<jwks const> keys =
        std::make_shared<jwks const>(jwks::parse(made.jwks(), jwks_secrets::allow).value());
    std::shared_ptr<jwt_verifier> verifier = jwt_verifier::make({"i", "shop"}).value();
    std::string const claims = R"({"iss":"i","aud":["shop","b"],"sub":"ann","exp":1772326800,"nbf":1,"scope":"a b"})";
};

TEST_F(mutated_bytes, of_tokens_are_refused) {
    for (auto const* key : made.all()) {
        auto const token = key->token(claims);
        ASSERT_TRUE(verifier->verify(token, then, keys).accepted());
        mutate(token, 3'000, 11, [&](auto const& text) {
            EXPECT_FALSE(verifier->verify(text, then, keys).accepted()) << key->alg << ' ' << text;
        });
    }
}

TEST_F(mutated_bytes, of_signed_headers_and_claims_are_read_with_care) {
    int accepted = 0, refused = 0;
    auto const judge = [&](std::string const& token) {
        auto const verdict = verifier->verify(token, then, keys);
        ++(verdict.accepted() ? accepted : refused);
        if (verdict.accepted()) {
            EXPECT_TRUE(verdict.who->account.starts_with("user:"));
            EXPECT_TRUE(!verdict.who->customer_id.empty() || verdict.who->may("orders:any"));
        } else {
            EXPECT_EQ(verdict.refusal.code(), shop::error_code::unauthenticated);
        }
    };
    mutate(claims, 3'000, 12, [&](auto const& text) { judge(made.oct.token(text)); });
    mutate(made.oct.header(), 3'000, 13, [&](auto const& text) { judge(made.oct.token(text, claims)); });
    EXPECT_GT(refused, 1'000);
    EXPECT_GT(accepted, 10) << "some changes mean nothing: the others are not refused for a dull reason";
}

TEST_F(mutated_bytes, of_key_sets_are_read_with_care) {
    int read = 0, refused = 0;
    auto const rsa_token = made.rsa.token(claims);
    mutate(made.jwks(), 3'000, 14, [&](auto const& text) {
        auto const set = jwks::parse(text, jwks_secrets::allow);
        ++(set ? read : refused);
        if (set) verifier->verify(rsa_token, then, std::make_shared<jwks const>(*set));
    });
    EXPECT_GT(read, 10);
    EXPECT_GT(refused, 1'000);
}

TEST_F(mutated_bytes, of_key_files_and_keys_are_read_with_care) {
    api_key_entry wanted;
    wanted.id = "web";
    wanted.scopes = {"orders:*"};
    wanted.expires_at = then;
    wanted.customer = "ann";
    auto const key = make_api_key(wanted).value();
    auto const file = R"({"keys":[)" + shop::json::encode(key.entry) + "]}";
    mutate(file, 3'000, 15, [&](auto const& text) { api_keys::parse(text); });
    auto const known = api_keys::parse(file).value();
    mutate(key.text, 3'000, 16,
           [&](auto const& text) { EXPECT_FALSE(known.find(text, then - std::chrono::hours(1))) << text; });
}

TEST_F(mutated_bytes, of_secrets_are_refused) {
    auto const secret = std::string("abcdefghijklmnopqrstuvwxyz0123456789");
    auto const callers = "order " + to_string(sha256(secret)) + '\n';
    mutate(secret + '\n', 3'000, 17, [](auto const& text) { service_credentials::parse(text, {}); });
    mutate(callers + "gateway " + to_string(sha256("")) + '\n', 3'000, 19,
           [](auto const& text) { service_credentials::parse({}, text); });
    auto const credentials = service_credentials::parse({}, callers).value();
    mutate("Bearer " + secret, 3'000, 18, [&](auto const& text) {
        EXPECT_EQ(credentials.caller(text).has_value(), bearer_token(text) == secret) << text;
    });
}

}  // namespace
}  // namespace shop_server
