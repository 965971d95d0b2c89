#pragma once

#include <optional>
#include <string>

#include "exit_codes.hpp"
#include "import/row_file.hpp"
#include "role.hpp"
#include "settings.hpp"

namespace shop_server {

/// `shop-server serve ROLE`: until SIGTERM or SIGINT.
exit_code serve(role what, setting_sources const& from, read_settings const& with);

struct import_request {
    enum class kind { products, stock };
    kind what = kind::products;
    std::string path;
    std::optional<file_format> format;
    std::string delivery;       ///< the delivery that a stock file is about, where its rows do not say it
    std::string product_store;  ///< as `--store` has it, where products have a store of their own; empty: the same
};

/// `shop-server import products|stock FILE`.
exit_code import_file(import_request const& request, settings const& with);

/// What an audit reads where the services have databases of their own.
struct audit_request {
    std::string product, inventory, order, notification;  ///< stores, as `--store` has them; empty: not given
};

/// `shop-server audit`: of one store that holds everything, or of several.
exit_code audit_store(settings const& with, audit_request const& apart);

/// `shop-server migrate`: brings the schema of a store up to date, or says whether it is.
exit_code migrate_store(settings const& with, bool only_check);

struct keys_request {
    enum class kind { add, list, revoke };
    kind what = kind::list;
    std::string file;
    std::string id;
    std::vector<std::string> scopes;
    std::string account, customer;
    std::string expires;         ///< `90d`, a date or a time; empty: never
    std::string usage = "auto";  ///< as the setting `keys-usage` has it
};

/// `shop-server keys add|list|revoke`: changes the file of API keys.
exit_code change_keys(keys_request const& request);

/// `shop-server probe URL`: whether a server answers there, for those who look after processes.
exit_code probe(std::string const& url);

/// `shop-server openapi`: prints the description of the API.
/// @param server where the API is; empty: where `shop-server` listens if nothing else is said
exit_code print_openapi(std::string const& server);

/// `shop-server check-config`: what is set, to what, and by whom; or what is refused.
exit_code check_config(read_settings const& read);

/// Tells what was refused, one line each.
exit_code refuse(std::vector<std::string> const& refusals);

}  // namespace shop_server
