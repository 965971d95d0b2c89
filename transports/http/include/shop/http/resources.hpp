#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <shop/http/handler.hpp>

namespace shop::http {

/// Whom a resource is there for; for others there is none of its path.
enum class audience {
    anybody,
    /// Direct requests from loopback that name this machine: what a proxy hands on, or a page of a browser asks for, is
    /// somebody else's.
    this_machine,
};

/// Resources that are no operations, such as `/livez`, before those of another handler, if there is one.
/// @par Thread safety
/// As `handler`; `add` only before the first request.
class resources : public handler {
public:
    /// @param others is asked for everything else, and outlives this; without it there is nothing else
    explicit resources(handler* others = nullptr) : others_(others) {}

    /// @param path as sent, without parameters
    /// @param answer called for each `GET`; must not block
    /// @throws std::invalid_argument if the path is taken
    void add(std::string_view path, audience whom, std::function<response()> answer);

    admission admit(request const& head) override;
    asio::awaitable<admission> admit_later(request const& head) override;
    asio::awaitable<response> handle(request const& request) override;
    void answered(request const& request, response const& answer) override;

private:
    struct resource {
        audience whom;
        std::function<response()> answer;
    };
    /// The number of the resource of a path, if it is there for who asks.
    std::optional<std::size_t> find(std::string_view path, request const& head) const;

    handler* others_;
    std::map<std::string, std::size_t, std::less<>> places_;
    std::vector<resource> resources_;
};

}  // namespace shop::http
