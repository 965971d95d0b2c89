#include <algorithm>
#include <boost/container/small_vector.hpp>
#include <boost/unordered/unordered_flat_map.hpp>

#include "stores.hpp"
#include "tables.hpp"

namespace shop::memory {

/// The orders of each customer by id, and those with an open operation.
template <>
struct index_of<orders::order_record> {
    using record = orders::order_record;

    template <class Rows>
    static auto by_id(Rows const& rows) {
        return [&rows](slot a, slot b) { return key_members(rows[a]) < key_members(rows[b]); };
    }
    template <class Rows>
    void added(slot at, record const& r, Rows const& rows) {
        of_customer[r.customer_id].add(at, by_id(rows));
        if (r.open) open.insert(at);
    }
    template <class Rows>
    void replaced(slot at, record const& before, record const& now, Rows const& rows) {
        if (before.customer_id != now.customer_id) {
            forget_customer(at, before, rows);
            of_customer[now.customer_id].add(at, by_id(rows));
        }
        if (before.open.has_value() == now.open.has_value()) return;
        if (now.open) {
            open.insert(at);
        } else {
            open.erase(at);
        }
    }
    template <class Rows>
    void removed(slot at, record const& r, Rows const& rows) {
        forget_customer(at, r, rows);
        open.erase(at);
    }
    template <class Rows>
    void forget_customer(slot at, record const& r, Rows const& rows) {
        auto theirs = of_customer.find(r.customer_id);
        theirs->second.remove(at, by_id(rows));
        if (theirs->second.empty()) of_customer.erase(theirs);
    }

    boost::unordered_flat_map<std::string, ordered_slots<std::vector<slot>>, std::hash<std::string>> of_customer;
    boost::unordered_flat_set<slot> open;
};

/// The history of each order. Versions are unique per order.
template <>
struct log_index_of<orders::event_record> {
    using record = orders::event_record;

    template <class Log>
    bool admits(record const& r, Log const& rows) const {
        auto events = of_order.find(r.order_id);
        if (events == of_order.end()) return true;
        return std::none_of(events->second.begin(), events->second.end(),
                            [&](std::uint64_t at) { return rows.find(at)->version == r.version; });
    }
    void appended(record const& r) { of_order[r.order_id].push_back(r.position); }
    void removed(record const& r) {
        auto events = of_order.find(r.order_id);
        auto& positions = events->second;
        positions.erase(std::find(positions.begin(), positions.end(), r.position));
        if (positions.empty()) of_order.erase(events);
    }

    boost::unordered_flat_map<order_id, boost::container::small_vector<std::uint64_t, 2>, std::hash<order_id>> of_order;
};

namespace {

class orders_store final : public tables<orders::store, orders::store_schema> {
    using order_record = orders::order_record;

public:
    using tables::tables;

    asio::awaitable<result<std::vector<order_record>>> list(orders::order_query query) override {
        auto lock = locked();
        auto& rows = of<order_record>();
        if (!query.customer_id) co_return newest(rows.ordered(), query);
        auto theirs = rows.index().of_customer.find(*query.customer_id);
        if (theirs == rows.index().of_customer.end()) co_return std::vector<order_record>{};
        co_return newest(theirs->second.settled(rows.index().by_id(rows)), query);
    }

    asio::awaitable<result<std::vector<order_record>>> open(std::optional<order_id> after, std::size_t limit) override {
        auto lock = locked();
        auto& rows = of<order_record>();
        std::vector<slot> found;
        for (auto at : rows.index().open) {
            if (!after || rows[at].id > *after) found.push_back(at);
        }
        auto end = found.begin() + static_cast<std::ptrdiff_t>(std::min(limit, found.size()));
        std::partial_sort(found.begin(), end, found.end(), rows.index().by_id(rows));
        std::vector<order_record> out;
        for (auto at = found.begin(); at != end; ++at) out.push_back(rows[*at]);
        co_return out;
    }

    asio::awaitable<result<std::size_t>> count_open(std::size_t limit) override {
        auto lock = locked();
        co_return std::min(limit, of<order_record>().index().open.size());
    }

    asio::awaitable<result<std::vector<orders::event_record>>> history(order_id id) override {
        auto lock = locked();
        auto const& rows = of<orders::event_record>();
        std::vector<orders::event_record> out;
        auto events = rows.index().of_order.find(id);
        if (events == rows.index().of_order.end()) co_return out;
        for (auto position : events->second) out.push_back(*rows.find(position));
        std::sort(out.begin(), out.end(), [](auto const& a, auto const& b) { return a.version < b.version; });
        co_return out;
    }

private:
    /// From the end of slots that are sorted by id.
    template <class Slots>
    std::vector<order_record> newest(Slots const& slots, orders::order_query const& query) {
        auto const& rows = of<order_record>();
        auto older = [&](slot at, order_id const& id) { return rows[at].id < id; };
        auto end = query.before ? std::lower_bound(slots.begin(), slots.end(), *query.before, older) : slots.end();
        std::vector<order_record> out;
        while (end != slots.begin() && out.size() < query.limit) {
            auto const& r = rows[*--end];
            if (query.not_before && *query.not_before > r.id) break;
            if (!query.status || r.status == *query.status) out.push_back(r);
        }
        return out;
    }
};

}  // namespace

std::shared_ptr<orders::store> make_orders_store(storage::context const& with, std::shared_ptr<domain> in) {
    return std::make_shared<orders_store>(with, std::move(in));
}

}  // namespace shop::memory
