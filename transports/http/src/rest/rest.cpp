#include <shop/http/rest.hpp>

#include <utility>
#include <vector>

#include <shop/http/problem.hpp>

#include "rest/head.hpp"
#include "rest/path.hpp"
#include "rest/route.hpp"

namespace shop::http {

using detail::route;

namespace {

admission settled(response answer) {
    admission out;
    out.answer = std::move(answer);
    return out;
}

/// Refuses who may not.
std::optional<response> judge_scope(route const& to, principal const& by, request const& head) {
    if (by.may(to.scope)) return std::nullopt;
    return problem(error(error_code::forbidden, "this needs the scope " + std::string(to.scope)), head);
}

/// Refuses a body that the operation cannot read, by what the head says of it.
std::optional<response> judge_body(route const& to, request const& head) {
    if (!detail::has_body(head)) return std::nullopt;
    if (!to.takes_body) {
        return problem(error(error_code::malformed_request, "this operation takes no body: leave it out"), head);
    }
    auto const type = head.find("Content-Type");
    if (!type || !detail::is_json(*type)) {
        return problem(refusal::unsupported_media_type, "send the body as `Content-Type: application/json`, in UTF-8",
                       head);
    }
    return std::nullopt;
}

/// A condition that nobody checks must not look as if it had held.
std::optional<error> judge_conditions(route const& to, request const& request) {
    if (to.method == http_method::get) return std::nullopt;
    if (!to.conditional && request.find("If-Match")) {
        return detail::malformed_at("If-Match", "is not understood by this operation: leave it out");
    }
    if (!to.can_create && request.find("If-None-Match")) {
        return detail::malformed_at("If-None-Match", "is not understood by this operation: leave it out");
    }
    return std::nullopt;
}

/// Fills in who calls, under which key and until when.
result<void> describe_call(route const& to, request const& request, rest_options const& options, shop::call& call) {
    if (auto refused = judge_conditions(to, request)) return *std::move(refused);
    auto const time = detail::time_given(request, options.deadline);
    if (!time) return time.error();
    if (to.keyed) {
        auto key = detail::idempotency_key_of(request);
        if (!key) return key.error();
        call.idempotency_key = *std::move(key);
    }
    call.deadline = options.clock->now() + *time;
    call.trace = request.trace;
    call.request_id = request.id;
    return {};
}

}  // namespace

rest_api::rest_api(rest_options options, products::service& products, inventory::service& inventory,
                   orders::service& orders, notifications::service& notifications)
    : options_(std::move(options)),
      cursors_(options_.cursors ? *options_.cursors : cursor_seal::drawn()),
      router_(std::make_unique<detail::router>()) {
    detail::add_routes(routes_, products);
    detail::add_routes(routes_, inventory);
    detail::add_routes(routes_, orders);
    detail::add_routes(routes_, notifications);
    if (!options_.live) std::erase_if(routes_, [](route const& one) { return one.is_stream; });
    for (std::size_t i = 0; i < routes_.size(); ++i) router_->add(routes_[i].method, routes_[i].path, i + 1);
}

rest_api::~rest_api() = default;

admission rest_api::admit(request const& head) {
    detail::request_path path;
    if (auto const meant = detail::without_last_slash(head.path); !meant.empty() && path.read(meant)) {
        bool const is_known = router_->find(std::nullopt, path.segments()).methods != 0;
        return settled(problem(detail::no_such_path(head, is_known ? meant : std::string_view{}), head));
    }
    if (auto read = path.read(head.path); !read) return settled(problem(read.error()));
    auto const found = router_->find(detail::method_of(head.method), path.segments());
    if (found.number == 0 && found.methods == 0) return settled(problem(detail::no_such_path(head, {}), head));
    if (found.number == 0) return settled(detail::answer_by_methods(head, detail::methods_to_text(found.methods)));
    admission out;
    out.route = {found.number, found.values, path.keep()};
    if (options_.draw_span) out.trace = options_.draw_span(head.trace);
    std::optional<access_decision> judged(std::in_place);
    if (options_.access_control) {
        judged = options_.access_control->judge(head);
    } else {
        judged->by = local_principal();
    }
    out.undecided = !judged;
    if (judged) let_in(std::move(*judged), head, out);
    return out;
}

asio::awaitable<admission> rest_api::admit_later(request const& head) {
    auto judged = co_await options_.access_control->judge_later(head);
    admission out;
    out.route = head.route;
    let_in(std::move(judged), head, out);
    co_return out;
}

/// @pre `to` has its route
void rest_api::let_in(access_decision judged, request const& head, admission& to) const {
    auto const& wanted = routes_[to.route.number - 1];
    to.by = std::move(judged.by);
    to.fields = std::move(judged.fields);
    to.answer = std::move(judged.refusal);
    if (!to.answer) to.answer = judge_scope(wanted, *to.by, head);
    if (!to.answer) to.answer = judge_body(wanted, head);
    to.body_bytes_max = wanted.body_bytes_max;
}

asio::awaitable<response> rest_api::handle(request const& request) {
    auto const& to = routes_.at(request.route.number - 1);
    response out;
    try {
        detail::exchange at(request, request.route.values, cursors_);
        at.call.by = request.by;
        at.access = options_.access_control;
        at.live = options_.live;
        if (auto described = describe_call(to, request, options_, at.call); !described) {
            co_return problem(described.error(), request);
        }
        out = co_await to.run(to.service, at);
        if (to.personal && !out.stream) out.cache = cache_policy::no_store;
    } catch (...) {
        if (options_.on_exception) options_.on_exception(to.name, std::current_exception());
        out = problem(error(error_code::internal), request);
    }
    co_return out;
}

void rest_api::answered(request const& request, response const& answer) {
    if (!options_.on_answered) return;
    auto const number = request.route.number;
    auto const known = number != 0 && number <= routes_.size();
    options_.on_answered(request, answer, known ? std::string_view(routes_[number - 1].name) : std::string_view());
}

}  // namespace shop::http
