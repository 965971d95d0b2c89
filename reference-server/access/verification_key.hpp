#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include <openssl/types.h>

#include <shop/core/result.hpp>

namespace shop_server {

/// The algorithms tokens may be signed with; there are no others, `none` least of all.
enum class jws_algorithm { hs256, rs256, es256, eddsa };
constexpr std::array<std::string_view, 4> words_of(jws_algorithm) {
    return {"HS256", "RS256", "ES256", "EdDSA"};
}

inline constexpr std::size_t hmac_key_bytes_min = 32;
inline constexpr int rsa_key_bits_min = 2048;
inline constexpr int rsa_key_bits_max = 8192;  // a larger one is a means to keep this server busy

/// A key that checks signatures of exactly one algorithm (RFC 7518, RFC 8037): what a token says of its algorithm can
/// never turn a public key into a secret.
/// @par Thread safety
/// Distinct objects: safe. Shared objects: safe to read.
class verification_key {
public:
    /// Each takes big-endian bytes as a JWK has them.
    /// @par Errors
    /// `invalid_value`, with what to mend.
    static shop::result<verification_key> hs256(std::string secret);
    static shop::result<verification_key> rs256(std::string_view modulus, std::string_view exponent);
    static shop::result<verification_key> es256(std::string_view x, std::string_view y);
    static shop::result<verification_key> eddsa(std::string_view public_key);

    jws_algorithm algorithm() const { return algorithm_; }

    /// Whether `signature` is of this key over `input`; false for whatever is no signature at all.
    bool verifies(std::string_view input, std::string_view signature) const;

private:
    verification_key(jws_algorithm algorithm, std::shared_ptr<EVP_PKEY> key)
        : algorithm_(algorithm), key_(std::move(key)) {}
    explicit verification_key(std::string secret) : algorithm_(jws_algorithm::hs256), secret_(std::move(secret)) {}

    jws_algorithm algorithm_;
    std::shared_ptr<EVP_PKEY> key_;  // none for hs256
    std::string secret_;             // for hs256 alone
};

}  // namespace shop_server
