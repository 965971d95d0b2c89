#include "service.hpp"

#include <shop/core/pagination_cursor.hpp>

#include "orders/process/place_call.hpp"
#include "orders/process/transition_call.hpp"
#include "records/queues.hpp"

namespace shop::orders {
namespace {

order_query to_query(list_orders const& wanted, std::size_t limit) {
    order_query query;
    query.customer_id = wanted.customer_id;
    query.status = wanted.status;
    if (wanted.placed_after) query.not_before = order_id{uuid::first_of(*wanted.placed_after)};
    if (wanted.placed_before) query.before = order_id{uuid::first_of(*wanted.placed_before)};
    query.limit = limit + 1;  // one more than asked for tells whether there is a next page
    return query;
}

}  // namespace

store_service::store_service(service_parts parts)
    : parts_(std::move(parts)),
      reader_(std::make_shared<order_reader>(parts_.store, parts_.context)),
      process_(std::make_shared<process>(parts_, reader_)) {}

std::shared_ptr<running_service> make_service(service_parts parts) {
    return std::make_shared<store_service>(std::move(parts));
}

void store_service::start() {
    recovery_ = std::make_shared<recovery>(process_);
    recovery_->start();
    reconciliation_ = std::make_shared<reconciliation>(parts_);
    reconciliation_->start();
}

void store_service::stop() {
    if (auto running = std::exchange(recovery_, nullptr)) running->stop();
    if (auto running = std::exchange(reconciliation_, nullptr)) running->stop();
    process_->stop();
}

results<acknowledgement> store_service::place(requests<place_order> requests) {
    return place_call::finish_or_wait(std::make_shared<place_call>(process_, std::move(requests)));
}

results<acknowledgement> store_service::transition(requests<transition_order> requests) {
    return transition_call::finish_or_wait(std::make_shared<transition_call>(process_, std::move(requests)));
}

results<acknowledgement> store_service::cancel(requests<cancel_order> requests) {
    std::vector<request<transition_order>> moves;
    moves.reserve(requests.size());
    for (auto& r : requests) {
        transition_order move(r.command.id, status::cancelled);
        move.note = std::move(r.command.note);
        move.note_visibility = r.command.note_visibility;
        moves.emplace_back(std::move(r.call), std::move(move));
    }
    return transition(std::move(moves));
}

results<order> store_service::get(requests<get_order> requests) {
    auto const now = parts_.context.clock->now();
    std::vector<result<order>> orders(requests.size(), error(error_code::deadline_exceeded));
    std::vector<order_id> ids;
    std::vector<std::size_t> of;
    ids.reserve(requests.size());
    of.reserve(requests.size());
    for (std::size_t i = 0; i < requests.size(); ++i) {
        if (requests[i].call.deadline <= now) continue;
        ids.push_back(requests[i].command.id);
        of.push_back(i);
    }
    auto records = co_await reader_->read(std::move(ids));
    for (std::size_t n = 0; n < of.size(); ++n) {
        auto const& record = records[n];
        auto& answer = orders[of[n]];
        if (!record) {
            answer = record.error();
        } else if (!requests[of[n]].call.by->may_act_for(record->customer_id)) {
            answer = error(error_code::not_found);
        } else {
            answer = rules::view_for(*requests[of[n]].call.by, *record);
        }
    }
    co_return orders;
}

results<page<order>> store_service::list(requests<list_orders> requests) {
    auto const answer = [this](request<list_orders> const& r) { return list_one(r); };
    return detail::one_by_one<page<order>>(std::move(requests), *parts_.context.clock, answer);
}

asio::awaitable<result<page<order>>> store_service::list_one(request<list_orders> const& wanted) {
    auto const limit = page_limit(wanted.command.limit);
    if (!limit) co_return limit.error();
    auto query = to_query(wanted.command, *limit);
    auto const& by = *wanted.call.by;
    if (!by.customer_id.empty() && !by.may("orders:any")) {
        if (query.customer_id && *query.customer_id != by.customer_id) co_return page<order>{};
        query.customer_id = by.customer_id;
    }
    if (wanted.command.cursor) {
        auto const place = read_cursor("orders.list", *wanted.command.cursor);
        if (!place) co_return place.error();
        auto const before = order_id::parse(*place);
        if (!before) co_return bad_cursor();
        if (!query.before || *before < *query.before) query.before = *before;
    }
    auto records = co_await parts_.store->list(std::move(query));
    if (!records) co_return records.error();
    page<order> found;
    if (records->size() > *limit) {
        records->resize(*limit);
        found.next_cursor = make_cursor("orders.list", to_string(records->back().id));
    }
    found.items.reserve(records->size());
    for (auto const& record : *records) found.items.push_back(rules::view_for(by, record));
    co_return found;
}

results<page<history_item>> store_service::history(requests<get_history> requests) {
    auto const answer = [this](request<get_history> const& r) { return history_of(r); };
    return detail::one_by_one<page<history_item>>(std::move(requests), *parts_.context.clock, answer);
}

asio::awaitable<result<page<history_item>>> store_service::history_of(request<get_history> const& wanted) {
    auto events = co_await parts_.store->history(wanted.command.id);
    if (!events) co_return events.error();
    if (events->empty() || !wanted.call.by->may_act_for(events->front().customer_id)) {
        co_return error(error_code::not_found);
    }
    page<history_item> all;
    all.items.reserve(events->size());
    for (auto const& e : *events) all.items.push_back(rules::view_for(*wanted.call.by, e));
    co_return all;
}

}  // namespace shop::orders
