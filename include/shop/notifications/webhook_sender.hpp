#pragma once

#include <array>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include <shop/core/describe.hpp>
#include <shop/core/result.hpp>

namespace shop::notifications {

namespace asio = boost::asio;

/// One try to post a message to an endpoint.
struct webhook_request {
    std::string endpoint;              ///< whose bounds it counts to: the endpoint's id
    std::string url;                   ///< where to, as `webhook_sender::check_url` took it
    std::string id;                    ///< `webhook-id`: equal over all tries
    std::string body;                  ///< as it is signed and sent, at most 256 KiB
    std::vector<std::string> secrets;  ///< each signs
};

/// Why a message did not arrive, or may not have.
enum class webhook_failure {
    target_refused,  ///< the name leads to an address that is not of the public internet
    unresolved,      ///< the name leads nowhere
    unreachable,     ///< no connection
    tls,             ///< no TLS, or a certificate that is not believed
    timeout,         ///< no whole answer in time
    broken_off,      ///< the connection ended before the answer did
    bad_answer,      ///< not HTTP, or a head beyond its bounds
    redirected,      ///< 3xx: never followed
    gone,            ///< 410: the receiver wants nothing any more
    refused,         ///< any other status but 2xx
    overloaded,      ///< too many messages wait for this endpoint
};
/// As they stand in attempts and answers.
constexpr std::array<std::string_view, 11> words_of(webhook_failure) {
    return {"target_refused", "unresolved", "unreachable", "tls",     "timeout",   "broken_off",
            "bad_answer",     "redirected", "gone",        "refused", "overloaded"};
}

/// What became of a try.
struct webhook_response {
    std::optional<webhook_failure> failure;           ///< nothing when it arrived: 2xx
    std::optional<int> status;                        ///< of HTTP; nothing without an answer
    std::optional<std::chrono::seconds> retry_after;  ///< what the receiver asks for; not bounded
    bool may_have_arrived = false;                    ///< of a failure: nobody knows
    std::chrono::milliseconds took{};                 ///< from its turn to its end
};

/// Signs and posts by Standard Webhooks 1.0. It knows HTTP, addresses and cryptography; what is sent to whom, and what
/// follows from a failure, is no matter of its own.
/// @par Thread safety
/// Shared objects: safe. A call resumes on the executor it was awaited on; none blocks it.
class webhook_sender {
public:
    virtual ~webhook_sender() = default;

    /// Whether an endpoint may stand there, by its text alone: the address behind a name is judged at each connection.
    /// @par Errors
    /// `invalid_value` at "/url", with what to write instead.
    virtual result<void> check_url(std::string_view url) const = 0;

    /// A new secret: `whsec_` and standard base64 of random bytes.
    /// @par Errors
    /// `internal` if the system has no randomness.
    virtual result<std::string> draw_secret() = 0;

    /// Posts all of them; one response each, in their order, once all have ended. One that hangs keeps none of another
    /// endpoint from being sent.
    virtual asio::awaitable<std::vector<webhook_response>> post(std::vector<webhook_request> requests) = 0;
};

}  // namespace shop::notifications
