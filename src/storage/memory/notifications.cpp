#include <algorithm>
#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>

#include "stores.hpp"
#include "tables.hpp"

namespace shop::memory {

/// The deliveries that are still to be made, and what each customer was told of orders.
template <>
struct index_of<notifications::delivery_record> {
    using record = notifications::delivery_record;

    static bool is_waiting(record const& r) {
        return r.status == notifications::delivery_status::pending && r.next_attempt_at;
    }
    template <class Rows>
    static auto by_key(Rows const& rows) {
        return [&rows](slot a, slot b) { return key_members(rows[a]) < key_members(rows[b]); };
    }
    template <class Rows>
    void added(slot at, record const& r, Rows const& rows) {
        if (is_waiting(r)) waiting.insert(at);
        if (!r.sku) of_customer[r.recipient].add(at, by_key(rows));
    }
    template <class Rows>
    void replaced(slot at, record const& before, record const& now, Rows const&) {
        if (is_waiting(before) == is_waiting(now)) return;
        if (is_waiting(now)) {
            waiting.insert(at);
        } else {
            waiting.erase(at);
        }
    }
    template <class Rows>
    void removed(slot at, record const& r, Rows const& rows) {
        waiting.erase(at);
        if (r.sku) return;
        auto theirs = of_customer.find(r.recipient);
        theirs->second.remove(at, by_key(rows));
        if (theirs->second.empty()) of_customer.erase(theirs);
    }

    boost::unordered_flat_map<std::string, ordered_slots<std::vector<slot>>, std::hash<std::string>> of_customer;
    boost::unordered_flat_set<slot> waiting;
};

namespace {

class notifications_store final : public tables<notifications::store, notifications::store_schema> {
    using delivery_record = notifications::delivery_record;

public:
    using tables::tables;

    asio::awaitable<result<std::vector<delivery_record>>> list(notifications::delivery_query query) override {
        auto lock = locked();
        auto& rows = of<delivery_record>();
        if (!query.customer_id) co_return newest(rows.ordered(), query);
        auto theirs = rows.index().of_customer.find(*query.customer_id);
        if (theirs == rows.index().of_customer.end()) co_return std::vector<delivery_record>{};
        co_return newest(theirs->second.settled(rows.index().by_key(rows)), query);
    }

    asio::awaitable<result<std::vector<delivery_record>>> due(timestamp now, std::size_t limit) override {
        auto lock = locked();
        auto& rows = of<delivery_record>();
        std::vector<slot> found;
        for (auto at : rows.index().waiting) {
            if (*rows[at].next_attempt_at <= now) found.push_back(at);
        }
        auto end = found.begin() + static_cast<std::ptrdiff_t>(std::min(limit, found.size()));
        auto const place = [&](slot at) {
            return std::tuple_cat(std::tuple(*rows[at].next_attempt_at), key_members(rows[at]));
        };
        std::partial_sort(found.begin(), end, found.end(), [&](slot a, slot b) { return place(a) < place(b); });
        std::vector<delivery_record> out;
        for (auto at = found.begin(); at != end; ++at) out.push_back(rows[*at]);
        co_return out;
    }

private:
    /// From the end of slots that are sorted by key.
    template <class Slots>
    std::vector<delivery_record> newest(Slots const& slots, notifications::delivery_query const& query) {
        auto const& rows = of<delivery_record>();
        auto end = slots.end();
        if (query.before) {
            auto const earlier = [&](slot at, key_of<delivery_record> const& key) {
                return key_members(rows[at]) < key;
            };
            end = std::lower_bound(slots.begin(), slots.end(), *query.before, earlier);
        }
        if (query.order_id) {
            auto const not_later = [&](uuid const& id, slot at) { return id < rows[at].subject; };
            end = std::min(end, std::upper_bound(slots.begin(), slots.end(), query.order_id->value, not_later));
        }
        std::vector<delivery_record> out;
        while (end != slots.begin() && out.size() < query.limit) {
            auto const& r = rows[*--end];
            if (query.order_id && r.subject != query.order_id->value) break;
            if (!query.status || r.status == *query.status) out.push_back(r);
        }
        return out;
    }
};

}  // namespace

std::shared_ptr<notifications::store> make_notifications_store(storage::context const& with,
                                                               std::shared_ptr<domain> in) {
    return std::make_shared<notifications_store>(with, std::move(in));
}

}  // namespace shop::memory
