#include <shop/http/resources.hpp>

#include <stdexcept>

#include <shop/http/problem.hpp>

namespace shop::http {
namespace {

/// Marks the routes of these resources: those of other handlers are small numbers.
constexpr std::size_t own_route = std::size_t(1) << 48;

}  // namespace

void resources::add(std::string_view path, std::function<response()> answer) {
    if (!places_.emplace(path, answers_.size()).second) throw std::invalid_argument("there is a resource of this path");
    answers_.push_back(std::move(answer));
}

admission resources::admit(request const& head) {
    admission out;
    auto const found = places_.find(head.path);
    if (found == places_.end()) {
        if (others_) return others_->admit(head);
        out.answer = problem(error(error_code::not_found, "no resource has this path"), head);
    } else if (head.method != "GET") {
        out.answer = problem(refusal::method_not_allowed, "this resource has GET, HEAD", head);
        out.answer->add("Allow", "GET, HEAD");
    } else {
        out.route = own_route | found->second;
        out.body_bytes_max = 0;
    }
    return out;
}

asio::awaitable<response> resources::handle(request const& request) {
    if ((request.route & own_route) == 0) co_return co_await others_->handle(request);
    co_return answers_.at(request.route & ~own_route)();
}

void resources::answered(request const& request, response const& answer) {
    if (others_) others_->answered(request, answer);
}

}  // namespace shop::http
