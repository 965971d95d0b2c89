#include <algorithm>
#include <boost/unordered/unordered_flat_map.hpp>
#include <map>
#include <set>

#include "stores.hpp"
#include "tables.hpp"

namespace shop::memory {

/// The deliveries that are still to be made, lane by lane, what each customer was told of orders, and what can be found
/// by its id.
template <>
struct index_of<notifications::delivery_record> {
    using record = notifications::delivery_record;
    using lane = notifications::lane;

    static bool is_waiting(record const& r) {
        return r.status == notifications::delivery_status::pending && r.next_attempt_at;
    }
    static bool is_findable(record const& r) {
        return r.event || r.status != notifications::delivery_status::delivered;
    }
    template <class Rows>
    static auto by_key(Rows const& rows) {
        return [&rows](slot a, slot b) { return key_members(rows[a]) < key_members(rows[b]); };
    }
    template <class Rows>
    void added(slot at, record const& r, Rows const& rows) {
        note(at, r);
        if (!r.sku) of_customer[r.recipient].add(at, by_key(rows));
    }
    template <class Rows>
    void replaced(slot at, record const& before, record const& now, Rows const&) {
        forget(at, before);
        note(at, now);
    }
    template <class Rows>
    void removed(slot at, record const& r, Rows const& rows) {
        forget(at, r);
        if (r.sku) return;
        auto theirs = of_customer.find(r.recipient);
        theirs->second.remove(at, by_key(rows));
        if (theirs->second.empty()) of_customer.erase(theirs);
    }

    boost::unordered_flat_map<std::string, ordered_slots<std::vector<slot>>, std::hash<std::string>> of_customer;
    std::map<lane, std::set<std::pair<timestamp, slot>>> waiting;
    boost::unordered_flat_map<uuid, slot, std::hash<uuid>> of_id;

private:
    void note(slot at, record const& r) {
        if (is_waiting(r)) waiting[{r.channel, r.recipient}].emplace(*r.next_attempt_at, at);
        if (is_findable(r)) of_id[r.id.value] = at;
    }
    void forget(slot at, record const& r) {
        if (is_waiting(r)) {
            auto const theirs = waiting.find({r.channel, r.recipient});
            theirs->second.erase({*r.next_attempt_at, at});
            if (theirs->second.empty()) waiting.erase(theirs);
        }
        if (is_findable(r)) of_id.erase(r.id.value);
    }
};

namespace {

class notifications_store final : public tables<notifications::store, notifications::store_schema> {
    using delivery_record = notifications::delivery_record;
    using lane = notifications::lane;

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

    asio::awaitable<result<std::vector<lane>>> due_lanes(timestamp now, std::optional<lane> after,
                                                         std::size_t limit) override {
        auto lock = locked();
        auto const& lanes = of<delivery_record>().index().waiting;
        std::vector<lane> found;
        for (auto at = after ? lanes.upper_bound(*after) : lanes.begin(); at != lanes.end() && found.size() < limit;
             ++at) {
            if (at->second.begin()->first <= now) found.push_back(at->first);
        }
        co_return found;
    }

    asio::awaitable<result<std::vector<delivery_record>>> due(std::vector<lane> lanes, timestamp now,
                                                              std::size_t limit_each) override {
        auto lock = locked();
        std::vector<delivery_record> out;
        for (auto const& one : lanes) add_due(one, now, limit_each, out);
        co_return out;
    }

    asio::awaitable<result<std::optional<delivery_record>>> find(delivery_id id) override {
        auto lock = locked();
        auto& rows = of<delivery_record>();
        auto const at = rows.index().of_id.find(id.value);
        if (at == rows.index().of_id.end()) co_return std::optional<delivery_record>{};
        co_return std::optional<delivery_record>(rows[at->second]);
    }

private:
    void add_due(lane const& of_lane, timestamp now, std::size_t limit, std::vector<delivery_record>& out) {
        auto& rows = of<delivery_record>();
        auto const& waiting = rows.index().waiting;
        auto const theirs = waiting.find(of_lane);
        if (theirs == waiting.end()) return;
        auto const place = [&](slot at) {
            return std::tuple_cat(std::tuple(*rows[at].next_attempt_at), key_members(rows[at]));
        };
        auto const earlier = [&](slot a, slot b) { return place(a) < place(b); };
        auto const first = out.size();
        auto at = theirs->second.begin();
        while (at != theirs->second.end() && at->first <= now && out.size() - first < limit) {
            std::vector<slot> moment;
            for (auto const when = at->first; at != theirs->second.end() && at->first == when; ++at) {
                moment.push_back(at->second);
            }
            std::sort(moment.begin(), moment.end(), earlier);
            for (auto const one : moment) {
                if (out.size() - first < limit && !is_held_back(rows[one])) out.push_back(rows[one]);
            }
        }
    }

    /// Whether an earlier one of its subject in its lane is still to be made.
    bool is_held_back(delivery_record const& r) {
        auto& rows = of<delivery_record>();
        for (auto at = rows.from({r.subject, 0, "", ""}); at != rows.ordered().end(); ++at) {
            auto const& other = rows[*at];
            if (other.subject != r.subject || other.sequence >= r.sequence) return false;
            if (other.status == notifications::delivery_status::pending && other.channel == r.channel &&
                other.recipient == r.recipient) {
                return true;
            }
        }
        return false;
    }

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
            if (query.status && r.status != *query.status) continue;
            if (query.channel && r.channel != *query.channel) continue;
            if (query.endpoint && (r.channel != "webhook" || r.recipient != *query.endpoint)) continue;
            out.push_back(r);
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
