#include "access/security_log.hpp"

#include <string>

namespace shop_server {

namespace {

shop::severity severity_of(security_event what) {
    switch (what) {
        case security_event::settings_reloaded:
        case security_event::key_added:
        case security_event::key_revoked:
        case security_event::key_changed:
        case security_event::credentials_changed:
            return shop::severity::info;
        case security_event::unauthenticated:
        case security_event::forbidden:
        case security_event::rate_limited:
        case security_event::key_expires_soon:
        case security_event::file_unguarded:
        case security_event::connection_unguarded:
            return shop::severity::warning;
        case security_event::reload_refused:
            return shop::severity::error;
    }
    return shop::severity::error;
}

}  // namespace

void security_log::write(security_event what, std::initializer_list<shop::log_field> fields) {
    count(what);
    to_->write(severity_of(what), "security." + std::string(shop::to_word(what)), fields);
}

}  // namespace shop_server
