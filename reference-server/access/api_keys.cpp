#include "access/api_keys.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include <shop/core/base64url.hpp>
#include <shop/core/text.hpp>
#include <shop/json/json.hpp>

#include "access/secret_file.hpp"
#include "access/spelled_out.hpp"

namespace shop_server {

namespace {

constexpr std::size_t key_id_bytes_max = 32;
constexpr std::size_t key_secret_letters = 43;  // 32 bytes as base64url
constexpr std::size_t key_customer_bytes_max = 128;
constexpr std::size_t key_scope_bytes_max = 64;

struct api_key_file {
    std::vector<api_key_entry> keys;

    static constexpr auto fields() { return std::tuple{shop::required("keys", &api_key_file::keys)}; }
};

bool is_id_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bool is_key_id(std::string_view text) {
    return !text.empty() && text.size() <= key_id_bytes_max && is_id_letter(text.front()) &&
           std::ranges::all_of(text, [](char c) { return is_id_letter(c) || c == '-'; });
}

/// A star covers only whole words, so `ord*` would silently grant nothing.
bool is_key_scope(std::string_view text) {
    if (text.empty() || text.size() > key_scope_bytes_max) return false;
    if (text == "*") return true;
    if (text.ends_with(":*")) text.remove_suffix(2);
    auto const fits = [](char c) { return is_id_letter(c) || c == ':' || c == '-' || c == '_'; };
    return !text.empty() && text.front() != ':' && text.back() != ':' && std::ranges::all_of(text, fits);
}

using findings = std::vector<shop::field_error>;

constexpr std::string_view id_form = "must begin with a-z or 0-9, then a-z, 0-9 or -, at most 32 characters";

/// @param pointer where the entry stands in the file; empty for one that is made.
void check_entry(api_key_entry const& entry, std::string const& pointer, findings& found) {
    // An id that has not its form is not repeated: it may be anything, a pasted secret too.
    std::string const of = is_key_id(entry.id) ? "of key '" + entry.id + "' " : "";
    auto const refuse = [&](std::string_view member, std::string_view why) {
        found.push_back({pointer + '/' + std::string(member), of + std::string(why)});
    };
    if (!is_key_id(entry.id)) refuse("id", id_form);
    if (!parse_sha256(entry.hash)) refuse("hash", "must be sha256: and 64 lower-case hex digits");
    if (!entry.account.empty() && !is_key_id(entry.account)) refuse("account", id_form);
    if (entry.principal_account() == "local") {
        refuse(entry.account.empty() ? "id" : "account",
               "must not be local: that is the account of a shop without keys");
    }
    if (entry.scopes.empty() || entry.scopes.size() > api_key_scopes_max) refuse("scopes", "must be 1 to 64 scopes");
    if (!std::ranges::all_of(entry.scopes, is_key_scope)) {
        refuse("scopes", "must be like orders:write, orders:* or *");
    }
    if (entry.customer.size() > key_customer_bytes_max || !shop::is_plain_text(entry.customer)) {
        refuse("customer", "must be plain text of at most 128 bytes");
    }
}

/// What no entry can tell alone: ids that occur twice, accounts of several customers.
void check_together(std::vector<api_key_entry> const& keys, findings& found) {
    std::map<std::string_view, std::size_t> ids, accounts;
    auto const place = [](std::size_t index) { return "/keys/" + std::to_string(index); };
    for (std::size_t i = 0; i < keys.size(); ++i) {
        auto const& entry = keys[i];
        if (!is_key_id(entry.id)) continue;
        if (auto const [first, is_new] = ids.emplace(entry.id, i); !is_new) {
            found.push_back({place(i) + "/id", "'" + entry.id + "' is that of " + place(first->second) + ", too"});
            continue;
        }
        auto const [first, is_new] = accounts.emplace(entry.principal_account(), i);
        if (!is_new && keys[first->second].customer != entry.customer) {
            // Idempotency keys belong to accounts: one customer would be answered with the order of another.
            found.push_back({place(i) + "/customer", "of key '" + entry.id + "' must be that of " +
                                                         place(first->second) + ", which has the same account"});
        }
    }
}

shop::result<void> refuse_findings(findings found) {
    if (found.empty()) return {};
    found.resize(std::min(found.size(), shop::json::refusals_max));
    shop::error_details details;
    details.errors = std::move(found);
    return spelled_out(shop::error(shop::error_code::invalid_value, std::move(details)));
}

shop::result<api_key_file> parse_file(std::string_view text) {
    auto read = shop::json::decode<api_key_file>(text);
    if (!read) return spelled_out(read.error());
    findings found;
    for (std::size_t i = 0; i < read->keys.size(); ++i) {
        check_entry(read->keys[i], "/keys/" + std::to_string(i), found);
    }
    check_together(read->keys, found);
    if (auto good = refuse_findings(std::move(found)); !good) return good.error();
    return read;
}

/// One line per key, so that a diff of two files says what changed.
std::string text_of(api_key_file const& file) {
    std::string out = "{\"keys\": [";
    for (std::size_t i = 0; i < file.keys.size(); ++i) {
        out += i == 0 ? "\n  " : ",\n  ";
        shop::json::append(out, file.keys[i]);
    }
    return out += "\n]}\n";
}

}  // namespace

shop::error const& expired_api_key() {
    static shop::error const expired(shop::error_code::unauthenticated, "the API key has expired");
    return expired;
}

std::optional<std::string_view> api_keys::id_in(std::string_view token) {
    if (!token.starts_with(api_key_prefix)) return std::nullopt;
    token.remove_prefix(api_key_prefix.size());
    auto const end = token.find('_');
    if (end == token.npos || token.size() - end - 1 != key_secret_letters) return std::nullopt;
    if (!is_key_id(token.substr(0, end))) return std::nullopt;
    return token.substr(0, end);
}

std::vector<api_keys::expiring> api_keys::expiring_between(shop::timestamp after, shop::timestamp until) const {
    std::vector<expiring> out;
    for (auto const& [id, key] : keys_) {
        if (key.expires_at && *key.expires_at > after && *key.expires_at <= until) out.push_back({id, *key.expires_at});
    }
    return out;
}

api_keys::changes api_keys::between(api_keys const& before, api_keys const& now) {
    changes out;
    for (auto const& [id, key] : now.keys_) {
        auto const old = before.keys_.find(id);
        if (old == before.keys_.end()) {
            out.added.push_back(id);
        } else if (!(old->second == key)) {
            out.changed.push_back(id);
        }
    }
    for (auto const& [id, key] : before.keys_) {
        if (!now.keys_.contains(id)) out.revoked.push_back(id);
    }
    return out;
}

shop::result<api_keys> api_keys::parse(std::string_view text) {
    auto file = parse_file(text);
    if (!file) return file.error();
    api_keys out;
    for (auto& entry : file->keys) {
        key made{parse_sha256(entry.hash).value(), entry.expires_at, nullptr};
        auto account = entry.principal_account();
        made.who = std::make_shared<shop::principal const>(
            shop::principal{std::move(account), std::move(entry.scopes), std::move(entry.customer)});
        out.keys_.emplace(std::move(entry.id), std::move(made));
    }
    return out;
}

shop::result<api_keys> api_keys::read(std::string const& path) {
    auto text = read_guarded_file(path, api_key_file_bytes_max);
    if (!text) return text.error();
    return parse(*text);
}

shop::result<std::shared_ptr<shop::principal const>> api_keys::find(std::string_view token, shop::timestamp now) const {
    static shop::error const unknown(shop::error_code::unauthenticated, "the API key is not known");
    auto const id = id_in(token);
    if (!id) return unknown;
    // SHA-256 without salt or stretching is enough: 256 random bits can be neither guessed nor looked up in a table,
    // whatever a guess costs.
    auto const shown = sha256(token);
    auto const found = keys_.find(*id);
    // An unknown id costs the comparison, too, with a digest that no text is known to have.
    static constexpr sha256_digest nobody{};
    bool const right = same_digest(shown, found == keys_.end() ? nobody : found->second.hash);
    if (found == keys_.end() || !right) return unknown;
    if (found->second.expires_at && *found->second.expires_at <= now) return expired_api_key();
    return found->second.who;
}

shop::result<new_api_key> make_api_key(api_key_entry wanted) {
    std::array<unsigned char, 32> secret;
    if (RAND_bytes(secret.data(), static_cast<int>(secret.size())) != 1) {
        return shop::error(shop::error_code::internal, "the system has no random numbers");
    }
    new_api_key made;
    made.text = std::string(api_key_prefix) + wanted.id + '_' +
                shop::to_base64url({reinterpret_cast<char const*>(secret.data()), secret.size()});
    OPENSSL_cleanse(secret.data(), secret.size());
    wanted.hash = to_string(sha256(made.text));
    findings found;
    check_entry(wanted, {}, found);
    if (auto good = refuse_findings(std::move(found)); !good) return good.error();
    made.entry = std::move(wanted);
    return made;
}

shop::result<void> add_api_key(std::string const& path, api_key_entry entry) {
    return change_secret_file(path, api_key_file_bytes_max, [&](std::string const& old) -> shop::result<std::string> {
        api_key_file file;
        if (!old.empty()) {
            auto read = parse_file(old);
            if (!read) return read.error();
            file = *std::move(read);
        }
        if (std::ranges::find(file.keys, entry.id, &api_key_entry::id) != file.keys.end()) {
            return shop::error(shop::error_code::already_exists, "there is a key of this id");
        }
        file.keys.push_back(std::move(entry));
        auto text = text_of(file);
        if (auto fits = parse_file(text); !fits) return fits.error();
        return text;
    });
}

shop::result<void> revoke_api_key(std::string const& path, std::string_view id) {
    return change_secret_file(path, api_key_file_bytes_max, [&](std::string const& old) -> shop::result<std::string> {
        shop::error const none(shop::error_code::not_found, "there is no key of this id");
        if (old.empty()) return none;
        auto file = parse_file(old);
        if (!file) return file.error();
        if (std::erase_if(file->keys, [&](auto const& entry) { return entry.id == id; }) == 0) return none;
        return text_of(*file);
    });
}

shop::result<std::vector<api_key_entry>> list_api_keys(std::string const& path) {
    auto text = read_guarded_file(path, api_key_file_bytes_max);
    if (!text) return text.error();
    auto file = parse_file(*text);
    if (!file) return file.error();
    return std::move(file->keys);
}

}  // namespace shop_server
