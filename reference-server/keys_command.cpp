#include <algorithm>
#include <charconv>
#include <iostream>

#include <shop/async/scheduler.hpp>

#include "access/api_keys.hpp"
#include "access/key_usage.hpp"
#include "access/key_watch.hpp"
#include "commands.hpp"

namespace shop_server {

namespace {

exit_code told(std::string const& file, shop::error const& why) {
    std::cerr << "shop-server: " << file << ": " << why.message() << '\n';
    for (auto const& at : why.details().errors) std::cerr << "shop-server: " << at.pointer << ": " << at.detail << '\n';
    switch (why.code()) {
        case shop::error_code::not_found:
            return exit_no_input;
        case shop::error_code::unavailable:
            return exit_io;
        default:
            return exit_bad_data;
    }
}

/// `90d`, `2027-01-31`, or RFC 3339. @return nothing for what is none of them, or not to come
std::optional<shop::timestamp> expiry_from(std::string const& text, shop::timestamp now) {
    constexpr unsigned days_max = 36'500;
    if (text.ends_with('d')) {
        unsigned days = 0;
        auto const* const last = text.data() + text.size() - 1;
        auto const [end, failed] = std::from_chars(text.data(), last, days);
        if (failed != std::errc{} || end != last || days < 1 || days > days_max) return std::nullopt;
        return now + std::chrono::hours(24) * days;
    }
    auto at = shop::parse_timestamp(text);
    if (!at) at = shop::parse_timestamp(text + "T00:00:00Z");
    if (at && *at <= now) return std::nullopt;
    return at;
}

/// The setting `keys-usage`, as the server reads it.
std::string usage_file(keys_request const& request) {
    settings with;
    with.keys = request.file;
    with.keys_usage = request.usage == "none" ? std::string() : request.usage;
    return with.keys_usage_file();
}

exit_code list_keys(keys_request const& request) {
    auto const all = list_api_keys(request.file);
    if (!all) return told(request.file, all.error());
    auto const file = usage_file(request);
    auto const uses = file.empty() ? shop::result<last_uses>() : read_key_usage(file);
    if (!uses && uses.error().code() != shop::error_code::not_found)
        std::cerr << "shop-server: " << file << ": " << uses.error().message() << '\n';
    auto const now = shop::system_scheduler().stamp();
    for (auto const& one : *all) {
        std::cout << one.id << "  account " << one.principal_account() << "  scopes";
        for (auto const& scope : one.scopes) std::cout << ' ' << scope;
        if (!one.customer.empty()) std::cout << "  customer " << one.customer;
        if (uses && !file.empty()) {
            auto const used = uses->find(one.id);
            // To the hour: 2026-11-28T09Z.
            std::cout << "  last used "
                      << (used == uses->end() ? "never" : shop::to_string(used->second).substr(0, 13) + 'Z');
        }
        if (one.expires_at) {
            std::cout << (*one.expires_at <= now ? "  expired " : "  expires ") << shop::to_string(*one.expires_at);
            if (*one.expires_at > now && *one.expires_at <= now + key_expiry_notice) std::cout << ", soon";
        }
        std::cout << '\n';
    }
    return exit_ok;
}

}  // namespace

exit_code change_keys(keys_request const& request) {
    if (request.file.empty()) return refuse({"keys: say which file, with --keys FILE"});
    switch (request.what) {
        case keys_request::kind::add: {
            api_key_entry wanted;
            wanted.id = request.id;
            wanted.scopes = request.scopes;
            wanted.account = request.account;
            wanted.customer = request.customer;
            if (!request.expires.empty()) {
                wanted.expires_at = expiry_from(request.expires, shop::system_scheduler().stamp());
                if (!wanted.expires_at) {
                    return refuse(
                        {"--expires: must be days such as 90d, a day such as 2027-01-31, or a time, and lie in the "
                         "future"});
                }
            }
            auto made = make_api_key(std::move(wanted));
            if (!made) return told(request.file, made.error());
            if (auto added = add_api_key(request.file, std::move(made->entry)); !added)
                return told(request.file, added.error());
            std::cout << made->text << std::endl;
            std::cerr << "This is the key of " << request.id
                      << ". It is shown once and kept nowhere: only its hash is in " << request.file << ".\n";
            return exit_ok;
        }
        case keys_request::kind::revoke:
            if (auto gone = revoke_api_key(request.file, request.id); !gone) return told(request.file, gone.error());
            if (auto const file = usage_file(request); !file.empty()) {
                if (auto gone = forget_key_usage(file, request.id); !gone) {
                    std::cerr << "shop-server: the key is revoked; its last use stays noted: " << file << ": "
                              << gone.error().message() << '\n';
                }
            }
            return exit_ok;
        case keys_request::kind::list:
            return list_keys(request);
    }
    return exit_ok;
}

}  // namespace shop_server
