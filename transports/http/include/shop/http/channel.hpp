#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <shop/async/service_context.hpp>
#include <shop/http/client.hpp>
#include <shop/http/handler.hpp>
#include <shop/transport/channel.hpp>
#include <shop/transport/endpoint.hpp>

/// The transport between services over HTTP: `POST /internal/v1/{operation}` with the lines of `transport/message.hpp`,
/// as `application/x-ndjson`.
namespace shop::http {

inline constexpr std::string_view internal_path = "/internal/v1/";       ///< followed by the name of the operation
inline constexpr std::size_t internal_body_bytes_max = 8 * 1024 * 1024;  ///< of the items of one message

/// Carries items to one instance of a service. Items of more than `internal_body_bytes_max` go in several messages.
/// @param credential the value of `Authorization` that the other end demands; asked for each message, so that it can
/// change
/// @par Thread safety
/// As `transport::channel`.
std::shared_ptr<transport::channel> client_channel(service_context context, std::shared_ptr<client> over,
                                                   std::function<std::string()> credential);

/// What a service is reached by: the endpoint behind `/internal/v1/`, for those who are let in.
/// @par Thread safety
/// As `handler`.
class internal_api final : public handler {
public:
    /// Judges a message by its head, and the operation that it names, which need not exist.
    /// @return why it is not taken: `unauthenticated` for who is not known, `forbidden` for who may not ask for that;
    /// nothing if it is
    using judge_function = std::function<std::optional<error>(request const& head, std::string_view operation)>;

    /// @param judge asked for each message, before its body is read
    internal_api(std::shared_ptr<transport::endpoint> to, judge_function judge)
        : to_(std::move(to)), judge_(std::move(judge)) {}

    admission admit(request const& head) override;
    asio::awaitable<response> handle(request const& request) override;

private:
    std::shared_ptr<transport::endpoint> to_;
    judge_function judge_;
};

}  // namespace shop::http
