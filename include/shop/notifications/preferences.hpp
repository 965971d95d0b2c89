#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <shop/core/describe.hpp>
#include <shop/core/time.hpp>

namespace shop::notifications {

/// What a customer does not want to be told: events of a type over a channel.
struct muted_messages {
    std::optional<std::string> event;    ///< a type of event; every one without it
    std::optional<std::string> channel;  ///< the name of a channel; every one without it

    static constexpr auto fields() {
        return std::tuple{optional("event", &muted_messages::event), optional("channel", &muted_messages::channel)};
    }
    friend bool operator==(muted_messages const&, muted_messages const&) = default;
};

/// The hours of a day in which nothing is sent, in the customer's time zone; they may go over midnight.
struct quiet_hours {
    std::string from;  ///< `22:00`
    std::string to;    ///< `07:00`: from here on it is sent again

    static constexpr auto fields() {
        return std::tuple{required("from", &quiet_hours::from), required("to", &quiet_hours::to)};
    }
    friend bool operator==(quiet_hours const&, quiet_hours const&) = default;
};

/// Whether messages come one by one, or those of a day together.
enum class digest_mode { off, daily };
constexpr std::array<std::string_view, 2> words_of(digest_mode) {
    return {"off", "daily"};
}

/// What a customer chose. Without a word of theirs everything is sent at once.
struct choices {
    bool opted_out = false;                                 ///< nothing at all is sent
    std::vector<muted_messages> muted;                      ///< at most `limits::muted_max`
    std::optional<std::string> locale;                      ///< BCP 47; that of the order without it
    std::optional<std::string> time_zone;                   ///< of the IANA database; UTC without it
    std::optional<notifications::quiet_hours> quiet_hours;  ///< in their time zone; nothing: any hour will do
    digest_mode digest = digest_mode::off;                  ///< whether messages of a day wait for each other

    static constexpr auto fields() {
        using t = choices;
        return std::tuple{optional("opted_out", &t::opted_out),     optional("muted", &t::muted),
                          optional("locale", &t::locale),           optional("time_zone", &t::time_zone),
                          optional("quiet_hours", &t::quiet_hours), optional("digest", &t::digest)};
    }
    friend bool operator==(choices const&, choices const&) = default;
};

/// Why nothing is sent to an address.
enum class suppression_reason { manual, bounce, complaint, opt_out };
constexpr std::array<std::string_view, 4> words_of(suppression_reason) {
    return {"manual", "bounce", "complaint", "opt_out"};
}

}  // namespace shop::notifications
