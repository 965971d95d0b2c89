#pragma once

#include <shop/http/limits.hpp>
#include <stdexcept>
#include <utility>
#include <vector>

#include "rest/answer.hpp"
#include "rest/cursor.hpp"
#include "rest/streams.hpp"
#include "rest/upload.hpp"

/// The rows of a service's operation table as routes. Included by one source file per service: a row costs compile
/// time.
namespace shop::http::detail {

template <class Row>
asio::awaitable<response> run_unary(void* service, exchange& at) {
    constexpr bool is_list = Row::row.kind == operation_kind::list;
    typename Row::command command;
    if (auto read = read_command<Row>(at, command); !read) co_return refuse(at, is_list, read.error());
    page_binding<typename Row::command> const binding(Row::row.name, *at.call.by, command);
    if (auto opened = binding.open(at.cursors, command); !opened) co_return refuse(at, is_list, opened.error());

    std::vector<shop::request<typename Row::command>> batch;
    batch.emplace_back(std::move(at.call), std::move(command));
    auto& port = *static_cast<typename Row::service*>(service);
    auto answers = co_await (port.*Row::row.function)(std::move(batch));
    if (answers.size() != 1) throw std::logic_error("a service answered another number of requests than it was asked");
    if (!answers.front()) co_return refuse(at, is_list, answers.front().error());
    binding.seal(at.cursors, *answers.front());
    co_return answer_with<Row>(at, *answers.front());
}

/// Opens a stream of events.
template <class Row>
asio::awaitable<response> run_stream(void*, exchange& at) {
    if (!accepts(at.http, "text/event-stream")) {
        co_return problem(refusal::not_acceptable, "this is a stream: ask for `Accept: text/event-stream`", at.http);
    }
    typename Row::command command;
    if (auto read = read_command<Row>(at, command); !read) co_return refuse(at, false, read.error());
    if constexpr (Row::resumable) {
        auto last = last_event_id_of(at.http);
        if (!last) co_return problem(last.error(), at.http);
        command.last_event_id = *std::move(last);
    }
    co_return co_await open_stream(at, std::move(command));
}

template <class Row>
route make_route(typename Row::service& service) {
    static_assert(Row::in_path.count <= path_parameters_max);
    constexpr bool is_upload = Row::row.kind == operation_kind::upload;
    route made{};
    made.name = Row::row.name;
    made.path = Row::row.path;
    made.method = Row::row.method;
    made.scope = Row::row.scope;
    made.keyed = Row::row.safety == safety::keyed;
    made.conditional = Row::conditional;
    made.can_create = Row::can_create;
    made.takes_body = Row::takes_body;
    made.personal = Row::row.sensitivity == sensitivity::personal;
    made.body_bytes_max = is_upload ? limits::import_body_bytes_max : limits::body_bytes_max;
    made.service = &service;
    made.is_stream = Row::row.kind == operation_kind::stream;
    if constexpr (is_upload) {
        made.run = &run_upload<Row>;
    } else if constexpr (Row::row.kind == operation_kind::stream) {
        made.run = &run_stream<Row>;
    } else {
        made.run = &run_unary<Row>;
    }
    return made;
}

template <auto const& Table, class Service>
void add_rows(std::vector<route>& to, Service& service) {
    [&]<std::size_t... I>(std::index_sequence<I...>) {
        (to.push_back(make_route<row_of<Table, I>>(service)), ...);
    }
    (std::make_index_sequence<std::tuple_size_v<std::remove_cvref_t<decltype(Table)>>>{});
}

}  // namespace shop::http::detail
