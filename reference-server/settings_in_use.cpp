// What settings must be for a start, and which of them a reload takes over.

#include <algorithm>

#include "settings.hpp"

namespace shop_server {

std::optional<std::string> refuse_to_serve(role what, settings const& with, listen_address const& where) {
    // Services demand their credential of everybody.
    if ((what != role::all && what != role::gateway) || with.asks_who()) return std::nullopt;
    if (!where.is_loopback()) {
        return "listen: " + where.host +
               " can be reached from other machines, and without keys everybody who reaches it may do everything; set "
               "`keys` or "
               "`jwt-issuer`, or listen on 127.0.0.1 for people on this machine only";
    }
    if (std::ranges::find(with.allowed_origins, "*") == with.allowed_origins.end()) return std::nullopt;
    return "allowed-origins: without keys, `*` lets every page that is looked at on this machine do everything; name "
           "the origins, or "
           "set `keys` or `jwt-issuer`";
}

settings reloaded(settings const& running, read_settings const& again) {
    auto out = running;
    for (auto const& row : again.rows) {
        if (row.of->reloadable) row.of->set(out, row.value);
    }
    return out;
}

}  // namespace shop_server
