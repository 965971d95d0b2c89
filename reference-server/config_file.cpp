#include "config_file.hpp"

#include <algorithm>
#include <string_view>

#include <shop/core/text.hpp>

#include "access/secret_file.hpp"

namespace shop_server {

namespace {

std::string_view trim(std::string_view text) {
    constexpr std::string_view blank = " \t\r";
    auto const first = text.find_first_not_of(blank);
    if (first == text.npos) return {};
    return text.substr(first, text.find_last_not_of(blank) - first + 1);
}

bool is_key(std::string_view text) {
    auto const fits = [](char c) { return (c >= 'a' && c <= 'z') || c == '-'; };
    return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, fits);
}

}  // namespace

config_file parse_config(std::string const& path, std::string_view text) {
    config_file out;
    constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
    if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
    std::size_t number = 0;
    while (!text.empty()) {
        auto const end = std::min(text.find('\n'), text.size());
        auto const line = trim(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
        ++number;
        if (line.empty() || line.front() == '#') continue;

        auto const refuse = [&](std::string const& why) {
            out.refusals.push_back(path + " line " + std::to_string(number) + ": " + why);
        };
        auto const equals = line.find('=');
        auto const key = trim(line.substr(0, std::min(equals, line.size())));
        if (equals == line.npos || !is_key(key)) {
            refuse("must be `key = value`");
            continue;
        }
        auto const value = trim(line.substr(equals + 1));
        if (!shop::is_plain_text(value)) {
            refuse(std::string(key) + " must be plain UTF-8 text");
        } else if (std::ranges::any_of(out.entries, [&](auto const& e) { return e.key == key; })) {
            refuse(std::string(key) + " is set a second time");
        } else {
            out.entries.push_back({std::string(key), std::string(value), number});
        }
    }
    return out;
}

config_file read_config_file(std::string const& path) {
    config_file refused;
    auto const text = read_guarded_file(path, config_file_bytes_max, file_secrecy::trusted);
    if (!text) {
        refused.refusals.push_back(path + ": " + std::string(text.error().message()));
        return refused;
    }
    return parse_config(path, *text);
}

std::optional<std::string> refuse_secret_in(std::string const& path) {
    auto const kept = read_guarded_file(path, config_file_bytes_max, file_secrecy::secret);
    if (kept) return std::nullopt;
    return path + ": " + std::string(kept.error().message());
}

}  // namespace shop_server
