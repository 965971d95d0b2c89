#pragma once

#include <shop/core/fingerprint.hpp>
#include <shop/json/document.hpp>
#include <shop/notifications/webhook_endpoint.hpp>

namespace shop::notifications {

/// A secret that signs what is sent to an endpoint. It is kept as it is, since it must sign: never in an answer but the
/// one that drew it, never in a log.
struct webhook_secret {
    std::string secret;                    ///< `whsec_...`
    std::string drawn_for;                 ///< names the request that drew it, so that a repeat draws no other
    std::optional<timestamp> signs_until;  ///< of one that was replaced
    static constexpr auto fields() {
        using t = webhook_secret;
        return std::tuple{required("secret", &t::secret), required("drawn_for", &t::drawn_for),
                          optional("signs_until", &t::signs_until)};
    }
    friend bool operator==(webhook_secret const&, webhook_secret const&) = default;
};

/// Where another system is told of events.
struct endpoint_record {
    static constexpr std::string_view table = "notifications_endpoint";
    static constexpr auto key() { return std::tuple{&endpoint_record::id}; }
    static constexpr std::size_t load_key_size = 1;

    endpoint_id id;  ///< drawn when it is created
    std::uint64_t revision = 0;
    std::uint64_t version = 0;  ///< of what callers may change; the `ETag`
    std::string url;            ///< as `webhook_endpoint::url`
    std::string description;
    document<std::vector<std::string>> events;                      ///< as `webhook_endpoint::events`
    bool enabled = true;                                            ///< whether it is told anything
    std::optional<notifications::disabled_reason> disabled_reason;  ///< why it is not; nothing while it is enabled
    std::optional<timestamp> failing_since;
    document<std::vector<webhook_secret>> secrets;  ///< the newest first; it is the one that callers were given last
    shop::fingerprint asked{};                      ///< by which it was created
    timestamp created_at;
    timestamp updated_at;

    static constexpr auto fields() {
        using t = endpoint_record;
        return std::tuple{required("id", &t::id),
                          required("revision", &t::revision),
                          required("version", &t::version),
                          required("url", &t::url),
                          required("description", &t::description),
                          required("events", &t::events),
                          required("enabled", &t::enabled),
                          optional("disabled_reason", &t::disabled_reason),
                          optional("failing_since", &t::failing_since),
                          required("secrets", &t::secrets),
                          required("asked", &t::asked),
                          required("created_at", &t::created_at),
                          required("updated_at", &t::updated_at)};
    }
    friend bool operator==(endpoint_record const&, endpoint_record const&) = default;
};

}  // namespace shop::notifications
