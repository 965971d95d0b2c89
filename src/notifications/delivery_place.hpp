#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <shop/json/json.hpp>
#include <shop/notifications/store.hpp>

namespace shop::notifications {

/// A place in a list: the key of the last delivery shown. The recipient comes last, as it may contain anything.
inline std::string place_of(delivery_record const& d) {
    return to_string(d.subject) + "/" + std::to_string(d.sequence) + "/" + d.channel + "/" + d.recipient;
}

inline std::optional<key_of<delivery_record>> read_place(std::string_view place) {
    auto const next = [&]() -> std::optional<std::string_view> {
        auto const slash = place.find('/');
        if (slash == place.npos) return std::nullopt;
        auto const part = place.substr(0, slash);
        place.remove_prefix(slash + 1);
        return part;
    };
    auto const subject = next();
    auto const version = next();
    auto const channel = next();
    if (!subject || !version || !channel) return std::nullopt;
    auto const id = parse_uuid(*subject);
    auto const number = json::decode<std::uint64_t>(*version);
    if (!id || !number) return std::nullopt;
    return key_of<delivery_record>{*id, *number, std::string(*channel), std::string(place)};
}

}  // namespace shop::notifications
