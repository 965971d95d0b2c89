#pragma once

#include <string>

#include <shop/async/operation.hpp>
#include <shop/http/problem.hpp>
#include <shop/inventory/service.hpp>
#include <shop/json/json.hpp>
#include <shop/notifications/service.hpp>
#include <shop/orders/service.hpp>
#include <shop/products/service.hpp>

#include "rest/command.hpp"

/// From an answer of a service to one of HTTP.
namespace shop::http::detail {

/// An answer of a service, as HTTP sees it.
struct circumstances {
    bool replayed = false;
    bool pending = false;  ///< accepted, its outcome is not known yet
};

template <class Answer>
circumstances circumstances_of(Answer const&) {
    return {};
}
inline circumstances circumstances_of(orders::acknowledgement const& a) {
    return {a.replayed, a.pending};
}
inline circumstances circumstances_of(inventory::recorded const& r) {
    return {r.replayed, false};
}

/// What is shown of an answer.
template <class Answer>
Answer const& shown(Answer const& answer) {
    return answer;
}
inline orders::order const& shown(orders::acknowledgement const& a) {
    return a.order;
}
inline inventory::movement const& shown(inventory::recorded const& r) {
    return r.movement;
}

/// The strong tag of a resource; empty where there is none.
template <class Resource>
std::string tag_of(Resource const&) {
    return {};
}
std::string tag_of(products::product const& p);
std::string tag_of(inventory::stock_level const& s);
std::string tag_of(orders::order const& o);
std::string tag_of(notifications::preferences const& p);
std::string tag_of(notifications::webhook_endpoint const& e);

/// Where a resource is read; empty where it has no address of its own.
template <class Resource>
std::string location_of(Resource const&) {
    return {};
}
std::string location_of(products::product const& p);
std::string location_of(orders::order const& o);
std::string location_of(notifications::webhook_endpoint const& e);

/// A refusal, in the words of the request's place.
response refuse(exchange const& at, bool is_list, error const& e);

/// The status of an answer, and the fields of its head.
response begin_answer(shop::success success, circumstances seen, std::string const& tag, std::string const& location);

template <class Row>
response answer_with(exchange const& at, typename Row::answer const& answer) {
    auto const& resource = shown(answer);
    auto const tag = tag_of(resource);
    if (Row::row.method == http_method::get && !tag.empty() && is_known_to_client(at.http, tag)) {
        response unchanged(304);
        unchanged.add("ETag", tag);
        return unchanged;
    }
    auto const seen = circumstances_of(answer);
    bool const located = Row::row.success == success::created || seen.pending;
    auto location = located ? location_of(resource) : std::string{};
    if (!location.empty()) location.insert(0, at.http.base_path);
    auto out = begin_answer(Row::row.success, seen, tag, location);
    if (out.status == 204) return out;
    out.body.reserve(Row::row.kind == operation_kind::list ? 4096 : 768);
    json::append(out.body, resource);
    return out;
}

}  // namespace shop::http::detail
