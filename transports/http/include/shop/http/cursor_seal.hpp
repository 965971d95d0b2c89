#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <shop/core/result.hpp>

namespace shop::http {

inline constexpr std::size_t cursor_secret_bytes_min = 32;  ///< of what the key is made from

/// Seals the cursors of lists on their way to clients: a sealed cursor tells nothing of what is in it, and is good for
/// whom it was made and the same list with the same filters only.
///
/// Deterministic authenticated encryption (AES-SIV, RFC 5297) of the cursor that a service made, bound to a text by its
/// authentication: equal pages get equal cursors, and one byte that differs, in the cursor or in that text, is refused.
/// @par Thread safety
/// Distinct objects: safe. Shared objects: safe.
class cursor_seal {
public:
    /// With a secret of its own, drawn at random: what it seals is good in this process only.
    /// @throws std::runtime_error without a source of random numbers.
    static cursor_seal drawn();
    /// With a shared one: what it seals is good wherever the same secret is known.
    /// @param secret at least `cursor_secret_bytes_min` bytes that nobody can guess.
    /// @par Errors
    /// `invalid_value` if it is shorter.
    static result<cursor_seal> from(std::string_view secret);

    /// @param bound_to whom and what the cursor is for.
    /// @return base64url text.
    std::string seal(std::string_view bound_to, std::string_view cursor) const;
    /// The cursor that was sealed for the same.
    /// @par Errors
    /// `malformed_request` at "cursor" for anything else.
    result<std::string> open(std::string_view bound_to, std::string_view sealed) const;

private:
    using key = std::array<std::uint8_t, 64>;

    explicit cursor_seal(key const& with);

    struct contexts;
    std::shared_ptr<contexts const> keyed_;  ///< copied for each cursor: setting a key up costs far more
};

}  // namespace shop::http
