#pragma once

#include <string_view>

#include <shop/async/service_context.hpp>
#include <shop/http/message.hpp>

#include "access/rate_limiter.hpp"
#include "access/security_log.hpp"

namespace shop_server {

/// Lines about one client; the ones beyond are counted and not written, so that nobody can fill the disk.
inline constexpr request_rate refusal_lines_rate{.per_second = 0.1, .burst = 20};

/// Tells the security log of answers 401, 403 and 429: who asked for what, from where, with which key. Of a key only
/// the id is read, and of no other credential anything.
/// @par Thread safety
/// Shared objects: unsafe; to be used from the executor of its context.
class refusal_log {
public:
    /// @param to outlives this object
    refusal_log(shop::service_context context, hash_seed seed, security_log& to);

    /// @param account whose request it is, where `request.by` does not say it
    void answered(shop::http::request const& request, unsigned status, std::string_view operation,
                  std::string_view account = {});

private:
    shop::service_context context_;
    security_log* to_;
    rate_limiter lines_;
};

}  // namespace shop_server
