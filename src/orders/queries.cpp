// Reading orders. Nothing here locks or waits for a writer.

#include <shop/core/cursor.hpp>

#include "orders/store_service.hpp"

namespace shop::orders {
namespace {

/// Ids are read once however often they are asked for, and answered in the order asked.
key_set<store_schema> keys_of(std::vector<order_id> const& ids) {
    key_set<store_schema> keys;
    for (auto const& id : ids) keys.add<order_record>({id});
    keys.normalise();
    return keys;
}

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

asio::awaitable<std::vector<result<order_record>>> store_service::read_batch(std::shared_ptr<orders::store> store,
                                                                             std::vector<order_id> ids) {
    auto const keys = std::make_shared<key_set<store_schema> const>(keys_of(ids));
    auto rows = co_await store->load(keys);
    std::vector<result<order_record>> found;
    found.reserve(ids.size());
    for (auto const& id : ids) {
        if (!rows) {
            found.push_back(rows.error());
        } else if (auto const* order = (*rows)->find<order_record>({id})) {
            found.push_back(*order);
        } else {
            found.push_back(error(error_code::not_found));
        }
    }
    co_return found;
}

asio::awaitable<result<std::shared_ptr<loaded_rows<store_schema> const>>>
store_service::load(key_set<store_schema> keys) {
    keys.normalise();
    co_return co_await parts_.store->load(std::make_shared<key_set<store_schema> const>(std::move(keys)));
}

asio::awaitable<std::vector<result<order>>> store_service::get(std::vector<request<get_order>> requests) {
    std::vector<order_id> ids;
    ids.reserve(requests.size());
    for (auto const& r : requests) ids.push_back(r.command.id);
    auto records = co_await reads_.submit(std::move(ids));
    std::vector<result<order>> orders;
    orders.reserve(requests.size());
    for (std::size_t i = 0; i < requests.size(); ++i) {
        auto const& record = records[i];
        if (!record) {
            orders.push_back(record.error());
        } else if (!requests[i].call.by->may_act_for(record->customer_id)) {
            orders.push_back(error(error_code::not_found));
        } else {
            orders.push_back(rules::view(*record));
        }
    }
    co_return orders;
}

asio::awaitable<std::vector<result<page<order>>>> store_service::list(std::vector<request<list_orders>> requests) {
    std::vector<result<page<order>>> pages;
    pages.reserve(requests.size());
    for (auto& r : requests) {
        auto one = co_await list_one(std::move(r));
        pages.push_back(std::move(one));
    }
    co_return pages;
}

asio::awaitable<result<page<order>>> store_service::list_one(request<list_orders> wanted) {
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
    for (auto const& record : *records) found.items.push_back(rules::view(record));
    co_return found;
}

asio::awaitable<std::vector<result<page<history_item>>>>
store_service::history(std::vector<request<get_history>> requests) {
    std::vector<result<page<history_item>>> histories;
    histories.reserve(requests.size());
    for (auto& r : requests) {
        auto one = co_await history_of(std::move(r));
        histories.push_back(std::move(one));
    }
    co_return histories;
}

asio::awaitable<result<page<history_item>>> store_service::history_of(request<get_history> wanted) {
    auto events = co_await parts_.store->history(wanted.command.id);
    if (!events) co_return events.error();
    if (events->empty() || !wanted.call.by->may_act_for(events->front().customer_id)) {
        co_return error(error_code::not_found);
    }
    page<history_item> all;
    all.items.reserve(events->size());
    for (auto& e : *events) {
        all.items.push_back({e.version, e.status, e.at, std::move(e.actor), std::move(e.note), std::move(e.tracking)});
    }
    co_return all;
}

}  // namespace shop::orders
