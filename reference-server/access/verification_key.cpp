#include "access/verification_key.hpp"

#include <optional>
#include <utility>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/hmac.h>

#include "access/openssl_ptr.hpp"

namespace shop_server {

namespace {

constexpr std::size_t p256_coordinate_bytes = 32;
constexpr std::size_t ed25519_key_bytes = 32;
constexpr std::size_t ed25519_signature_bytes = 64;
constexpr std::size_t rsa_exponent_bytes_max = 8;
constexpr std::size_t rsa_modulus_bytes_max = rsa_key_bits_max / 8 + 1;  // some write a zero before it

unsigned char const* bytes_of(std::string_view text) {
    return reinterpret_cast<unsigned char const*>(text.data());
}

shop::error refuse_key(std::string why) {
    return {shop::error_code::invalid_value, std::move(why)};
}

bignum_ptr number_of(std::string_view big_endian) {
    return bignum_ptr(BN_bin2bn(bytes_of(big_endian), static_cast<int>(big_endian.size()), nullptr));
}

/// A public key of the parameters that `build` holds; none if they are not those of a key.
std::shared_ptr<EVP_PKEY> make_public_key(char const* type, OSSL_PARAM_BLD* build) {
    params_ptr const params(OSSL_PARAM_BLD_to_param(build));
    evp_pkey_ctx_ptr const context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
    EVP_PKEY* made = nullptr;
    if (!params || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
        EVP_PKEY_fromdata(context.get(), &made, EVP_PKEY_PUBLIC_KEY, params.get()) != 1) {
        return nullptr;
    }
    return {made, openssl_free<EVP_PKEY_free>{}};
}

/// A JWS has the two numbers side by side (RFC 7518, 3.4), OpenSSL wants them as DER.
std::optional<std::string> der_signature(std::string_view r_and_s) {
    if (r_and_s.size() != 2 * p256_coordinate_bytes) return std::nullopt;
    ecdsa_sig_ptr const pair(ECDSA_SIG_new());
    auto r = number_of(r_and_s.substr(0, p256_coordinate_bytes)), s = number_of(r_and_s.substr(p256_coordinate_bytes));
    if (!pair || !r || !s || ECDSA_SIG_set0(pair.get(), r.get(), s.get()) != 1) return std::nullopt;
    static_cast<void>(r.release());  // the pair owns both now
    static_cast<void>(s.release());
    unsigned char* der = nullptr;
    auto const size = i2d_ECDSA_SIG(pair.get(), &der);
    if (size <= 0) return std::nullopt;
    std::string out(reinterpret_cast<char const*>(der), static_cast<std::size_t>(size));
    OPENSSL_free(der);
    return out;
}

bool hmac_matches(std::string_view secret, std::string_view input, std::string_view signature) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> made;
    unsigned size = 0;
    if (!HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()), bytes_of(input), input.size(), made.data(),
              &size)) {
        return false;
    }
    return signature.size() == size && CRYPTO_memcmp(made.data(), signature.data(), size) == 0;
}

bool signature_matches(EVP_PKEY* key, EVP_MD const* digest, std::string_view input, std::string_view signature) {
    evp_md_ctx_ptr const context(EVP_MD_CTX_new());
    return context && EVP_DigestVerifyInit(context.get(), nullptr, digest, nullptr, key) == 1 &&
           EVP_DigestVerify(context.get(), bytes_of(signature), signature.size(), bytes_of(input), input.size()) == 1;
}

}  // namespace

shop::result<verification_key> verification_key::hs256(std::string secret) {
    if (secret.size() < hmac_key_bytes_min) return refuse_key("must have at least 32 bytes");
    return verification_key(std::move(secret));
}

shop::result<verification_key> verification_key::rs256(std::string_view modulus, std::string_view exponent) {
    quiet_openssl const quiet;
    if (modulus.size() > rsa_modulus_bytes_max) return refuse_key("must have at most 8192 bits");
    if (exponent.size() > rsa_exponent_bytes_max) return refuse_key("must have an exponent of at most 64 bits");
    auto const n = number_of(modulus), e = number_of(exponent);
    if (!n || !e) return shop::error(shop::error_code::internal);
    if (BN_num_bits(n.get()) < rsa_key_bits_min) return refuse_key("must have at least 2048 bits");
    if (BN_num_bits(n.get()) > rsa_key_bits_max) return refuse_key("must have at most 8192 bits");
    bool const odd = BN_is_odd(n.get()) && BN_is_odd(e.get());
    if (!odd || BN_is_one(e.get())) return refuse_key("must be an RSA key: modulus and exponent are odd, and not 1");

    param_build_ptr const build(OSSL_PARAM_BLD_new());
    if (!build || OSSL_PARAM_BLD_push_BN(build.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) != 1 ||
        OSSL_PARAM_BLD_push_BN(build.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) != 1) {
        return shop::error(shop::error_code::internal);
    }
    auto key = make_public_key("RSA", build.get());
    if (!key) return refuse_key("is no RSA key");
    return verification_key(jws_algorithm::rs256, std::move(key));
}

shop::result<verification_key> verification_key::es256(std::string_view x, std::string_view y) {
    quiet_openssl const quiet;
    if (x.size() != p256_coordinate_bytes || y.size() != p256_coordinate_bytes) {
        return refuse_key("must have coordinates of 32 bytes each");
    }
    std::string point("\x04");  // not compressed: both coordinates follow
    point.append(x).append(y);
    param_build_ptr const build(OSSL_PARAM_BLD_new());
    if (!build || OSSL_PARAM_BLD_push_utf8_string(build.get(), OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0) != 1 ||
        OSSL_PARAM_BLD_push_octet_string(build.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()) != 1) {
        return shop::error(shop::error_code::internal);
    }
    auto key = make_public_key("EC", build.get());
    if (!key) return refuse_key("must be a point of P-256");
    evp_pkey_ctx_ptr const check(EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr));
    if (!check || EVP_PKEY_public_check(check.get()) != 1) return refuse_key("must be a point of P-256");
    return verification_key(jws_algorithm::es256, std::move(key));
}

shop::result<verification_key> verification_key::eddsa(std::string_view public_key) {
    quiet_openssl const quiet;
    if (public_key.size() != ed25519_key_bytes) return refuse_key("must have 32 bytes");
    param_build_ptr const build(OSSL_PARAM_BLD_new());
    if (!build || OSSL_PARAM_BLD_push_octet_string(build.get(), OSSL_PKEY_PARAM_PUB_KEY, public_key.data(),
                                                   public_key.size()) != 1) {
        return shop::error(shop::error_code::internal);
    }
    auto key = make_public_key("ED25519", build.get());
    if (!key) return refuse_key("is no Ed25519 key");
    return verification_key(jws_algorithm::eddsa, std::move(key));
}

bool verification_key::verifies(std::string_view input, std::string_view signature) const {
    quiet_openssl const quiet;
    switch (algorithm_) {
        case jws_algorithm::hs256:
            return hmac_matches(secret_, input, signature);
        case jws_algorithm::rs256:
            return signature_matches(key_.get(), EVP_sha256(), input, signature);
        case jws_algorithm::es256: {
            auto const der = der_signature(signature);
            return der && signature_matches(key_.get(), EVP_sha256(), input, *der);
        }
        case jws_algorithm::eddsa:
            return signature.size() == ed25519_signature_bytes &&
                   signature_matches(key_.get(), nullptr, input, signature);  // it brings its own digest
    }
    return false;
}

}  // namespace shop_server
