#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include <shop/core/call.hpp>
#include <shop/core/result.hpp>
#include <shop/core/time.hpp>

#include "access/jwks.hpp"
#include "access/jws.hpp"
#include "access/verified_tokens.hpp"

namespace shop_server {

inline constexpr std::chrono::seconds jwt_leeway_max{60};
inline constexpr std::size_t jwt_subject_bytes_max = 128;  // as much as the id of a customer may have
inline constexpr std::size_t jwt_scopes_max = 64;
inline constexpr std::size_t verified_tokens_max = 10'000;

/// Which tokens are for this shop.
struct jwt_policy {
    std::string issuer;                  ///< `iss` must be equal
    std::string audience;                ///< must be `aud` or among it
    std::chrono::seconds leeway{30};     ///< how far clocks may be apart: 0 to `jwt_leeway_max`
    std::string customer_claim = "sub";  ///< which claim names the customer
};

enum class jwt_judgement {
    accepted,
    forged,          ///< no token, or not signed by a key of the issuer
    unknown_key,     ///< names a key that is not in the set: a newer one may have it
    claims_refused,  ///< the issuer signed it, but it is not (or no longer) for us
};

struct jwt_verdict {
    jwt_judgement judgement = jwt_judgement::forged;
    std::shared_ptr<shop::principal const> who;  ///< if accepted
    shop::error refusal;                         ///< if not: `unauthenticated`

    bool accepted() const { return judgement == jwt_judgement::accepted; }
};

/// Judges JSON Web Tokens (RFC 7519, RFC 8725, RFC 9068) by a policy.
///
/// The account of a token is `user:` and its `sub`; no account of an API key has a colon. Its scopes are those of
/// `scope`, else `scp`, else `scopes`: a text with blanks between, or an array. Who holds `orders:any` is bound to no
/// customer; for everybody else the customer claim must be there.
/// @par Thread safety
/// Distinct objects: safe. Shared objects: unsafe.
class jwt_verifier {
public:
    /// @par Errors
    /// `invalid_value` for a policy without issuer, audience or customer claim, or with a leeway out of its range.
    static shop::result<std::shared_ptr<jwt_verifier>> make(jwt_policy policy);

    /// Judges a token. One that was accepted is remembered until another one needs its place or `keys` is another
    /// set, but accepted only while its times allow.
    /// @param keys those of the issuer, now; not null.
    /// @par Errors
    /// Only `unauthenticated`. Before the signature is checked, all refusals read alike.
    jwt_verdict verify(std::string_view token, shop::timestamp now, std::shared_ptr<jwks const> const& keys);

    std::size_t remembered() const { return verified_.size(); }

private:
    explicit jwt_verifier(jwt_policy policy) : policy_(std::move(policy)), verified_(verified_tokens_max) {}

    jwt_policy policy_;
    verified_tokens verified_;
    std::shared_ptr<jwks const> verified_by_;
};

}  // namespace shop_server
