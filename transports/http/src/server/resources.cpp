#include <shop/http/resources.hpp>

#include <stdexcept>

#include <boost/asio/ip/address.hpp>

#include <shop/http/own_machine.hpp>
#include <shop/http/problem.hpp>

#include "message/client_address.hpp"
#include "rest/path.hpp"

namespace shop::http {
namespace {

/// Marks the routes of these resources: those of other handlers are small numbers.
constexpr std::size_t own_route = std::size_t(1) << 48;

bool is_from_this_machine(request const& head) {
    auto const peer = detail::read_node(head.peer);
    return peer && peer->is_loopback() && head.forwarding.empty() && names_this_machine(head);
}

}  // namespace

void resources::add(std::string_view path, audience whom, std::function<response()> answer) {
    if (!places_.emplace(path, resources_.size()).second)
        throw std::invalid_argument("there is a resource of this path");
    resources_.push_back({whom, std::move(answer)});
}

std::optional<std::size_t> resources::find(std::string_view path, request const& head) const {
    auto const found = places_.find(path);
    if (found == places_.end()) return std::nullopt;
    if (resources_[found->second].whom == audience::this_machine && !is_from_this_machine(head)) return std::nullopt;
    return found->second;
}

admission resources::admit(request const& head) {
    admission out;
    auto const found = find(head.path, head);
    if (found && head.method == "GET") {
        out.route.number = own_route | *found;
        out.body_bytes_max = 0;
    } else if (found) {
        out.answer = detail::answer_by_methods(head, "GET, HEAD, OPTIONS");
    } else if (auto const meant = detail::without_last_slash(head.path); !meant.empty() && find(meant, head)) {
        out.answer = problem(detail::no_such_path(head, meant), head);
    } else if (others_) {
        return others_->admit(head);
    } else {
        out.answer = problem(detail::no_such_path(head, {}), head);
    }
    return out;
}

asio::awaitable<admission> resources::admit_later(request const& head) {
    return others_->admit_later(head);  // those of this one are never undecided
}

asio::awaitable<response> resources::handle(request const& request) {
    if ((request.route.number & own_route) == 0) co_return co_await others_->handle(request);
    co_return resources_.at(request.route.number & ~own_route).answer();
}

void resources::answered(request const& request, response const& answer) {
    if (others_) others_->answered(request, answer);
}

}  // namespace shop::http
