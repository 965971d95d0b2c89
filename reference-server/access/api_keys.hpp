#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include <shop/core/call.hpp>
#include <shop/core/describe.hpp>
#include <shop/core/result.hpp>
#include <shop/core/time.hpp>

#include "access/digest.hpp"

namespace shop_server {

inline constexpr std::string_view api_key_prefix = "shop_";
inline constexpr std::size_t api_key_file_bytes_max = 1024 * 1024;
inline constexpr std::size_t api_key_scopes_max = 64;

/// One key as the file has it: everything but the key itself.
struct api_key_entry {
    std::string id;                             ///< `[a-z0-9][a-z0-9-]{0,31}`, no two alike
    std::string hash;                           ///< `sha256:` and the hex digest of the whole text of the key
    std::vector<std::string> scopes;            ///< `orders:write`, `orders:*`, `*`
    std::string account;                        ///< written like an id, the id unless set; several keys may share one
    std::string customer;                       ///< whose things it sees, alone; empty: not bound to a customer
    std::optional<shop::timestamp> expires_at;  ///< none: never

    /// Whom the history names and idempotency keys belong to. While a key is rotated, two entries share one account.
    std::string const& principal_account() const { return account.empty() ? id : account; }

    static constexpr auto fields() {
        using t = api_key_entry;
        return std::tuple{shop::required("id", &t::id),
                          shop::required("hash", &t::hash),
                          shop::required("scopes", &t::scopes),
                          shop::optional("account", &t::account),
                          shop::optional("customer", &t::customer),
                          shop::optional("expires_at", &t::expires_at)};
    }
    friend bool operator==(api_key_entry const&, api_key_entry const&) = default;
};

/// The API keys the server accepts: `{"keys": [{"id", "hash", "scopes", "account"?, "customer"?, "expires_at"?}]}`.
/// @par Thread safety
/// Distinct objects: safe. Shared objects: safe to read.
class api_keys {
public:
    /// @par Errors
    /// `malformed_json`, `malformed_request`, `invalid_value`; the detail names each entry and what to mend, and
    /// repeats no hash.
    static shop::result<api_keys> parse(std::string_view text);
    /// @par Errors
    /// Those of `read_guarded_file` and `parse`.
    static shop::result<api_keys> read(std::string const& path);

    /// Whose key it is.
    /// @param token the text of the key: `shop_<id>_<43 letters>`.
    /// @par Errors
    /// `unauthenticated`: the same for an unknown id and a wrong secret, after the same work; `expired_api_key()`
    /// only for who has the right secret.
    shop::result<std::shared_ptr<shop::principal const>> find(std::string_view token, shop::timestamp now) const;

    std::size_t size() const { return keys_.size(); }

    /// The id in the text of a key, which is no secret; nothing for what has not the form of one.
    static std::optional<std::string_view> id_in(std::string_view token);

    /// A key and when it expires.
    struct expiring {
        std::string id;
        shop::timestamp at;
    };
    /// The keys that expire after one moment and up to another, by id.
    std::vector<expiring> expiring_between(shop::timestamp after, shop::timestamp until) const;

    /// What became of the keys between two readings of their file: ids, in their order.
    struct changes {
        std::vector<std::string> added, revoked, changed;
    };
    static changes between(api_keys const& before, api_keys const& now);

private:
    struct key {
        sha256_digest hash;
        std::optional<shop::timestamp> expires_at;
        std::shared_ptr<shop::principal const> who;

        friend bool operator==(key const& a, key const& b) {
            return a.hash == b.hash && a.expires_at == b.expires_at && a.who->account == b.who->account &&
                   a.who->scopes == b.who->scopes && a.who->customer_id == b.who->customer_id;
        }
    };
    std::map<std::string, key, std::less<>> keys_;
};

/// The refusal of a key that was right until it expired: no guess, and not to be counted as one.
shop::error const& expired_api_key();

struct new_api_key {
    std::string text;     ///< to be shown once; it is kept nowhere
    api_key_entry entry;  ///< for the file
};

/// Makes a key of 32 random bytes.
/// @param wanted its hash is ignored.
/// @par Errors
/// `invalid_value` for what `api_keys::parse` would refuse; `internal` without randomness.
shop::result<new_api_key> make_api_key(api_key_entry wanted);

/// Adds an entry to a file, which is made if there is none; see `change_secret_file`.
/// @par Errors
/// `already_exists` for the id of another entry; those of `api_keys::parse` and `change_secret_file`.
shop::result<void> add_api_key(std::string const& path, api_key_entry entry);

/// Takes an entry out of a file.
/// @par Errors
/// `not_found` without such an id; those of `api_keys::parse` and `change_secret_file`.
shop::result<void> revoke_api_key(std::string const& path, std::string_view id);

/// The entries of a file, in its order.
/// @par Errors
/// Those of `api_keys::read`.
shop::result<std::vector<api_key_entry>> list_api_keys(std::string const& path);

}  // namespace shop_server
