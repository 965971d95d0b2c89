#include "access/jwt.hpp"

#include <map>

#include <gmock/gmock.h>
#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "token_maker.hpp"

namespace shop_server {
namespace {

using namespace std::chrono_literals;
using shop::to_base64url;
using testing::ElementsAre;
using tests::issuer_key;
using tests::issuer_keys;

constexpr shop::timestamp now{std::chrono::sys_days{std::chrono::year{2026} / 3 / 1}};
constexpr std::int64_t now_s = now.time_since_epoch().count() / 1000;

class json_web_tokens : public ::testing::Test {
protected:
    /// The claims of a good token, with some of them replaced; an empty text leaves one out.
    static std::string claims(std::map<std::string, std::string> const& other = {}) {
        std::map<std::string, std::string> all{{"iss", R"("https://issuer")"},
                                               {"aud", R"("shop")"},
                                               {"sub", R"("ann")"},
                                               {"exp", std::to_string(now_s + 300)},
                                               {"scope", R"("orders:read orders:write")"}};
        for (auto const& [name, value] : other) all[name] = value;
        std::string out;
        for (auto const& [name, value] : all) {
            if (!value.empty()) out += (out.empty() ? "\"" : ",\"") + name + "\":" + value;
        }
        return '{' + out + '}';
    }
    jwt_verdict judge(std::string_view token) { return verifier->verify(token, now, keys); }
    jwt_judgement judgement_of(std::map<std::string, std::string> const& other) {
        return judge(signer.token(claims(other))).judgement;
    }
    std::string detail_of(std::map<std::string, std::string> const& other) {
        return std::string(judge(signer.token(claims(other))).refusal.message());
    }
    jwt_judgement judgement_of_header(std::string const& header) {
        return judge(signer.token(header, claims())).judgement;
    }

    static std::shared_ptr<jwks const> set_of(std::string const& text) {
        return std::make_shared<jwks const>(jwks::parse(text, jwks_secrets::allow).value());
    }

    issuer_keys const& made = issuer_keys::get();
    issuer_key const& signer = made.ec;
    std::shared_ptr<jwks const> keys = set_of(made.jwks());
    std::shared_ptr<jwt_verifier> verifier = jwt_verifier::make({"https://issuer", "shop"}).value();

    static constexpr auto accepted = jwt_judgement::accepted, forged = jwt_judgement::forged,
                          unknown_key = jwt_judgement::unknown_key, claims_refused = jwt_judgement::claims_refused;
};

TEST_F(json_web_tokens, of_every_algorithm_are_accepted) {
    for (auto const* key : made.all()) {
        auto const verdict = judge(key->token(claims()));
        ASSERT_TRUE(verdict.accepted()) << key->alg << ": " << verdict.refusal.message();
        EXPECT_EQ(verdict.who->account, "user:ann");
        EXPECT_EQ(verdict.who->customer_id, "ann");
        EXPECT_THAT(verdict.who->scopes, ElementsAre("orders:read", "orders:write"));
    }
}

TEST_F(json_web_tokens, with_another_signature_are_forged) {
    for (auto const* key : made.all()) {
        auto const token = key->token(claims());
        auto const dot = token.rfind('.');
        auto const text = token.substr(0, dot);
        for (auto const& signature :
             {std::string(), std::string(1, '\0'), std::string(64, '\0'), std::string(256, 'x')}) {
            EXPECT_EQ(judge(text + '.' + to_base64url(signature)).judgement, forged) << key->alg;
        }
        auto const stranger = issuer_key::p256(key->kid);
        EXPECT_EQ(judge(text + '.' + to_base64url(stranger.sign(text))).judgement, forged) << key->alg;
        auto const other_claims = key->token(claims({{"sub", R"("bob")"}}));
        EXPECT_EQ(judge(other_claims.substr(0, other_claims.rfind('.')) + token.substr(dot)).judgement, forged);
    }
}

TEST_F(json_web_tokens, without_an_algorithm_are_forged) {  // row 70
    for (auto const* alg : {R"("none")", R"("None")", R"("nOnE")", R"("NONE")", R"("")", "null", "1", R"(["ES256"])"}) {
        auto const header = R"({"kid":"ec-1","alg":)" + std::string(alg) + '}';
        EXPECT_EQ(judgement_of_header(header), forged) << alg;
        EXPECT_EQ(judge(to_base64url(header) + '.' + to_base64url(claims()) + '.').judgement, forged) << alg;
    }
    EXPECT_EQ(judgement_of_header(R"({"kid":"ec-1"})"), forged);
}

TEST_F(json_web_tokens, signed_by_hmac_with_a_public_key_are_forged) {  // row 71
    for (auto const* key : {&made.rsa, &made.ec, &made.ed}) {
        std::unique_ptr<BIO, openssl_free<BIO_free_all>> const bio(BIO_new(BIO_s_mem()));
        PEM_write_bio_PUBKEY(bio.get(), key->key.get());
        char* text = nullptr;
        auto const size = BIO_get_mem_data(bio.get(), &text);
        unsigned char* der = nullptr;
        auto const der_size = i2d_PUBKEY(key->key.get(), &der);
        std::string const pem(text, static_cast<std::size_t>(size));
        std::string const spki(reinterpret_cast<char*>(der), static_cast<std::size_t>(der_size));
        OPENSSL_free(der);
        for (auto const& secret :
             {pem, pem.substr(0, pem.size() - 1), spki, key->jwk(), key->material(), std::string()}) {
            auto const confused = issuer_key::hmac(key->kid, secret);
            EXPECT_EQ(judge(confused.token(claims())).judgement, forged) << key->alg;
        }
    }
}

TEST_F(json_web_tokens, with_an_alg_that_is_not_the_keys_or_not_allowed_are_forged) {  // row 72
    for (auto const* alg : {"RS256", "HS256", "EdDSA", "ES384", "ES512", "PS256", "RS512", "es256", "ES256K", "dir"}) {
        EXPECT_EQ(judgement_of_header(R"({"kid":"ec-1","alg":")" + std::string(alg) + "\"}"), forged) << alg;
    }
    EXPECT_EQ(judgement_of_header(R"({"kid":"rsa-1","alg":"ES256"})"), forged);
}

TEST_F(json_web_tokens, with_a_kid_that_is_none_are_not_accepted) {  // row 73
    for (auto const* kid : {R"("nobody")", R"("../../dev/null")", R"("' OR 1=1 --")", R"("")", R"("EC-1")"}) {
        EXPECT_EQ(judgement_of_header(R"({"alg":"ES256","kid":)" + std::string(kid) + '}'), unknown_key) << kid;
    }
    for (auto const* kid : {R"(["ec-1"])", "1", "null", "{}", "true", R"("ec-1\u0000")"}) {
        EXPECT_EQ(judgement_of_header(R"({"alg":"ES256","kid":)" + std::string(kid) + '}'), forged) << kid;
    }
    EXPECT_EQ(judgement_of_header(R"({"alg":"ES256","kid":")" + std::string(4'000, 'k') + "\"}"), unknown_key);
    EXPECT_EQ(judgement_of_header(R"({"alg":"ES256","kid":")" + std::string(10'240, 'k') + "\"}"), forged);
}

TEST_F(json_web_tokens, without_kid_need_the_only_key_of_their_alg) {
    EXPECT_EQ(judgement_of_header(R"({"alg":"ES256"})"), accepted);
    auto const other = issuer_key::p256("ec-2");
    keys = set_of(R"({"keys":[)" + made.ec.jwk() + ',' + other.jwk() + "]}");
    EXPECT_EQ(judgement_of_header(R"({"alg":"ES256"})"), unknown_key);
}

TEST_F(json_web_tokens, that_bring_their_key_or_more_rules_are_forged) {  // rows 74, 75
    auto const header = [](std::string const& more) { return R"({"alg":"ES256","kid":"ec-1",)" + more + '}'; };
    EXPECT_EQ(judgement_of_header(header(R"("jwk":)" + made.ec.jwk())), forged);
    for (auto const* more :
         {R"("jku":"https://issuer/keys")", R"("x5u":"https://issuer/c")", R"("x5c":["MII"])", R"("jwk":null)",
          R"("crit":["exp"])", R"("crit":[])", R"("crit":["b64"],"b64":false)", R"("b64":false)", R"("b64":true)",
          R"("typ":"JWE")", R"("typ":"id+jwt")", R"("typ":"ID")", R"("typ":"jwt")", R"("typ":"dpop+jwt")",
          R"("typ":"logout+jwt")", R"("typ":["JWT"])", R"("alg":"ES256")"}) {
        EXPECT_EQ(judgement_of_header(header(more)), forged) << more;
    }
    for (auto const* more : {R"("typ":"JWT")", R"("typ":"at+jwt")", R"("x5t":"abc")", R"("cty":"JWT")"}) {
        EXPECT_EQ(judgement_of_header(header(more)), accepted) << more;
    }
}

TEST_F(json_web_tokens, must_have_three_strict_parts) {
    auto const good = signer.token(claims());
    ASSERT_EQ(judge(good).judgement, accepted);
    auto const payload = good.substr(good.find('.') + 1, good.rfind('.') - good.find('.') - 1);
    for (auto const& bad :
         {std::string(), std::string("."), std::string(".."), std::string("...."), good + '.', '.' + good,
          good + ".AAAA", good + "=", good + "==", good + ' ', good + '\n', ' ' + good, good.substr(0, good.rfind('.')),
          good.substr(0, good.rfind('.') + 1), good.substr(good.find('.') + 1), good + ".a.b",
          "e30." + payload + ".AAAA", "W10." + payload + ".AAAA", "." + payload + ".AAAA"}) {
        EXPECT_EQ(judge(bad).judgement, forged) << bad;
    }
    // JWE: five parts.
    EXPECT_EQ(judge(to_base64url(R"({"alg":"dir","enc":"A256GCM"})") + "..AAAA.AAAA.AAAA").judgement, forged);
}

TEST_F(json_web_tokens, are_at_most_8_kib) {
    std::string padding;
    auto const with = [&] { return signer.token(claims({{"padding", '"' + padding + '"'}})); };
    while (with().size() + 4 <= token_bytes_max) padding += "xxx";
    while (with().size() < token_bytes_max) padding += 'x';
    ASSERT_EQ(with().size(), token_bytes_max);
    EXPECT_EQ(judge(with()).judgement, accepted);
    padding += 'x';
    EXPECT_EQ(judge(with()).judgement, forged);
}

TEST_F(json_web_tokens, need_an_exp_that_is_a_time_to_come) {  // row 76
    for (auto const* exp : {"", R"("1772323500")", "null", "true", "[]", "-1", "-0.5", "1e400", "-1e400", "1e300",
                            "18446744073709551615", "9223372036854775807", "1772323500000", "253402300800"}) {
        EXPECT_EQ(judgement_of({{"exp", exp}}), claims_refused) << exp;
    }
    EXPECT_EQ(judgement_of({{"exp", "253402300799"}}), accepted);
    EXPECT_EQ(judgement_of({{"exp", std::to_string(now_s + 1) + ".5"}}), accepted);
    EXPECT_EQ(judgement_of({{"exp", "0"}}), claims_refused);
}

TEST_F(json_web_tokens, are_judged_with_the_leeway_and_not_more) {  // row 76
    for (auto const leeway : {0s, 30s, 60s}) {
        verifier = jwt_verifier::make({"https://issuer", "shop", leeway}).value();
        auto const at = [](std::chrono::seconds by) { return std::to_string(now_s + by.count()); };
        EXPECT_EQ(judgement_of({{"exp", at(-leeway + 1s)}}), accepted);
        EXPECT_EQ(detail_of({{"exp", at(-leeway)}}), "the token has expired");
        EXPECT_EQ(judgement_of({{"nbf", at(leeway)}}), accepted);
        EXPECT_EQ(detail_of({{"nbf", at(leeway + 1s)}}), "the token is not valid yet");
        EXPECT_EQ(judgement_of({{"iat", at(leeway)}}), accepted);
        EXPECT_EQ(detail_of({{"iat", at(leeway + 1s)}}), "the token is not valid yet");
    }
    for (auto const* time : {R"("1")", "-1", "null", "1e300"}) {
        EXPECT_EQ(judgement_of({{"nbf", time}}), claims_refused) << time;
        EXPECT_EQ(judgement_of({{"iat", time}}), claims_refused) << time;
    }
}

TEST_F(json_web_tokens, are_for_this_shop_by_its_issuer) {  // row 77
    for (auto const* iss :
         {"", R"("https://other")", R"("https://issuer/")", R"("HTTPS://ISSUER")", "1", R"(["https://issuer"])"}) {
        EXPECT_EQ(detail_of({{"iss", iss}}), "the token is of another issuer") << iss;
    }
    for (auto const* aud : {"", R"("other")", R"("")", "[]", R"(["other"])", R"(["other",["shop"]])", R"(["shop",1])",
                            "1", "null", R"({"a":"shop"})", R"("shop other")", R"("Shop")"}) {
        EXPECT_EQ(detail_of({{"aud", aud}}), "the token is for another audience") << aud;
    }
    EXPECT_EQ(judgement_of({{"aud", R"(["other","shop"])"}}), accepted);
}

TEST_F(json_web_tokens, need_a_subject) {
    for (auto const& sub :
         {std::string(), std::string(R"("")"), std::string("1"), std::string(R"("a\nb")"),
          '"' + std::string(129, 'a') + '"', std::string(R"("a\u0000")"), std::string(R"("\u202Eann")")}) {
        EXPECT_EQ(judgement_of({{"sub", sub}}), claims_refused) << sub;
    }
    EXPECT_EQ(judgement_of({{"sub", '"' + std::string(128, 'a') + '"'}}), accepted);
    EXPECT_EQ(judgement_of({{"sub", R"("ann","sub":"bob")"}}), claims_refused) << "named twice";
}

TEST_F(json_web_tokens, carry_scopes_in_any_usual_form) {
    auto const scopes = [&](std::map<std::string, std::string> const& other) {
        auto const verdict = judge(signer.token(claims(other)));
        return verdict.accepted() ? verdict.who->scopes : std::vector<std::string>{"refused"};
    };
    EXPECT_THAT(scopes({{"scope", ""}}), ElementsAre());
    EXPECT_THAT(scopes({{"scope", R"(" a  b ")"}}), ElementsAre("a", "b"));
    EXPECT_THAT(scopes({{"scope", ""}, {"scp", R"(["a","b"])"}}), ElementsAre("a", "b"));
    EXPECT_THAT(scopes({{"scope", ""}, {"scp", R"("a b")"}}), ElementsAre("a", "b"));
    EXPECT_THAT(scopes({{"scope", ""}, {"scopes", R"(["a"])"}}), ElementsAre("a"));
    EXPECT_THAT(scopes({{"scope", R"("a")"}, {"scp", R"(["orders:any"])"}}), ElementsAre("a"))
        << "one of them, not all";
    std::string many = "\"a";
    for (int i = 0; i < 64; ++i) many += " a";
    for (auto const& bad : {std::string("1"), std::string("null"), std::string("{}"), std::string(R"(["a",1])"),
                            many + '"', std::string(R"(["a b"])"), std::string(R"([""])"), std::string(R"("a\tb")"),
                            '"' + std::string(129, 'a') + '"'}) {
        EXPECT_THAT(scopes({{"scope", bad}}), ElementsAre("refused")) << bad;
    }
}

TEST_F(json_web_tokens, are_bound_to_a_customer_unless_they_may_act_for_any) {
    auto const who = [&](std::map<std::string, std::string> const& other) {
        auto const verdict = judge(signer.token(claims(other)));
        return verdict.accepted() ? verdict.who->customer_id + '/' + verdict.who->account : "refused";
    };
    EXPECT_EQ(who({}), "ann/user:ann");
    EXPECT_EQ(who({{"scope", R"("orders:any")"}}), "/user:ann");
    EXPECT_EQ(who({{"scope", R"("orders:*")"}}), "/user:ann");
    verifier = jwt_verifier::make({"https://issuer", "shop", 0s, "customer_id"}).value();
    EXPECT_EQ(who({{"customer_id", R"("c-7")"}}), "c-7/user:ann");
    for (auto const* claim : {"", R"("")", "7", "null"}) EXPECT_EQ(who({{"customer_id", claim}}), "refused") << claim;
    EXPECT_EQ(who({{"scope", R"("orders:any")"}}), "/user:ann");
}

TEST_F(json_web_tokens, refusals_before_the_signature_read_alike) {
    auto const unknown = judge(signer.token(R"({"alg":"ES256","kid":"x"})", claims())).refusal;
    EXPECT_EQ(unknown.code(), shop::error_code::unauthenticated);
    EXPECT_EQ(judge("a.b").refusal, unknown);
    EXPECT_EQ(judge(signer.token(R"({"alg":"none"})", claims())).refusal, unknown);
    EXPECT_EQ(judge(issuer_key::p256("ec-1").token(claims({{"aud", R"("other")"}}))).refusal, unknown);
    EXPECT_EQ(judge(signer.token(claims({{"aud", R"("other")"}}))).refusal.code(), shop::error_code::unauthenticated);
}

TEST_F(json_web_tokens, are_remembered_only_while_they_are_valid) {
    auto const token = signer.token(claims({{"nbf", std::to_string(now_s)}}));
    auto const first = verifier->verify(token, now, keys);
    ASSERT_TRUE(first.accepted());
    EXPECT_EQ(verifier->remembered(), 1u);
    EXPECT_EQ(verifier->verify(token, now, keys).who, first.who) << "the same object: no second check";
    EXPECT_TRUE(verifier->verify(token, now + 329s, keys).accepted());
    EXPECT_EQ(verifier->verify(token, now + 330s, keys).refusal.message(), "the token has expired");
    EXPECT_EQ(verifier->verify(token, now - 31s, keys).refusal.message(), "the token is not valid yet");
    EXPECT_FALSE(judge(token + 'A').accepted());
}

TEST_F(json_web_tokens, that_are_refused_are_not_remembered) {
    EXPECT_EQ(judgement_of({{"aud", R"("other")"}}), claims_refused);
    EXPECT_EQ(judgement_of({{"exp", "1"}}), claims_refused);
    EXPECT_EQ(verifier->remembered(), 0u);
}

TEST_F(json_web_tokens, are_forgotten_when_the_keys_change) {
    auto const token = signer.token(claims());
    ASSERT_TRUE(judge(token).accepted());
    keys = set_of(R"({"keys":[)" + made.ed.jwk() + "]}");
    EXPECT_EQ(judge(token).judgement, unknown_key) << "a stolen key is taken out of the set";
    EXPECT_EQ(verifier->remembered(), 0u);
}

TEST(jwt_policies, are_checked) {
    EXPECT_TRUE(jwt_verifier::make({"i", "a", 60s}));
    for (auto const& bad : {jwt_policy{"", "a"}, jwt_policy{"i", ""}, jwt_policy{"i", "a", 61s},
                            jwt_policy{"i", "a", -1s}, jwt_policy{"i", "a", 0s, ""}}) {
        EXPECT_EQ(jwt_verifier::make(bad).error().code(), shop::error_code::invalid_value);
    }
}

TEST(verified_tokens, forget_the_one_that_was_not_shown_for_longest) {
    verified_tokens cache(2);
    auto const one = sha256("1"), two = sha256("2"), three = sha256("3");
    cache.put(one, {});
    cache.put(two, {});
    EXPECT_NE(cache.find(one), nullptr);
    cache.put(three, {});
    EXPECT_EQ(cache.size(), 2u);
    EXPECT_EQ(cache.find(two), nullptr);
    EXPECT_NE(cache.find(one), nullptr);
    cache.put(one, {{now, now}, nullptr});
    EXPECT_EQ(cache.size(), 2u);
    EXPECT_EQ(cache.find(one)->valid.until, now);
    cache.clear();
    EXPECT_EQ(cache.find(one), nullptr);
}

}  // namespace
}  // namespace shop_server
