#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <shop/core/result.hpp>

#include "access/digest.hpp"
#include "role.hpp"

namespace shop_server {

inline constexpr std::size_t service_secret_bytes_min = 32;
inline constexpr std::size_t service_secret_bytes_max = 512;
inline constexpr std::size_t service_callers_max = 64;
inline constexpr std::size_t service_secret_file_bytes_max = 16 * 1024;

/// How the services of one shop know each other: the secret that this process shows, which is its role's and nobody
/// else's, and whose secrets it lets in, of which it holds only hashes. Who steals a secret can do what that one role
/// may do.
/// @par Thread safety
/// Distinct objects: safe. Shared objects: safe to read.
class service_credentials {
public:
    /// @param secret one secret, on a line of its own
    /// @param callers lines `ROLE sha256:HEX`; empty lines and lines that begin with `#` are passed over. A role may
    /// have several: to change a secret, add the hash of the new one, let the role show it, take out the old one's
    /// @par Errors
    /// `invalid_value`, with the setting, the line and what to mend.
    static shop::result<service_credentials> parse(std::optional<std::string_view> secret,
                                                   std::optional<std::string_view> callers);
    /// @param secret, callers paths of files; empty: shows nothing, lets nobody in
    /// @par Errors
    /// Those of `read_guarded_file` and `parse`, with the setting in front.
    static shop::result<service_credentials> read(std::string const& secret, std::string const& callers);

    /// Whose secret the value of an `Authorization` field holds; nothing for anything else. Takes as long whoever it
    /// is.
    std::optional<role> caller(std::string_view authorization) const;
    /// The value of the `Authorization` field to send; empty: none.
    std::string const& authorization() const { return sent_; }

    /// Whether both let in the same callers by the same secrets, and show the same.
    friend bool operator==(service_credentials const&, service_credentials const&) = default;

private:
    struct known_caller {
        role who;
        sha256_digest hash;
        friend bool operator==(known_caller const&, known_caller const&) = default;
    };
    shop::result<void> set_secret(std::string_view text);
    shop::result<void> set_callers(std::string_view text);

    std::string sent_;
    std::vector<known_caller> callers_;
};

}  // namespace shop_server
