#pragma once

#include <utility>

#include <shop/transport/endpoint.hpp>

#include "item_spans.hpp"
#include "wire.hpp"

/// The rows of a service's tables as rows of an endpoint. Included by one source file per service: a row costs compile
/// time.
namespace shop::transport {

template <auto const& Table, std::size_t I>
asio::awaitable<std::string> run_row(endpoint::row const& self, scheduler const& clock, observer const& watch,
                                     std::vector<std::string_view> lines) {
    static constexpr auto const& row = std::get<I>(Table);
    using operation_type = std::remove_cvref_t<decltype(row)>;
    using service_type = typename operation_type::service_type;
    using command_type = typename operation_type::command_type;
    using answer_type = typename operation_type::answer_type;

    std::vector<result<answer_type>> answers(lines.size(), error(error_code::internal));
    std::vector<request<command_type>> requests;
    std::vector<std::size_t> of;
    requests.reserve(lines.size());
    of.reserve(lines.size());
    auto const now = clock.now();
    std::vector<item_origin> origins(watch.on_answered ? lines.size() : 0);
    item_spans spans;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        auto read = read_item<command_type>(lines[i], now);
        if (!read) {
            answers[i] = read.error();
        } else if (!read->call.by->may(row.scope)) {
            answers[i] = error(error_code::forbidden, "this needs the scope " + std::string(row.scope));
        } else {
            if (watch.on_answered) origins[i] = {read->call.by->account, read->call.request_id, read->call.trace};
            spans.draw(watch, i, read->call);
            requests.push_back(std::move(*read));
            of.push_back(i);
        }
    }
    if (!requests.empty()) {
        auto const service = std::static_pointer_cast<service_type>(self.service);
        auto given = co_await (service.get()->*row.function)(std::move(requests));
        for (std::size_t i = 0; i < of.size() && i < given.size(); ++i) answers[of[i]] = std::move(given[i]);
    }
    if (watch.on_answered) watch.on_answered({row.name, failures_of(answers), clock.now() - now, origins, spans.all()});
    std::string out;
    for (auto const& answer : answers) {
        append_answer(out, answer);
        out += '\n';
    }
    co_return out;
}

template <auto const& Table, class Service>
void add_rows(std::map<std::string_view, endpoint::row>& to, std::shared_ptr<Service> service) {
    [&]<std::size_t... I>(std::index_sequence<I...>) {
        (to.emplace(std::get<I>(Table).name,
                    endpoint::row{std::get<I>(Table).name, std::get<I>(Table).scope, service, &run_row<Table, I>}),
         ...);
    }
    (std::make_index_sequence<std::tuple_size_v<std::remove_cvref_t<decltype(Table)>>>{});
}

}  // namespace shop::transport
