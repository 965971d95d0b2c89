#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <boost/asio/awaitable.hpp>
#include <boost/system/result.hpp>

#include <shop/async/service_context.hpp>
#include <shop/core/call.hpp>

#include "access/api_keys.hpp"
#include "access/jwks_source.hpp"
#include "access/jwt.hpp"
#include "access/rate_limiter.hpp"

namespace shop_server {

namespace asio = boost::asio;

/// Bad credentials of one address that are answered 401; the next ones are answered 429.
inline constexpr request_rate bad_credentials_rate{.per_second = 0.1, .burst = 10};

/// Tokens of one address that may wait for newer keys of the issuer; the next ones are answered 429.
inline constexpr request_rate awaited_keys_rate{.per_second = 1, .burst = 100};

/// What the head of a request shows of who sent it.
class shown_credentials {
public:
    /// @param authorization the value of the one `Authorization` field, if there is one.
    /// @param token_in_query whether the query has `access_token` or `api_key`.
    /// @param client the address of who asks, as text without a port.
    shown_credentials(std::optional<std::string_view> authorization, bool token_in_query, std::string_view client)
        : authorization(authorization), token_in_query(token_in_query), client(client) {}

    std::optional<std::string> authorization;
    bool token_in_query;
    std::string client;
};

/// Why somebody is not let in.
struct denial {
    shop::error reason;
    std::string challenge;  ///< the value of `WWW-Authenticate` (RFC 6750, 3) for a 401 or 400; empty: none
};

/// Found by Boost.System's `result::value()` through ADL.
[[noreturn]] inline void throw_exception_from_error(denial const& d, boost::source_location const&) {
    throw shop::failure(d.reason);
}

using authentication = boost::system::result<std::shared_ptr<shop::principal const>, denial>;

/// Says who sends a request: the owner of an API key, or the subject of a JSON Web Token.
///
/// Bad credentials are counted per address, and beyond `bad_credentials_rate` answered `rate_limited`, so that guessing
/// does not pay. Good ones are let in whatever others at the same address have sent; requests without credentials, and
/// credentials that were good until they expired, are no guesses. Whether a token is a guess may be known only when
/// newer keys of the issuer are there: how many of one address wait for them is bounded by `awaited_keys_rate`.
/// @par Thread safety
/// Shared objects: unsafe; to be used from the executor of its context.
class authenticator {
public:
    authenticator(shop::service_context context, hash_seed seed);

    /// From now on these keys count; none: no API key does.
    void use_api_keys(std::shared_ptr<api_keys const> keys) { keys_ = std::move(keys); }
    /// Is told of each request that an API key is accepted for.
    using key_used_function = std::function<void(std::string_view id, shop::timestamp now)>;
    void on_key_used(key_used_function tell) { key_used_ = std::move(tell); }
    /// From now on this policy counts, with the keys of this source; none: no token does. Both or neither is null.
    void use_tokens(std::shared_ptr<jwt_verifier> verifier, std::shared_ptr<jwks_source> source);

    /// Decides by what is known now: for all but the first token of a new key.
    /// @return nothing if newer keys of the issuer may decide: `authenticate` waits for them. That was counted.
    std::optional<authentication> decide(shown_credentials const& shown);

    /// Decides what `decide` could not; may wait `jwks_fetch_max` for newer keys of the issuer.
    /// @par Errors
    /// `unauthenticated`; `malformed_request` for a token in the query; `rate_limited` with `retry_after_s`;
    /// `unavailable` while the keys of the issuer of a token are not known.
    asio::awaitable<authentication> authenticate(shown_credentials shown);

private:
    enum class newer_keys { to_be_awaited, not_to_be_had };
    std::optional<authentication> judge(shown_credentials const& shown, newer_keys keys);
    std::optional<authentication> judge_token(shown_credentials const& shown, std::string_view token, newer_keys keys);
    authentication judge_api_key(shown_credentials const& shown, std::string_view token);
    std::optional<authentication> await_keys(shown_credentials const& shown);
    static denial deny_for_now(rate_decision const& counted, std::string detail);
    authentication count_and_deny(shown_credentials const& shown, shop::error reason, std::string_view challenge);

    shop::service_context context_;
    rate_limiter bad_credentials_, awaited_keys_;
    std::shared_ptr<api_keys const> keys_;
    key_used_function key_used_;
    std::shared_ptr<jwt_verifier> verifier_;
    std::shared_ptr<jwks_source> source_;
};

}  // namespace shop_server
