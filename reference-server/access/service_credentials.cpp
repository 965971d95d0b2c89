#include "access/service_credentials.hpp"

#include <algorithm>

#include "access/bearer.hpp"
#include "access/secret_file.hpp"

namespace shop_server {

namespace {

constexpr std::string_view secret_setting = "service-credentials: ", callers_setting = "service-callers: ";

shop::error refusal_of(std::string_view setting, std::string_view why) {
    return {shop::error_code::invalid_value, std::string(setting).append(why)};
}

shop::error refuse_line(std::string_view setting, std::size_t number, std::string_view why) {
    return refusal_of(setting, "line " + std::to_string(number) + ' ' + std::string(why));
}

bool is_service_secret(std::string_view text) {
    return text.size() >= service_secret_bytes_min && text.size() <= service_secret_bytes_max && is_bearer_token(text);
}

/// Calls `take(line, number)` for each line that is not empty, until it refuses one.
template <class Take>
shop::result<void> for_each_line(std::string_view text, Take take) {
    for (std::size_t number = 1; !text.empty(); ++number) {
        auto const end = std::min(text.find('\n'), text.size());
        auto line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (line.empty()) continue;
        if (auto taken = take(line, number); !taken) return taken;
    }
    return {};
}

}  // namespace

shop::result<void> service_credentials::set_secret(std::string_view text) {
    auto good = for_each_line(text, [&](std::string_view line, std::size_t number) -> shop::result<void> {
        if (!sent_.empty()) {
            return refuse_line(secret_setting, number,
                               "is a second secret: there may be one, and what others show stands in service-callers");
        }
        if (!is_service_secret(line)) {
            return refuse_line(secret_setting, number, "must be 32 to 512 of A-Z a-z 0-9 - . _ ~ + / and = at the end");
        }
        sent_ = "Bearer " + std::string(line);
        return {};
    });
    if (good && sent_.empty()) return refusal_of(secret_setting, "must hold a secret");
    return good;
}

shop::result<void> service_credentials::set_callers(std::string_view text) {
    auto good = for_each_line(text, [&](std::string_view line, std::size_t number) -> shop::result<void> {
        if (line.front() == '#') return {};
        auto const blank = line.find(' ');
        auto const who = shop::from_word<role>(line.substr(0, blank));
        auto const hash = blank == line.npos ? std::nullopt : parse_sha256(line.substr(blank + 1));
        bool const calls = who && *who != role::all && *who != role::product;
        // Not repeated: it may be a secret that was pasted here.
        if (!calls || !hash) {
            return refuse_line(
                callers_setting, number,
                "must be gateway, inventory, order or notification, a blank, sha256: and 64 lower-case hex digits");
        }
        if (std::ranges::find(callers_, *hash, &known_caller::hash) != callers_.end()) {
            return refuse_line(callers_setting, number,
                               "has a hash that is there already: each service needs a secret of its own");
        }
        if (callers_.size() == service_callers_max)
            return refuse_line(callers_setting, number, "is one too many: there may be 64");
        callers_.push_back({*who, *hash});
        return {};
    });
    if (good && callers_.empty()) return refusal_of(callers_setting, "must name a caller");
    return good;
}

shop::result<service_credentials> service_credentials::parse(std::optional<std::string_view> secret,
                                                             std::optional<std::string_view> callers) {
    service_credentials out;
    if (secret) {
        if (auto set = out.set_secret(*secret); !set) return set.error();
    }
    if (callers) {
        if (auto set = out.set_callers(*callers); !set) return set.error();
    }
    return out;
}

shop::result<service_credentials> service_credentials::read(std::string const& secret, std::string const& callers) {
    std::optional<std::string> texts[2];
    struct file {
        std::string_view setting;
        std::string const& path;
        file_secrecy kept;
    };
    // Of what is let in there are only hashes: no secret, but it decides.
    file const files[]{{secret_setting, secret, file_secrecy::secret},
                       {callers_setting, callers, file_secrecy::trusted}};
    for (std::size_t i = 0; i < 2; ++i) {
        if (files[i].path.empty()) continue;
        auto text = read_guarded_file(files[i].path, service_secret_file_bytes_max, files[i].kept);
        if (!text)
            return shop::error(text.error().code(), std::string(files[i].setting).append(text.error().message()));
        texts[i] = std::move(*text);
    }
    return parse(texts[0], texts[1]);
}

std::optional<role> service_credentials::caller(std::string_view authorization) const {
    auto const token = bearer_token(authorization);
    if (!token || token->size() > service_secret_bytes_max) return std::nullopt;
    auto const shown = sha256(*token);
    std::optional<role> out;
    for (auto const& known : callers_) {
        if (same_digest(shown, known.hash)) out = known.who;  // goes on: which one it was is not to be measured
    }
    return out;
}

}  // namespace shop_server
