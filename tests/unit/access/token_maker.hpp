#pragma once

#include <array>
#include <stdexcept>
#include <string>
#include <string_view>

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/hmac.h>
#include <openssl/rsa.h>

#include <shop/core/base64url.hpp>

#include "access/openssl_ptr.hpp"
#include "access/verification_key.hpp"

namespace shop_server::tests {

using shop::to_base64url;

inline unsigned char const* raw(std::string_view text) {
    return reinterpret_cast<unsigned char const*>(text.data());
}

/// A key pair made at run time, which signs as an issuer does.
class issuer_key {
public:
    static issuer_key rsa(std::string kid, unsigned bits = 2048) {
        return {"RS256", std::move(kid), EVP_RSA_gen(bits)};
    }
    static issuer_key p256(std::string kid) { return {"ES256", std::move(kid), EVP_EC_gen("P-256")}; }
    static issuer_key ed25519(std::string kid) {
        return {"EdDSA", std::move(kid), EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")};
    }
    static issuer_key hmac(std::string kid, std::string secret) {
        issuer_key made("HS256", std::move(kid), nullptr);
        made.secret = std::move(secret);
        return made;
    }

    issuer_key(std::string alg_, std::string kid_, EVP_PKEY* pair)
        : alg(std::move(alg_)), kid(std::move(kid_)), key(pair) {}

    /// The public members of the JWK, without braces: `"kty":"RSA","n":...`.
    std::string material() const {
        if (alg == "HS256") return R"("kty":"oct","k":")" + to_base64url(secret) + '"';
        if (alg == "RS256") {
            return R"("kty":"RSA","n":")" + number(OSSL_PKEY_PARAM_RSA_N) + R"(","e":")" +
                   number(OSSL_PKEY_PARAM_RSA_E) + '"';
        }
        if (alg == "ES256") {
            return R"("kty":"EC","crv":"P-256","x":")" + number(OSSL_PKEY_PARAM_EC_PUB_X, 32) + R"(","y":")" +
                   number(OSSL_PKEY_PARAM_EC_PUB_Y, 32) + '"';
        }
        std::string bytes(32, '\0');
        std::size_t size = bytes.size();
        EVP_PKEY_get_raw_public_key(key.get(), reinterpret_cast<unsigned char*>(bytes.data()), &size);
        return R"("kty":"OKP","crv":"Ed25519","x":")" + to_base64url(bytes) + '"';
    }
    /// @param more further members, each after a comma.
    std::string jwk(std::string_view more = {}) const {
        return R"({"kid":")" + kid + R"(",)" + material() + std::string(more) + '}';
    }

    std::string sign(std::string_view input) const {
        if (alg == "HS256") return hmac_of(secret, input);
        evp_md_ctx_ptr const context(EVP_MD_CTX_new());
        auto const* digest = alg == "EdDSA" ? nullptr : EVP_sha256();
        std::size_t size = 0;
        if (EVP_DigestSignInit(context.get(), nullptr, digest, nullptr, key.get()) != 1 ||
            EVP_DigestSign(context.get(), nullptr, &size, raw(input), input.size()) != 1) {
            throw std::runtime_error("cannot sign");
        }
        std::string out(size, '\0');
        EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(out.data()), &size, raw(input), input.size());
        out.resize(size);
        return alg == "ES256" ? side_by_side(out) : out;
    }

    static std::string hmac_of(std::string_view secret, std::string_view input) {
        std::string out(32, '\0');
        unsigned size = 0;
        HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()), raw(input), input.size(),
             reinterpret_cast<unsigned char*>(out.data()), &size);
        return out;
    }

    std::string header() const { return R"({"alg":")" + alg + R"(","kid":")" + kid + R"("})"; }
    std::string token(std::string_view claims) const { return token(header(), claims); }
    std::string token(std::string_view header, std::string_view claims) const {
        auto const input = to_base64url(header) + '.' + to_base64url(claims);
        return input + '.' + to_base64url(sign(input));
    }

    std::string alg;
    std::string kid;
    std::string secret;
    evp_pkey_ptr key;

private:
    std::string number(char const* name, int bytes = 0) const {
        BIGNUM* got = nullptr;
        if (EVP_PKEY_get_bn_param(key.get(), name, &got) != 1) throw std::runtime_error("no such parameter");
        bignum_ptr const value(got);
        std::string out(static_cast<std::size_t>(bytes ? bytes : BN_num_bytes(got)), '\0');
        BN_bn2binpad(got, reinterpret_cast<unsigned char*>(out.data()), static_cast<int>(out.size()));
        return to_base64url(out);
    }

    /// r and s of a DER signature.
    static std::string side_by_side(std::string_view der) {
        auto const* at = raw(der);
        ecdsa_sig_ptr const pair(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())));
        std::string out(64, '\0');
        auto* to = reinterpret_cast<unsigned char*>(out.data());
        BN_bn2binpad(ECDSA_SIG_get0_r(pair.get()), to, 32);
        BN_bn2binpad(ECDSA_SIG_get0_s(pair.get()), to + 32, 32);
        return out;
    }
};

/// One key pair of each algorithm; made once, because an RSA key takes its time.
struct issuer_keys {
    issuer_key rsa = issuer_key::rsa("rsa-1");
    issuer_key ec = issuer_key::p256("ec-1");
    issuer_key ed = issuer_key::ed25519("ed-1");
    issuer_key oct = issuer_key::hmac("oct-1", std::string(32, 's'));

    static issuer_keys const& get() {
        static issuer_keys const made;
        return made;
    }
    std::array<issuer_key const*, 4> all() const { return {&rsa, &ec, &ed, &oct}; }
    std::string jwks() const {
        return R"({"keys":[)" + rsa.jwk() + ',' + ec.jwk() + ',' + ed.jwk() + ',' + oct.jwk() + "]}";
    }
    /// Those that may be published.
    std::string public_jwks() const { return R"({"keys":[)" + rsa.jwk() + ',' + ec.jwk() + ',' + ed.jwk() + "]}"; }
};

}  // namespace shop_server::tests
