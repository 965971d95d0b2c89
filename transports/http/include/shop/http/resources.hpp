#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <shop/http/handler.hpp>

namespace shop::http {

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
    void add(std::string_view path, std::function<response()> answer);

    admission admit(request const& head) override;
    asio::awaitable<response> handle(request const& request) override;
    void answered(request const& request, response const& answer) override;

private:
    handler* others_;
    std::map<std::string, std::size_t, std::less<>> places_;
    std::vector<std::function<response()>> answers_;
};

}  // namespace shop::http
