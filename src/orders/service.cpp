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

error bad_last_event_id(std::string detail) {
    error_details details;
    details.errors.push_back({"Last-Event-ID", std::move(detail)});
    return {error_code::malformed_request, std::move(details)};
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

results<order_events> store_service::events(requests<follow_order> requests) {
    auto const answer = [this](request<follow_order> const& r) { return events_of(r); };
    return detail::one_by_one<order_events>(std::move(requests), *parts_.context.clock, answer);
}

asio::awaitable<result<order_events>> store_service::events_of(request<follow_order> const& wanted) {
    std::optional<std::uint64_t> last;
    if (auto const& text = wanted.command.last_event_id) {
        last = rules::number_of_event(*text);
        if (!last) co_return bad_last_event_id("must be the version of an order, as the ids of its events are");
    }
    auto steps = co_await parts_.store->history(wanted.command.id);
    if (!steps) co_return steps.error();
    if (steps->empty() || !wanted.call.by->may_act_for(steps->front().customer_id)) {
        co_return error(error_code::not_found);
    }
    order_events out;
    out.source = parts_.store->epoch();
    auto const newest = steps->back().version;
    out.is_reset = last && *last > newest;
    if (!last || out.is_reset) last = newest - 1;
    for (auto const& step : *steps) {
        out.position = std::max(out.position, step.position);
        if (step.version > *last) out.items.push_back(rules::told_of(step));
    }
    co_return out;
}

results<order_events> store_service::all_events(requests<follow_orders> requests) {
    auto const answer = [this](request<follow_orders> const& r) { return events_after(r); };
    return detail::one_by_one<order_events>(std::move(requests), *parts_.context.clock, answer);
}

asio::awaitable<result<order_events>> store_service::events_after(request<follow_orders> const& wanted) {
    order_events out;
    out.source = parts_.store->epoch();
    event_place last{out.source, 0};
    if (auto const& text = wanted.command.last_event_id) {
        auto const read = event_place::parse(*text);
        if (!read) co_return bad_last_event_id("must be the id of an event of this stream");
        last = *read;
        out.is_reset = last.source != out.source;
    }
    if (wanted.command.last_event_id && !out.is_reset) {
        // From the step itself on, to see that it is there: another store's would lead to a place of no meaning.
        bool const from_start = last.position == 0;
        auto const from = key_of<event_record>{from_start ? 0 : last.position - 1};
        auto steps = co_await parts_.store->scan<event_record>(from, limits::events_read_max + 1);
        if (!steps) co_return steps.error();
        out.is_reset = !from_start && (steps->empty() || steps->front().position != last.position);
        if (!out.is_reset) {
            out.more = steps->size() > limits::events_read_max;
            out.position = steps->empty() ? 0 : steps->back().position;
            for (auto const& step : *steps) {
                if (step.position > last.position && step.version > 1) out.items.push_back(rules::told_of(step));
            }
            known_position_ = std::max(known_position_, out.position);
            co_return out;
        }
    }
    auto const end = co_await find_end();
    if (!end) co_return end.error();
    out.position = *end;
    co_return out;
}

/// The position of the newest step, found by few reads: ever wider steps, then halving.
asio::awaitable<result<std::uint64_t>> store_service::find_end() {
    auto last = known_position_;
    std::uint64_t behind = 0;  // nothing lies behind it, once it is known
    for (std::uint64_t stride = 1; behind == 0 || behind > last + 1;) {
        auto const from = behind == 0 ? last + stride - 1 : last + (behind - 1 - last) / 2;
        auto const next = co_await parts_.store->scan<event_record>(key_of<event_record>{from}, 1);
        if (!next) co_return next.error();
        if (next->empty()) {
            behind = from + 1;
        } else {
            last = next->front().position;
            stride *= 2;
        }
    }
    known_position_ = std::max(known_position_, last);
    co_return last;
}

}  // namespace shop::orders
