#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <shop/core/result.hpp>

#include "auth/digest.hpp"

namespace shop_server {

inline constexpr std::size_t service_secret_bytes_min = 32;
inline constexpr std::size_t service_secret_bytes_max = 512;
inline constexpr std::size_t service_secrets_max = 16;
inline constexpr std::size_t service_secret_file_bytes_max = 16 * 1024;

/// The secrets by which the services of one shop know each other. All of them are accepted, the first is sent: to
/// rotate, add the new one last everywhere, then move it to the front everywhere, then take the old one out.
/// @par Thread safety
/// Distinct objects: safe. Shared objects: safe to read.
class service_credentials {
public:
    /// Reads one secret per line; empty lines are passed over.
    /// @par Errors
    /// `invalid_value`, with the number of the line and what to mend.
    static shop::result<service_credentials> parse(std::string_view text);
    /// @par Errors
    /// Those of `read_guarded_file` and `parse`.
    static shop::result<service_credentials> read(std::string const& path);

    /// Whether the value of an `Authorization` field holds one of the secrets. Takes as long whichever it is.
    bool accepts(std::string_view authorization) const;
    /// The value of the `Authorization` field to send.
    std::string const& authorization() const { return sent_; }

private:
    std::string sent_;
    std::vector<sha256_digest> accepted_;
};

}  // namespace shop_server
