#pragma once

#include <array>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <vector>

#include <shop/async/results.hpp>
#include <shop/core/call.hpp>

/// The operation table: each service declares its operations once, as data. HTTP server and client, authorisation,
/// metrics, retry rules and documents are driven by it.
namespace shop {

/// The methods of the public API (RFC 9110; PATCH: RFC 5789).
enum class http_method { get, post, put, patch, delete_ };

constexpr std::array<std::string_view, 5> words_of(http_method) {
    return {"GET", "POST", "PUT", "PATCH", "DELETE"};
}

/// How requests and answers come: one and one, pages, a stream of events, an array of items.
enum class operation_kind { unary, list, stream, upload };

constexpr std::array<std::string_view, 4> words_of(operation_kind) {
    return {"unary", "list", "stream", "upload"};
}

/// What a repeat does: nothing (`safe`), the same again (`idempotent`), or nothing thanks to its key (`keyed`).
enum class safety { safe, idempotent, keyed };

constexpr std::array<std::string_view, 3> words_of(safety) {
    return {"safe", "idempotent", "keyed"};
}

/// What a success means, in the words of any transport.
enum class success { answered, created, removed };

/// What the answers of an operation tell. Personal data is never stored by a cache, not even by that of its owner's
/// browser.
enum class sensitivity { ordinary, personal };

/// The shape of every port function.
template <class Service, class Command, class Answer>
using port_function = results<Answer> (Service::*)(requests<Command>);

/// One row of a service's operation table.
template <class Service, class Command, class Answer>
struct operation {
    using service_type = Service;
    using command_type = Command;
    using answer_type = Answer;

    std::string_view name;   ///< `orders.place`
    http_method method;      ///< of the public API
    std::string_view path;   ///< `/v1/orders/{id}`: a name in braces is a member of the command; empty: no resource
    operation_kind kind;     ///< decides how the REST mapping reads and answers it
    shop::safety safety;     ///< decides what may be sent again after a failure
    shop::success success;   ///< the HTTP status of a success
    std::string_view scope;  ///< what the principal must hold
    port_function<Service, Command, Answer> function;             ///< a member of the port, which takes a batch
    shop::sensitivity sensitivity = shop::sensitivity::ordinary;  ///< whether answers hold personal data
};

/// Whether each operation of a table answers with personal data: what a service of such data asserts of its table.
template <class Table>
constexpr bool all_personal(Table const& table) {
    auto const is_personal = [](auto const& row) { return row.sensitivity == sensitivity::personal; };
    return std::apply([&](auto const&... rows) { return (is_personal(rows) && ...); }, table);
}

/// An operation that services ask of each other and nobody else: it is no resource.
template <class Service, class Command, class Answer>
constexpr operation<Service, Command, Answer> internal_operation(std::string_view name, safety repeat,
                                                                 std::string_view scope,
                                                                 port_function<Service, Command, Answer> function) {
    return {name, http_method::post, {}, operation_kind::unary, repeat, success::answered, scope, function};
}

namespace detail {
template <class Command, class First, class... Rest>
constexpr auto const& first_row_for(First const& first, Rest const&... rest) {
    if constexpr (std::is_same_v<typename First::command_type, Command>) {
        return first;
    } else {
        return first_row_for<Command>(rest...);
    }
}
}  // namespace detail

/// The row of a command: each has one.
template <class Command, class Table>
constexpr auto const& row_for(Table const& table) {
    return std::apply(
        [](auto const&... rows) -> auto const& { return detail::first_row_for<Command>(rows...); }, table);
}

}  // namespace shop
