#pragma once

#include <functional>
#include <memory>
#include <string>

#include <shop/core/service_context.hpp>
#include <shop/http/client.hpp>
#include <shop/http/handler.hpp>
#include <shop/transport/channel.hpp>
#include <shop/transport/endpoint.hpp>

/// The transport between services over HTTP: `POST /internal/v1/{operation}` with the lines of `transport/message.hpp`, as
/// `application/x-ndjson`.
namespace shop::http {

inline constexpr std::string_view internal_path = "/internal/v1/";
inline constexpr std::size_t internal_body_bytes_max = 8 * 1024 * 1024;

/// Carries items to one instance of a service. Items of more than `internal_body_bytes_max` go in several messages.
/// @param credential the value of `Authorization` that the other end demands; asked for each message, so that it can change
/// @par Thread safety
/// As `transport::channel`.
std::shared_ptr<transport::channel> client_channel(service_context context, std::shared_ptr<client> over,
                                                   std::function<std::string()> credential);

/// What a service is reached by: the endpoint behind `/internal/v1/`, for those who hold the service credential.
/// @par Thread safety
/// As `handler`.
class internal_api final : public handler {
public:
    /// @param admits judges the value of `Authorization`, empty if there is none
    internal_api(std::shared_ptr<transport::endpoint> to, std::function<bool(std::string_view authorization)> admits)
        : to_(std::move(to)), admits_(std::move(admits)) {}

    admission admit(request const& head) override;
    asio::awaitable<response> handle(request const& request) override;

private:
    std::shared_ptr<transport::endpoint> to_;
    std::function<bool(std::string_view)> admits_;
};

}  // namespace shop::http
