#include "auth/service_credentials.hpp"

#include <algorithm>

#include "auth/bearer.hpp"
#include "auth/secret_file.hpp"

namespace shop_server {

namespace {

bool is_service_secret(std::string_view text) {
    return text.size() >= service_secret_bytes_min && text.size() <= service_secret_bytes_max && is_bearer_token(text);
}

}  // namespace

shop::result<service_credentials> service_credentials::parse(std::string_view text) {
    service_credentials out;
    std::size_t number = 0;
    auto const refuse = [&](std::string_view why) {
        return shop::error(shop::error_code::invalid_value, "line " + std::to_string(number) + ' ' + std::string(why));
    };
    while (!text.empty()) {
        auto const end = std::min(text.find('\n'), text.size());
        auto line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        ++number;
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (line.empty()) continue;
        if (!is_service_secret(line)) return refuse("must be 32 to 512 of A-Z a-z 0-9 - . _ ~ + / and = at the end");
        auto const digest = sha256(line);
        if (std::ranges::find(out.accepted_, digest) != out.accepted_.end()) return refuse("is there already");
        if (out.accepted_.size() == service_secrets_max) return refuse("is one secret too many: there may be 16");
        if (out.accepted_.empty()) out.sent_ = "Bearer " + std::string(line);
        out.accepted_.push_back(digest);
    }
    if (out.accepted_.empty()) return shop::error(shop::error_code::invalid_value, "must hold a secret");
    return out;
}

shop::result<service_credentials> service_credentials::read(std::string const& path) {
    auto text = read_guarded_file(path, service_secret_file_bytes_max);
    if (!text) return text.error();
    return parse(*text);
}

bool service_credentials::accepts(std::string_view authorization) const {
    auto const token = bearer_token(authorization);
    if (!token || token->size() > service_secret_bytes_max) return false;
    auto const shown = sha256(*token);
    bool right = false;
    for (auto const& secret : accepted_) {
        if (same_digest(shown, secret)) right = true;  // goes on: which one it was is not to be measured
    }
    return right;
}

}  // namespace shop_server
