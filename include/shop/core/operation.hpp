#pragma once

#include <array>
#include <string_view>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include <shop/core/call.hpp>
#include <shop/core/result.hpp>

/// The operation table: each service declares its operations once, as data. HTTP server and client, authorisation,
/// metrics, retry rules and documents are driven by it.
namespace shop {

namespace asio = boost::asio;

enum class http_method { get, post, put, patch, delete_ };

constexpr std::array<std::string_view, 5> words_of(http_method) { return {"GET", "POST", "PUT", "PATCH", "DELETE"}; }

enum class operation_kind { unary, list, stream, upload };

constexpr std::array<std::string_view, 4> words_of(operation_kind) { return {"unary", "list", "stream", "upload"}; }

/// What a repeat does: nothing (`safe`), the same again (`idempotent`), or nothing thanks to its key (`keyed`).
enum class safety { safe, idempotent, keyed };

constexpr std::array<std::string_view, 3> words_of(safety) { return {"safe", "idempotent", "keyed"}; }

/// What a success means, in the words of any transport.
enum class success { answered, created, removed };

/// The shape of every port function.
template <class Service, class Command, class Answer>
using port_function = asio::awaitable<std::vector<result<Answer>>> (Service::*)(std::vector<request<Command>>);

/// One row of a service's operation table.
template <class Service, class Command, class Answer>
struct operation {
    using service_type = Service;
    using command_type = Command;
    using answer_type = Answer;

    std::string_view name;     ///< `orders.place`
    http_method method;
    std::string_view path;     ///< `/v1/orders/{id}`: a name in braces is a member of the command
    operation_kind kind;
    shop::safety safety;
    shop::success success;
    std::string_view scope;    ///< what the principal must hold
    port_function<Service, Command, Answer> function;
};

}  // namespace shop
