#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <shop/core/call.hpp>
#include <shop/core/error.hpp>
#include <shop/core/time.hpp>

namespace shop::http {

class body_pipe;

/// One field of a head.
struct header {
    std::string_view name;   ///< as sent; compared without regard to case
    std::string_view value;  ///< without the white space around it
};

/// What the path of a request names: found once, when its head is judged.
struct routed_path {
    std::size_t number = 0;  ///< of the route, as the handler counts them; 0: none
    /// What the names in braces of the route stand for, decoded, in their order.
    std::array<std::string_view, 2> values{};
    std::shared_ptr<void const> decoded;  ///< keeps the values that are no views of the path; may be null
};

/// A request, as the framing guard let it through.
///
/// All views point into the buffers of its connection and are valid until the answer is given.
struct request {
    std::string_view method;  ///< in upper case; `GET` for a `HEAD`, whose answer the server sends without its body
    std::string_view target;  ///< as sent
    std::string_view path;    ///< that of the target, without the base path, still percent-encoded; see `path_segments`
    std::string_view base_path;       ///< what stands before the paths of this server in those that its clients know
    std::string_view query;           ///< what follows the `?`, still percent-encoded; see `query_parameters`
    std::span<header const> headers;  ///< without what only a trusted proxy may say (`X-Forwarded-*`, `X-User-*`, ...)
    std::string_view body;            ///< empty in `handler::admit`
    /// What proxies say of the way the request came: `Forwarded`, `X-Forwarded-*`, `X-Real-IP`, `Via`. The client's own
    /// words, unless the peer is trusted.
    std::span<header const> forwarding;
    std::string_view peer;          ///< the address of the other end, without its port
    std::string_view client;        ///< the address of the client: that of the peer, or what trusted proxies say
    std::string_view id;            ///< the client's `X-Request-Id`, or one drawn here; the server returns it
    std::string_view trace;         ///< the `traceparent` to hand on: one drawn here, or the one that came, or none
    std::string_view parent_trace;  ///< the valid `traceparent` that came; the server returns it, or the one drawn here
    steady_time received{};         ///< when its first byte was seen
    routed_path route;              ///< what `handler::admit` found
    std::shared_ptr<shop::principal const> by;  ///< who asks, as `handler::admit` found out

    /// The value of a field by its name, in any case: the first, if there are several. Fields of which two would be two
    /// meanings (`Authorization`, `Content-Type`, `If-Match`, ...) occur at most once.
    std::optional<std::string_view> find(std::string_view name) const;
};

/// What caches may do with an answer (RFC 9111, 5.2.2). None that is shared, as that of a proxy, may ever keep it.
enum class cache_policy {
    revalidate,  ///< that of a client may keep it, and asks before each use whether it still holds: `private, no-cache`
    no_store,    ///< personal data and problems: `private, no-store`
    /// What must reach the client as it is written: `no-store, no-transform`, so that no proxy holds it back to
    /// compress it.
    as_it_comes,
};

/// An answer. What frames it (`Content-Length`, `Connection`, `Date`, ...) is the server's to write, and what holds for
/// all of them: `X-Content-Type-Options: nosniff`, over TLS `Strict-Transport-Security`.
class response {
public:
    response() = default;
    explicit response(unsigned status) : status(status) {}  ///< RFC 9110, section 15
    /// An answer of JSON.
    response(unsigned status, std::string body) : status(status), body(std::move(body)) {}

    unsigned status = 200;                          ///< 200 to 599; anything else is sent as 500
    std::string body;                               ///< sent as it is, with its `Content-Length`
    cache_policy cache = cache_policy::revalidate;  ///< what `Cache-Control` says
    /// A body that comes piece by piece, instead of `body`; the connection is closed behind it. Null: there is none.
    std::shared_ptr<body_pipe> stream;
    bool close = false;  ///< closes the connection after this answer
    std::optional<shop::error_code>
        failure;  ///< what it tells, if it tells a failure of the shop: not sent, for who counts

    /// Adds a field.
    /// @throws std::invalid_argument if the name is no token or belongs to the server, or if the value holds a control
    /// character: one that would end the line could write the rest of the answer (response splitting).
    response& add(std::string_view name, std::string_view value);

    /// Adds lines of a head that are written already, each with its CR LF.
    /// @pre they were made by `add` of another answer.
    response& add_lines(std::string_view lines) {
        fields_.append(lines);
        return *this;
    }

    /// Says what the body is, instead of `application/json`.
    /// @param type static text.
    response& content_type(std::string_view type) {
        content_type_ = type;
        return *this;
    }
    std::string_view content_type() const { return content_type_; }  ///< What was said, or `application/json`.

    /// The value of an added field, by its name in any case.
    std::optional<std::string_view> find(std::string_view name) const;

    /// The added fields as they are sent: lines ending in CR LF.
    std::string_view fields() const { return fields_; }

private:
    std::string_view content_type_ = "application/json";
    std::string fields_;
};

}  // namespace shop::http
