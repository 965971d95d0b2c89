#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include <shop/core/describe.hpp>
#include <shop/core/time.hpp>
#include <shop/core/uuid.hpp>
#include <shop/notifications/types.hpp>

namespace shop::notifications {

using endpoint_id = id<struct endpoint_kind>;  ///< Names a webhook endpoint.

/// Why nothing is sent to an endpoint any more.
enum class disabled_reason {
    by_hand,  ///< somebody set `enabled` to false
    gone,     ///< it answered 410
    failing,  ///< every message failed for days
};
constexpr std::array<std::string_view, 3> words_of(disabled_reason) {
    return {"by_hand", "gone", "failing"};
}

/// Where another system is told of events, as callers see it.
struct webhook_endpoint {
    endpoint_id id;                   ///< equal for as long as it is there
    std::string url;                  ///< where messages are posted
    std::string description;          ///< for people; may be empty
    std::vector<std::string> events;  ///< types; one that ends with `*` is all that begin so
    bool enabled = true;              ///< whether it is told anything
    std::optional<notifications::disabled_reason> disabled_reason;  ///< unless it is enabled
    std::optional<timestamp> failing_since;                         ///< of the first failure since a message arrived
    std::optional<std::string> secret;                              ///< only in the answers that drew it: `whsec_...`
    std::uint64_t version = 0;                                      ///< rises by one with each change; the `ETag`
    timestamp created_at;
    timestamp updated_at;

    static constexpr auto fields() {
        using t = webhook_endpoint;
        return std::tuple{required("id", &t::id),
                          required("url", &t::url),
                          required("description", &t::description),
                          required("events", &t::events),
                          required("enabled", &t::enabled),
                          optional("disabled_reason", &t::disabled_reason),
                          optional("failing_since", &t::failing_since),
                          optional("secret", &t::secret),
                          required("version", &t::version),
                          required("created_at", &t::created_at),
                          required("updated_at", &t::updated_at)};
    }
    friend bool operator==(webhook_endpoint const&, webhook_endpoint const&) = default;
};

/// Command of `service::create_endpoint`.
struct create_endpoint {
    create_endpoint() = default;
    explicit create_endpoint(std::string where) : url(std::move(where)) {}
    std::string url;  ///< where messages are posted
    std::string description;
    std::vector<std::string> events;  ///< all without it
    bool enabled = true;              ///< whether it is told from the start
    static constexpr auto fields() {
        using t = create_endpoint;
        return std::tuple{required("url", &t::url), optional("description", &t::description),
                          optional("events", &t::events), optional("enabled", &t::enabled)};
    }
};

/// Command of `service::get_endpoint`.
struct get_endpoint {
    get_endpoint() = default;
    explicit get_endpoint(endpoint_id which) : id(which) {}
    endpoint_id id;  ///< of the endpoint
    static constexpr auto fields() { return std::tuple{required("id", &get_endpoint::id)}; }
};

/// Command of `service::list_endpoints`.
struct list_endpoints {
    list_endpoints() = default;
    std::optional<std::int64_t> limit;
    std::optional<std::string> cursor;
    static constexpr auto fields() {
        using t = list_endpoints;
        return std::tuple{optional("limit", &t::limit), optional("cursor", &t::cursor)};
    }
};

/// Changes an endpoint; what is not named stays.
struct change_endpoint {
    change_endpoint() = default;
    explicit change_endpoint(endpoint_id which) : id(which) {}
    endpoint_id id;                                  ///< of the endpoint
    std::optional<std::string> url;                  ///< as `create_endpoint::url`
    std::optional<std::string> description;          ///< for people
    std::optional<std::vector<std::string>> events;  ///< as `create_endpoint::events`
    std::optional<bool> enabled;                     ///< true begins anew: what failed before is forgotten
    std::optional<std::uint64_t> if_match;           ///< the version it was read at
    std::optional<notifications::disabled_reason> disabled_reason;  ///< this and the following: as read, or left out
    std::optional<timestamp> failing_since;
    std::optional<std::uint64_t> version;  ///< this one and what follows: as they were read, or left out
    std::optional<timestamp> created_at;
    std::optional<timestamp> updated_at;
    static constexpr auto fields() {
        using t = change_endpoint;
        return std::tuple{required("id", &t::id),
                          optional("url", &t::url),
                          optional("description", &t::description),
                          optional("events", &t::events),
                          optional("enabled", &t::enabled),
                          optional("if_match", &t::if_match),
                          read_only("disabled_reason", &t::disabled_reason),
                          read_only("failing_since", &t::failing_since),
                          read_only("version", &t::version),
                          read_only("created_at", &t::created_at),
                          read_only("updated_at", &t::updated_at)};
    }
};

/// Command of `service::remove_endpoint`.
struct remove_endpoint {
    remove_endpoint() = default;
    explicit remove_endpoint(endpoint_id which) : id(which) {}
    endpoint_id id;  ///< of the endpoint
    static constexpr auto fields() { return std::tuple{required("id", &remove_endpoint::id)}; }
};

/// Command of `service::rotate_secret`.
struct rotate_secret {
    rotate_secret() = default;
    explicit rotate_secret(endpoint_id which) : id(which) {}
    endpoint_id id;                             ///< of the endpoint
    std::optional<std::int64_t> overlap_hours;  ///< that the old secret signs, too; 0: it is known to others
    static constexpr auto fields() {
        using t = rotate_secret;
        return std::tuple{required("id", &t::id), optional("overlap_hours", &t::overlap_hours)};
    }
};

/// Command of `service::test_endpoint`.
struct test_endpoint {
    test_endpoint() = default;
    explicit test_endpoint(endpoint_id which) : id(which) {}
    endpoint_id id;  ///< of the endpoint
    static constexpr auto fields() { return std::tuple{required("id", &test_endpoint::id)}; }
};

/// What a receiver said to a test.
struct tested_endpoint {
    delivery_id id;                      ///< `webhook-id` of the message
    bool arrived = false;                ///< the receiver answered 2xx
    std::optional<std::int64_t> status;  ///< of HTTP; nothing without an answer
    std::optional<std::string> failure;  ///< a word of `webhook_failure`
    std::int64_t took_ms = 0;            ///< how long the receiver took, in ms

    static constexpr auto fields() {
        using t = tested_endpoint;
        return std::tuple{required("id", &t::id), required("arrived", &t::arrived), optional("status", &t::status),
                          optional("failure", &t::failure), required("took_ms", &t::took_ms)};
    }
    friend bool operator==(tested_endpoint const&, tested_endpoint const&) = default;
};

/// Command of `service::endpoint_deliveries`.
struct list_endpoint_deliveries {
    list_endpoint_deliveries() = default;
    explicit list_endpoint_deliveries(endpoint_id which) : id(which) {}  ///< Of this endpoint.
    endpoint_id id;                                                      ///< of the endpoint
    std::optional<delivery_status> status;
    std::optional<std::int64_t> limit;
    std::optional<std::string> cursor;
    static constexpr auto fields() {
        using t = list_endpoint_deliveries;
        return std::tuple{required("id", &t::id), optional("status", &t::status), optional("limit", &t::limit),
                          optional("cursor", &t::cursor)};
    }
};

/// Command of `service::redeliver_to_endpoint`.
struct redeliver_to_endpoint {
    redeliver_to_endpoint() = default;
    explicit redeliver_to_endpoint(endpoint_id which) : id(which) {}  ///< To this endpoint.
    endpoint_id id;                                                   ///< of the endpoint
    std::optional<delivery_status> status;                            ///< `dead` unless said; not `pending`
    std::optional<timestamp> since;                                   ///< made then or later
    std::optional<std::int64_t> limit;
    std::optional<std::string> cursor;
    static constexpr auto fields() {
        using t = redeliver_to_endpoint;
        return std::tuple{required("id", &t::id), optional("status", &t::status), optional("since", &t::since),
                          optional("limit", &t::limit), optional("cursor", &t::cursor)};
    }
};

}  // namespace shop::notifications
