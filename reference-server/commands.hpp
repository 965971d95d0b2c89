#pragma once

#include <optional>
#include <string>

#include "exit_codes.hpp"
#include "import/row_file.hpp"
#include "settings.hpp"

namespace shop_server {

/// `shop-server serve all`: until SIGTERM or SIGINT.
exit_code serve(setting_sources const& from, read_settings const& with);

struct import_request {
    enum class kind { products, stock };
    kind what = kind::products;
    std::string path;
    std::optional<file_format> format;
};

/// `shop-server import products|stock FILE`.
exit_code import_file(import_request const& request, settings const& with);

/// `shop-server audit`.
exit_code audit_store(settings const& with);

/// `shop-server migrate`: brings the schema of a store up to date, or says whether it is.
exit_code migrate_store(settings const& with, bool only_check);

/// `shop-server check-config`: what is set, to what, and by whom; or what is refused.
exit_code check_config(read_settings const& read);

/// Tells what was refused, one line each.
exit_code refuse(std::vector<std::string> const& refusals);

}  // namespace shop_server
