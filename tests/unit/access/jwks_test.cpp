#include "access/jwks.hpp"

#include <gmock/gmock.h>

#include "token_maker.hpp"

namespace shop_server {
namespace {

using shop::to_base64url;
using testing::HasSubstr;
using tests::issuer_key;
using tests::issuer_keys;

std::string set_of(std::string const& keys) {
    return R"({"keys":[)" + keys + "]}";
}

/// How many keys are taken, or why the set is refused.
std::string outcome_of(std::string const& text, jwks_secrets secrets = jwks_secrets::allow) {
    auto const read = jwks::parse(text, secrets);
    return read ? std::to_string(read->size()) : std::string(read.error().message());
}

TEST(jwks, hold_keys_that_verify_what_their_pairs_sign) {
    auto const& made = issuer_keys::get();
    auto const set = jwks::parse(made.jwks(), jwks_secrets::allow).value();
    EXPECT_EQ(set.size(), 4u);
    for (auto const* pair : made.all()) {
        auto const* key = set.find(pair->kid, jws_algorithm::hs256);
        ASSERT_NE(key, nullptr) << pair->kid;
        EXPECT_EQ(shop::to_word(key->algorithm()), pair->alg);
        auto const signature = pair->sign("words");
        EXPECT_TRUE(key->verifies("words", signature)) << pair->alg;
        EXPECT_FALSE(key->verifies("Words", signature)) << pair->alg;
        EXPECT_FALSE(key->verifies("words", "")) << pair->alg;
        EXPECT_FALSE(key->verifies("words", signature + '\0')) << pair->alg;
        EXPECT_FALSE(key->verifies("words", signature.substr(1))) << pair->alg;
        for (std::size_t i = 0; i < signature.size(); i += 7) {
            auto other = signature;
            other[i] = static_cast<char>(other[i] ^ 1);
            EXPECT_FALSE(key->verifies("words", other)) << pair->alg;
        }
        EXPECT_EQ(ERR_peek_error(), 0u) << "nothing is left for TLS to stumble over";
    }
}

TEST(jwks, take_es256_signatures_as_two_numbers_only) {
    auto const& pair = issuer_keys::get().ec;
    auto const set = jwks::parse(set_of(pair.jwk())).value();
    auto const* key = set.find(pair.kid, jws_algorithm::es256);
    EXPECT_FALSE(key->verifies("words", std::string(64, '\0'))) << "r = s = 0 (CVE-2022-21449)";
    EXPECT_FALSE(key->verifies("words", std::string(64, '\xff')));
    evp_md_ctx_ptr const context(EVP_MD_CTX_new());
    std::string der(80, '\0');
    std::size_t size = der.size();
    EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, pair.key.get());
    EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(der.data()), &size, tests::raw("words"), 5);
    EXPECT_FALSE(key->verifies("words", der.substr(0, size))) << "DER";
}

TEST(jwks, bind_each_key_to_its_alg_or_else_its_type) {
    auto const& made = issuer_keys::get();
    EXPECT_EQ(outcome_of(set_of(made.rsa.jwk(R"(,"alg":"RS256")"))), "1");
    EXPECT_EQ(outcome_of(set_of(made.rsa.jwk(R"(,"alg":"HS256")"))), "/keys/0/alg is not of the type of this key");
    EXPECT_EQ(outcome_of(set_of(made.oct.jwk(R"(,"alg":"RS256")"))), "/keys/0/alg is not of the type of this key");
    for (auto const* unused : {"RS512", "PS256", "none", "RSA-OAEP", ""}) {
        EXPECT_EQ(outcome_of(set_of(made.rsa.jwk(R"(,"alg":")" + std::string(unused) + '"'))), "0") << unused;
    }
}

TEST(jwks, pass_over_what_is_not_for_verifying) {
    auto const& rsa = issuer_keys::get().rsa;
    EXPECT_EQ(outcome_of(set_of(rsa.jwk(R"(,"use":"sig","x5t":"abc","x5c":["MII"])"))), "1");
    EXPECT_EQ(outcome_of(set_of(rsa.jwk(R"(,"use":"enc")"))), "0");
    EXPECT_EQ(outcome_of(set_of(rsa.jwk(R"(,"key_ops":["encrypt"])"))), "0");
    EXPECT_EQ(outcome_of(set_of(rsa.jwk(R"(,"key_ops":["sign","verify"])"))), "1");
    EXPECT_EQ(outcome_of(set_of(R"({"kty":"AKP","pub":7},{"kty":"EC","crv":"P-384","x":"AA","y":"AA"},)"
                                R"({"kty":"OKP","crv":"X25519","x":"AA"})")),
              "0");
    EXPECT_EQ(outcome_of(R"({"keys":[]})"), "0");
}

TEST(jwks, refuse_private_keys_whatever_their_use) {
    auto const& made = issuer_keys::get();
    for (auto const* member : {"d", "p", "q", "dp", "dq", "qi", "oth"}) {
        auto const more = ",\"use\":\"enc\",\"" + std::string(member) + "\":\"AAAA\"";
        EXPECT_THAT(outcome_of(set_of(made.rsa.jwk(more))), HasSubstr("/keys/0 holds a private key")) << member;
    }
    EXPECT_THAT(outcome_of(set_of(made.ec.jwk(R"(,"d":"AAAA")"))), HasSubstr("/keys/0 holds a private key"));
    EXPECT_THAT(outcome_of(set_of(made.ed.jwk(R"(,"d":"AAAA")"))), HasSubstr("/keys/0 holds a private key"));
}

TEST(jwks, refuse_weak_and_broken_keys) {
    auto const weak = issuer_key::rsa("weak", 1024);
    EXPECT_EQ(outcome_of(set_of(weak.jwk())), "/keys/0 must have at least 2048 bits");
    EXPECT_EQ(outcome_of(set_of(issuer_key::hmac("short", std::string(31, 's')).jwk())),
              "/keys/0 must have at least 32 bytes");
    EXPECT_EQ(outcome_of(set_of(issuer_key::hmac("enough", std::string(32, 's')).jwk())), "1");
    EXPECT_EQ(outcome_of(set_of(R"({"kty":"RSA","e":"AQAB"})")), "/keys/0 must have n and e as base64url");
    auto const huge = to_base64url(std::string(1025, '\x7f') + '\x01');
    EXPECT_EQ(outcome_of(set_of(R"({"kty":"RSA","e":"AQAB","n":")" + huge + "\"}")),
              "/keys/0 must have at most 8192 bits");
    auto const even = to_base64url(std::string(256, '\xfe'));
    EXPECT_THAT(outcome_of(set_of(R"({"kty":"RSA","e":"AQAB","n":")" + even + "\"}")), HasSubstr("are odd"));
    auto const odd = to_base64url(std::string(256, '\xff'));
    EXPECT_THAT(outcome_of(set_of(R"({"kty":"RSA","e":"AQ","n":")" + odd + "\"}")), HasSubstr("and not 1"));
    EXPECT_THAT(outcome_of(set_of(R"({"kty":"RSA","e":"AQAAAAAAAAAB","n":")" + odd + "\"}")), HasSubstr("64 bits"));
    EXPECT_EQ(outcome_of(set_of(R"({"kty":"RSA","e":"AQAB","n":"++=="})")), "/keys/0 must have n and e as base64url");
    auto const one = to_base64url(std::string(32, '\x01'));
    EXPECT_EQ(outcome_of(set_of(R"({"kty":"EC","crv":"P-256","x":")" + one + R"(","y":")" + one + "\"}")),
              "/keys/0 must be a point of P-256");
    EXPECT_EQ(outcome_of(set_of(R"({"kty":"EC","crv":"P-256","x":"AA","y":")" + one + "\"}")),
              "/keys/0 must have coordinates of 32 bytes each");
    EXPECT_EQ(outcome_of(set_of(R"({"kty":"OKP","crv":"Ed25519","x":"AAAA"})")), "/keys/0 must have 32 bytes");
}

TEST(jwks, refuse_a_kid_that_occurs_twice) {
    auto const& rsa = issuer_keys::get().rsa;
    EXPECT_EQ(outcome_of(set_of(rsa.jwk() + ',' + rsa.jwk())), "/keys/1/kid is that of another key, too");
    EXPECT_EQ(outcome_of(set_of(issuer_key::hmac(std::string(257, 'k'), std::string(32, 's')).jwk())),
              "/keys/0/kid must have at most 256 bytes");
}

TEST(jwks, that_are_published_hold_no_secrets) {
    auto const& made = issuer_keys::get();
    EXPECT_THAT(outcome_of(made.jwks(), jwks_secrets::refuse), HasSubstr("/keys/3 is a secret"));
    EXPECT_EQ(outcome_of(made.public_jwks(), jwks_secrets::refuse), "3");
    EXPECT_TRUE(jwks::parse(made.jwks(), jwks_secrets::allow)->holds_secrets());
    EXPECT_FALSE(jwks::parse(made.public_jwks())->holds_secrets());
}

TEST(jwks, are_bounded) {
    std::string many;
    for (int i = 0; i < 101; ++i) many += std::string(i ? "," : "") + R"({"kty":"unknown"})";
    EXPECT_EQ(outcome_of(set_of(many)), "/keys must be at most 100");
    EXPECT_EQ(outcome_of(R"({"keys":[)" + std::string(jwks_bytes_max, ' ') + "]}"), "must have at most 262144 bytes");
    EXPECT_EQ(outcome_of(R"({"keys":[)" + std::string(jwks_bytes_max - 11, ' ') + "]}"), "0");
}

TEST(jwks, that_are_none_are_refused) {
    for (auto const* text :
         {"", "{", "[]", "{}", "null", R"({"keys":{}})", R"({"keys":[1]})", R"({"keys":[{}]})",
          R"({"keys":[{"kty":1}]})", R"({"keys":[],"keys":[]})", R"({"keys":[{"kty":"RSA","n":1}]})"}) {
        EXPECT_FALSE(jwks::parse(text)) << text;
    }
}

TEST(jwks, find_a_key_without_kid_only_if_it_is_the_only_one) {
    auto const& made = issuer_keys::get();
    auto const other = issuer_key::p256("ec-2");
    auto const one = jwks::parse(set_of(made.ec.jwk() + ',' + made.ed.jwk())).value();
    EXPECT_NE(one.find({}, jws_algorithm::es256), nullptr);
    EXPECT_EQ(one.find({}, jws_algorithm::rs256), nullptr);
    auto const two = jwks::parse(set_of(made.ec.jwk() + ",{" + other.material() + "}")).value();
    EXPECT_EQ(two.size(), 2u);
    EXPECT_EQ(two.find({}, jws_algorithm::es256), nullptr);
    EXPECT_NE(two.find("ec-1", jws_algorithm::es256), nullptr);
    EXPECT_EQ(two.find("", jws_algorithm::es256), nullptr);
}

}  // namespace
}  // namespace shop_server
