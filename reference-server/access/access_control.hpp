#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <shop/async/service_context.hpp>
#include <shop/http/rest.hpp>

#include "access/authenticator.hpp"
#include "access/key_watch.hpp"
#include "access/rate_limiter.hpp"
#include "access/refusal_log.hpp"
#include "access/security_log.hpp"
#include "settings.hpp"

namespace shop_server {

/// Who is let in to the public API, and how often: API keys, JSON Web Tokens, rates.
///
/// Where neither keys nor an issuer of tokens are set, everybody is the principal `local`; such a server only listens
/// on loopback.
/// @par Thread safety
/// As `shop::http::access_control`.
class access_control final : public shop::http::access_control {
public:
    /// @par Errors
    /// `invalid_value` and others, with the name of the setting in front.
    /// @param security outlives the object
    static shop::result<std::unique_ptr<access_control>> open(settings const& with, shop::service_context context,
                                                              security_log& security);
    ~access_control() override;

    /// Counts a request of an address, whatever it asks for.
    /// @return the refusal, if there were too many
    std::optional<shop::http::response> count(shop::http::request const& head);
    /// Whether callers need not say who they are.
    bool is_open() const { return is_open_; }

    std::optional<shop::http::access_decision> judge(shop::http::request const& head) override;
    asio::awaitable<shop::http::access_decision> judge_later(shop::http::request const& head) override;

    std::function<bool()> follow(shop::http::request const& head) override;

    /// Reads keys and rates again, each by itself: what cannot be read stays as it was, and so does what was taken of
    /// the rates. Whether callers must say who they are does not change.
    /// @return why something could not be read, with the name of its setting in front
    std::vector<std::string> reload(settings const& with);

    /// Is told of each answer; see `refusal_log`.
    void answered(shop::http::request const& request, unsigned status, std::string_view operation) {
        refusals_.answered(request, status, operation);
    }

    std::uint64_t rate_limited() const { return rate_limited_; }
    std::uint64_t unauthenticated() const { return unauthenticated_; }

private:
    access_control(shop::service_context context, bool is_open, security_log& security);

    shop::result<void> use_keys(settings const& with);
    void use_rates(settings const& with);
    void use_rate(std::optional<rate_limiter>& limiter, std::optional<request_rate> const& rate);
    shop::result<void> use_tokens(settings const& with);
    shown_credentials shown_by(shop::http::request const& head) const;
    shop::http::access_decision let_in(authentication who, shop::http::request const& head);
    std::optional<shop::http::response> too_often(rate_limiter& limiter, std::uint64_t key,
                                                  shop::http::request const& head, std::string* fields);

    shop::service_context context_;
    hash_seed seed_;
    authenticator credentials_;
    key_watch key_watch_;
    refusal_log refusals_;
    bool is_open_;  ///< nobody needs to say who they are
    std::optional<rate_limiter> by_account_, by_address_;
    std::shared_ptr<jwks_file> token_keys_file_;
    std::shared_ptr<jwks_url> token_keys_url_;
    std::uint64_t rate_limited_ = 0;
    std::uint64_t unauthenticated_ = 0;
};

}  // namespace shop_server
