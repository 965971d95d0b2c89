#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <shop/core/result.hpp>
#include <shop/core/time.hpp>

/// Signatures of Standard Webhooks 1.0.
namespace shop_server::webhook {

inline constexpr std::string_view secret_prefix = "whsec_";
inline constexpr std::size_t secret_bytes_min = 24, secret_bytes_max = 64, secret_bytes_drawn = 32;

/// A secret as its receiver is given it: `whsec_` and padded standard base64, of the system's randomness.
/// @par Errors
/// `internal` if the system has none.
shop::result<std::string> draw_secret();

/// The bytes of a secret; nothing for a text that is none, or whose bytes are too few or too many.
std::optional<std::string> bytes_of_secret(std::string_view secret);

/// The head of a message.
struct signed_head {
    std::string timestamp;  ///< `webhook-timestamp`: seconds since 1970
    std::string signature;  ///< `webhook-signature`: one for each secret, parted by blanks
};

/// Signs `id.timestamp.body` with each secret, in their order.
/// @par Errors
/// `internal` for a text that is no secret.
shop::result<signed_head> sign(std::string_view id, shop::timestamp now, std::string_view body,
                               std::span<std::string const> secrets);

}  // namespace shop_server::webhook
