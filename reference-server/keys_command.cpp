#include <algorithm>
#include <iostream>

#include <shop/core/json.hpp>
#include <shop/core/scheduler.hpp>

#include "auth/api_keys.hpp"
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
            if (request.days > 0) {
                wanted.expires_at = shop::system_scheduler().stamp() + std::chrono::hours(24) * request.days;
            }
            auto made = make_api_key(std::move(wanted));
            if (!made) return told(request.file, made.error());
            if (auto added = add_api_key(request.file, std::move(made->entry)); !added) return told(request.file, added.error());
            std::cout << made->text << std::endl;
            std::cerr << "This is the key of " << request.id << ". It is shown once and kept nowhere: only its hash is in "
                      << request.file << ".\n";
            return exit_ok;
        }
        case keys_request::kind::revoke:
            if (auto gone = revoke_api_key(request.file, request.id); !gone) return told(request.file, gone.error());
            return exit_ok;
        case keys_request::kind::list: {
            auto const all = list_api_keys(request.file);
            if (!all) return told(request.file, all.error());
            for (auto const& one : *all) {
                std::cout << one.id << "  account " << one.principal_account() << "  scopes";
                for (auto const& scope : one.scopes) std::cout << ' ' << scope;
                if (!one.customer.empty()) std::cout << "  customer " << one.customer;
                if (one.expires_at) std::cout << "  expires " << shop::json::encode(*one.expires_at);
                std::cout << '\n';
            }
            return exit_ok;
        }
    }
    return exit_ok;
}

}  // namespace shop_server
