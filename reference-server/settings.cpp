#include "settings.hpp"

#include <algorithm>
#include <cctype>
#include <iterator>

#include <unistd.h>

#include "channels/mail/mail_settings.hpp"
#include "config_file.hpp"

namespace shop_server {

namespace {

setting const* find_setting(std::string_view name) {
    auto const table = settings_table();
    auto const found = std::ranges::find(table, name, &setting::name);
    return found == table.end() ? nullptr : &*found;
}

bool may_hold_password(setting const& s) {
    return s.name == "store" || s.name == "read-store";
}

}  // namespace

std::string variable_of(setting const& s) {
    std::string out = "SHOP_";
    for (char c : s.name) out += c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return out;
}

read_settings read(setting_sources const& from) {
    auto const table = settings_table();
    read_settings out;
    std::map<std::string_view, std::pair<std::string, origin>> chosen;
    std::map<std::string_view, std::string> called;  // how the one who set it calls it
    for (auto const& s : table) {
        chosen[s.name] = {std::string(s.default_value), origin::standard};
        called[s.name] = std::string(s.name);
    }

    if (from.file) {
        auto file = read_config_file(*from.file);
        out.refusals = std::move(file.refusals);
        for (auto& entry : file.entries) {
            auto const* s = find_setting(entry.key);
            if (!s) {
                out.refusals.push_back(*from.file + " line " + std::to_string(entry.line) + ": unknown key '" +
                                       entry.key + "'");
                continue;
            }
            if (without_password(entry.value) != entry.value) {
                if (auto const why = refuse_secret_in(*from.file)) {
                    out.refusals.push_back(*why +
                                           ", since it holds the password of a database, or name a passfile instead");
                }
            }
            chosen[s->name] = {std::move(entry.value), origin::file};
            called[s->name] = *from.file + " line " + std::to_string(entry.line) + ": " + entry.key;
        }
    }
    for (auto const& [variable, value] : from.environment) {
        auto const s = std::ranges::find(table, variable, variable_of);
        if (s != table.end()) {
            chosen[s->name] = {value, origin::environment};
            called[s->name] = variable;
        } else if (variable != "SHOP_CONFIG") {
            // Not refused: platforms set variables named after their services, SHOP_PORT for one.
            out.warnings.push_back(variable + ": no such setting, ignored");
        }
    }
    for (auto const& [name, value] : from.flags) {
        auto const* s = find_setting(name);
        chosen[s->name] = {value, origin::flag};
        called[s->name] = "--" + name;
    }

    for (auto const& s : table) {
        auto& [value, where] = chosen[s.name];
        if (auto refused = s.set(out.values, value))
            out.refusals.push_back(called[s.name] + ": " + std::string(*refused));
        out.rows.push_back({&s, std::move(value), where});
    }
    if (out.values.read_store && out.values.store.which != store_choice::kind::postgres) {
        out.refusals.push_back("read-store: only a store in PostgreSQL has a replica");
    }
    std::ranges::move(refuse_mail_settings(out.values), std::back_inserter(out.refusals));
    return out;
}

std::string without_password(std::string_view connection_string) {
    std::string out(connection_string);
    constexpr std::string_view hidden = "***";
    if (auto const at = out.find("://"); at != out.npos) {
        auto const begin = at + 3;
        auto const authority_end = std::min(out.find_first_of("/?", begin), out.size());
        auto const sign = out.rfind('@', authority_end);
        auto const colon = out.find(':', begin);
        if (sign != out.npos && sign > begin && colon < sign) out.replace(colon + 1, sign - colon - 1, hidden);
    }
    constexpr std::string_view key = "password=";
    for (auto at = out.find(key); at != out.npos; at = out.find(key, at + key.size())) {
        auto const begin = at + key.size();
        out.replace(begin, std::min(out.find('&', begin), out.size()) - begin, hidden);
    }
    return out;
}

std::string read_settings::row::shown() const {
    return may_hold_password(*of) ? without_password(value) : value;
}

std::map<std::string, std::string> shop_environment() {
    std::map<std::string, std::string> out;
    for (char** entry = environ; entry && *entry; ++entry) {
        std::string_view const text = *entry;
        auto const equals = text.find('=');
        if (text.starts_with("SHOP_") && equals != text.npos) {
            out.emplace(text.substr(0, equals), text.substr(equals + 1));
        }
    }
    return out;
}

}  // namespace shop_server
