#pragma once

#include <string_view>

#include <shop/core/result.hpp>

#include "access/jwt.hpp"

namespace shop_server {

/// What the claims of a token come to: who it is, and when.
/// @param payload signed by the issuer, but still to be read with care.
/// @par Errors
/// `unauthenticated`, with a detail that names the claim. The times are not compared with any clock here.
shop::result<verified_tokens::entry> read_claims(std::string_view payload, jwt_policy const& policy);

}  // namespace shop_server
