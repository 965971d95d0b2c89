#include "access/authenticator.hpp"

#include <gmock/gmock.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <shop/json/json.hpp>
#include <shop/testing/manual_scheduler.hpp>
#include <shop/testing/seeded_ids.hpp>

#include "issuer_stub.hpp"
#include "token_maker.hpp"

namespace shop_server {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;
using tests::issuer_key;
using tests::issuer_keys;
using tests::issuer_stub;

class authentications : public ::testing::Test {
protected:
    using code = shop::error_code;

    authentications() {
        issuer.text = made.public_jwks();
        source->start();
        clock.run_for(io, 1s);
        auto file = R"({"keys":[)" + shop::json::encode(key.entry) + ',' + shop::json::encode(expired.entry) + "]}";
        auth.use_api_keys(std::make_shared<api_keys const>(api_keys::parse(file).value()));
        auth.use_tokens(jwt_verifier::make({"i", "shop"}).value(), source);
    }
    ~authentications() override {
        source->stop();
        clock.run_for(io, 1s);
    }

    static new_api_key key_of(std::string id, std::optional<shop::timestamp> expires_at = {}) {
        api_key_entry wanted;
        wanted.id = std::move(id);
        wanted.scopes = {"orders:write"};
        wanted.expires_at = expires_at;
        return make_api_key(wanted).value();
    }
    std::string token_of(issuer_key const& signer, std::string const& aud = "shop") const {
        auto const exp = std::to_string(clock.stamp().time_since_epoch() / 1s + 3600);
        return signer.token(R"({"iss":"i","aud":")" + aud + R"(","sub":"ann","exp":)" + exp + "}");
    }
    static shown_credentials shown(std::optional<std::string> authorization, std::string const& peer = "192.0.2.1") {
        return {authorization ? std::optional<std::string_view>(*authorization) : std::nullopt, false, peer};
    }
    static shown_credentials bearer(std::string const& token, std::string const& peer = "192.0.2.1") {
        return shown("Bearer " + token, peer);
    }
    authentication decide(shown_credentials const& what) { return auth.decide(what).value(); }
    code refusal(shown_credentials const& what) {
        auto const decided = decide(what);
        return decided ? code::internal : decided.error().reason.code();
    }
    std::string challenge(shown_credentials const& what) { return decide(what).error().challenge; }

    authentication authenticate(shown_credentials what) {
        auto out = auth.decide(what);
        if (out) return *out;
        asio::co_spawn(io, keep(std::move(what), out), asio::detached);
        EXPECT_TRUE(clock.run_until(io, [&] { return out.has_value(); }));
        return out.value();
    }
    asio::awaitable<void> keep(shown_credentials what, std::optional<authentication>& out) {
        out = co_await auth.authenticate(std::move(what));
    }

    issuer_keys const& made = issuer_keys::get();
    asio::io_context io{1};
    shop::testing::manual_scheduler clock;
    shop::testing::seeded_ids ids{7};
    shop::service_context context{io.get_executor(), &clock, &ids};
    issuer_stub issuer{clock};
    new_api_key key = key_of("web"), expired = key_of("old", clock.stamp());
    std::shared_ptr<jwks_url> source = std::make_shared<jwks_url>(context, "https://issuer/keys", issuer.fetcher());
    authenticator auth{context, hash_seed{1}};
};

TEST_F(authentications, by_api_key_and_by_token_are_told_apart) {
    EXPECT_EQ(decide(bearer(key.text)).value()->account, "web");
    EXPECT_EQ(decide(bearer(token_of(made.ec))).value()->account, "user:ann");
    EXPECT_EQ(decide(shown("bearer " + key.text)).value()->account, "web");
}

TEST_F(authentications, without_credentials_are_challenged) {  // row 69
    EXPECT_EQ(refusal(shown({})), code::unauthenticated);
    EXPECT_EQ(challenge(shown({})), "Bearer realm=\"shop\"");
    EXPECT_EQ(challenge(shown("Basic d2ViOnNlY3JldA==")), "Bearer realm=\"shop\"");
}

TEST_F(authentications, that_are_malformed_are_refused) {  // rows 69, 79
    int n = 0;
    for (auto const& bad : {std::string("Bearer"), std::string("Bearer "), "Bearer " + key.text + ' ' + key.text,
                            "Bearer " + key.text + ", Bearer " + key.text, "Bearer \"" + key.text + '"'}) {
        auto const decided = decide(shown(bad, "192.0.2." + std::to_string(++n)));
        ASSERT_FALSE(decided) << bad;
        EXPECT_EQ(decided.error().reason.code(), code::unauthenticated);
        EXPECT_EQ(decided.error().challenge, "Bearer realm=\"shop\", error=\"invalid_token\"");
    }
    for (auto const& bad :
         {std::string(), std::string("Basic d2ViOnNlY3JldA=="), key.text, "Basic " + key.text, "Bearer" + key.text}) {
        EXPECT_EQ(refusal(shown(bad, "192.0.2." + std::to_string(++n))), code::unauthenticated) << bad;
    }
}

TEST_F(authentications, of_tokens_beyond_8_kib_are_refused) {  // row 79
    EXPECT_EQ(refusal(bearer(std::string(token_bytes_max + 1, 'a'))), code::unauthenticated);
    EXPECT_EQ(refusal(bearer("shop_" + std::string(token_bytes_max, 'a'))), code::unauthenticated);
    EXPECT_EQ(decide(bearer(std::string(token_bytes_max + 1, 'a'))).error().reason.message(), "the token is too long");
}

TEST_F(authentications, by_a_token_in_the_query_are_refused_even_with_a_good_one) {  // row 79
    shown_credentials const both("Bearer " + key.text, true, "192.0.2.1");
    EXPECT_EQ(refusal(both), code::malformed_request);
    EXPECT_EQ(challenge(both), "Bearer realm=\"shop\", error=\"invalid_request\"");
    EXPECT_THAT(std::string(decide(both).error().reason.message()), HasSubstr("send it in Authorization"));
}

TEST_F(authentications, repeat_nothing_of_what_was_shown) {
    for (auto const& token : {std::string("shop_web_") + std::string(43, 'S'), std::string("SECRETSECRET")}) {
        auto const denied = decide(bearer(token)).error();
        EXPECT_THAT(std::string(denied.reason.message()) + denied.challenge,
                    Not(HasSubstr(token.substr(token.size() - 8))));
    }
}

TEST_F(authentications, beyond_too_many_bad_credentials_are_limited) {  // row 86
    auto const guess = bearer("shop_web_" + std::string(43, 'A'));
    for (int i = 0; i < 10; ++i) EXPECT_EQ(refusal(guess), code::unauthenticated);
    auto const limited = decide(guess).error();
    EXPECT_EQ(limited.reason.code(), code::rate_limited);
    EXPECT_EQ(limited.reason.details().retry_after_s, 10u);
    EXPECT_EQ(limited.challenge, "");
    EXPECT_EQ(refusal(bearer("abc")), code::rate_limited) << "whatever the guess looks like";
    EXPECT_EQ(refusal(shown("Basic YTpi")), code::rate_limited);

    EXPECT_TRUE(decide(bearer(key.text))) << "good ones of the same address are let in";
    EXPECT_TRUE(decide(bearer(token_of(made.rsa))));
    EXPECT_EQ(refusal(bearer("abc", "192.0.2.2")), code::unauthenticated) << "another address";
    clock.advance(10s);
    EXPECT_EQ(refusal(guess), code::unauthenticated);
    EXPECT_EQ(refusal(guess), code::rate_limited);
}

TEST_F(authentications, count_ipv6_guesses_by_network) {
    for (int i = 0; i < 10; ++i) refusal(bearer("abc", "2001:db8::" + std::to_string(i)));
    EXPECT_EQ(refusal(bearer("abc", "2001:db8::ffff")), code::rate_limited);
    EXPECT_EQ(refusal(bearer("abc", "2001:db8:0:1::1")), code::unauthenticated);
}

TEST_F(authentications, count_only_guesses) {
    auto const late = token_of(made.ec);
    clock.advance(2h);
    auto const elsewhere = token_of(made.ec, "elsewhere");
    for (int i = 0; i < 30; ++i) {
        EXPECT_EQ(refusal(shown({})), code::unauthenticated);
        EXPECT_EQ(refusal(bearer(expired.text)), code::unauthenticated);
        EXPECT_EQ(refusal(bearer(late)), code::unauthenticated);
        EXPECT_EQ(refusal(bearer(elsewhere)), code::unauthenticated);
    }
    EXPECT_EQ(challenge(bearer(late)), "Bearer realm=\"shop\", error=\"invalid_token\"");
    EXPECT_EQ(challenge(bearer(expired.text)), "Bearer realm=\"shop\", error=\"invalid_token\"");
    EXPECT_EQ(refusal(bearer("abc")), code::unauthenticated);
}

TEST_F(authentications, by_a_new_key_of_the_issuer_wait_for_it) {  // row 80
    auto const next = issuer_key::p256("ec-2");
    issuer.text = R"({"keys":[)" + next.jwk() + "]}";
    clock.run_for(io, 1min);
    EXPECT_FALSE(auth.decide(bearer(token_of(next)))) << "only newer keys can tell";
    EXPECT_TRUE(authenticate(bearer(token_of(next))));
    EXPECT_EQ(issuer.asked, 2);
    EXPECT_EQ(refusal(bearer(token_of(made.ec))), code::unauthenticated) << "the old one is gone";
}

TEST_F(authentications, by_unknown_keys_are_guesses_and_ask_the_issuer_once_a_minute) {  // row 80
    clock.run_for(io, 1min);
    auto const flood = issuer_key::hmac("ec-7", std::string(32, 'x'));
    for (int i = 0; i < 10; ++i)
        EXPECT_EQ(authenticate(bearer(token_of(flood))).error().reason.code(), code::unauthenticated);
    EXPECT_EQ(authenticate(bearer(token_of(flood))).error().reason.code(), code::rate_limited);
    EXPECT_EQ(issuer.asked, 2);
}

TEST_F(authentications, of_one_address_wait_for_newer_keys_in_a_bounded_number) {
    clock.run_for(io, 1min);
    issuer.now = issuer_stub::mood::never_answers;
    auto const unknown = token_of(issuer_key::p256("ec-9"));
    for (unsigned i = 0; i < awaited_keys_rate.burst; ++i) ASSERT_FALSE(auth.decide(bearer(unknown))) << i;
    EXPECT_EQ(refusal(bearer(unknown)), code::rate_limited);
    EXPECT_FALSE(auth.decide(bearer(unknown, "192.0.2.2"))) << "another address";
    EXPECT_TRUE(decide(bearer(token_of(made.ec)))) << "what is known needs no waiting";
}

TEST_F(authentications, by_token_are_unavailable_while_the_keys_are_not_known) {  // row 80
    issuer.now = issuer_stub::mood::refuses;
    clock.run_for(io, 23h);
    EXPECT_TRUE(authenticate(bearer(token_of(made.ec))));
    clock.run_for(io, 1h + 1min);
    auto const denied = authenticate(bearer(token_of(made.ec))).error();
    EXPECT_EQ(denied.reason.code(), code::unavailable);
    EXPECT_EQ(denied.reason.details().retry_after_s, 60u);
    EXPECT_EQ(authenticate(bearer("abc")).error().reason.code(), code::unauthenticated);
    EXPECT_TRUE(authenticate(bearer(key.text))) << "API keys do not depend on the issuer";
}

TEST_F(authentications, follow_a_reload) {
    auth.use_api_keys(std::make_shared<api_keys const>(api_keys::parse(R"({"keys":[]})").value()));
    EXPECT_EQ(refusal(bearer(key.text)), code::unauthenticated);
    auth.use_api_keys(nullptr);
    EXPECT_EQ(refusal(bearer(key.text)), code::unauthenticated);
    auth.use_tokens(jwt_verifier::make({"another", "shop"}).value(), source);
    EXPECT_EQ(refusal(bearer(token_of(made.ec))), code::unauthenticated);
    auth.use_tokens(nullptr, nullptr);
    EXPECT_EQ(refusal(bearer(token_of(made.ec))), code::unauthenticated);
}

TEST_F(authentications, that_wait_survive_a_reload) {
    clock.run_for(io, 1min);
    std::optional<authentication> out;
    asio::co_spawn(io, keep(bearer(token_of(issuer_key::p256("ec-2"))), out), asio::detached);
    clock.run_for(io, 50ms);
    ASSERT_FALSE(out);
    auth.use_tokens(nullptr, nullptr);
    clock.run_for(io, 100ms);
    ASSERT_TRUE(out);
    EXPECT_EQ(out->error().reason.code(), code::unauthenticated);
}

}  // namespace
}  // namespace shop_server
