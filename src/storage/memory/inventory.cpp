#include <algorithm>
#include <boost/container/small_vector.hpp>
#include <boost/unordered/unordered_flat_map.hpp>

#include "stores.hpp"
#include "tables.hpp"

namespace shop::memory {

/// The ledger of each sku. Sequences are unique per sku and location.
template <>
struct log_index_of<inventory::movement_record> {
    using record = inventory::movement_record;
    struct ledger {
        std::vector<std::uint64_t> positions;
        boost::container::small_vector<std::pair<location, std::uint64_t>, 1>
            highest;  // sequence ever seen per location; often just `main`
    };

    template <class Log>
    bool admits(record const& r, Log const& rows) const {
        auto of_sku = by_sku.find(r.sku);
        if (of_sku == by_sku.end()) return true;
        auto const& highest = of_sku->second.highest;
        auto seen = std::find_if(highest.begin(), highest.end(), [&](auto const& h) { return h.first == r.location; });
        if (seen == highest.end() || r.sequence > seen->second) return true;
        auto const& positions = of_sku->second.positions;  // out of order, which no rule does: look closely
        return std::none_of(positions.begin(), positions.end(), [&](std::uint64_t at) {
            auto const* there = rows.find(at);
            return there && there->location == r.location && there->sequence == r.sequence;
        });
    }
    void appended(record const& r) {
        auto& l = by_sku[r.sku];
        l.positions.insert(std::upper_bound(l.positions.begin(), l.positions.end(), r.position), r.position);
        for (auto& [at, sequence] : l.highest) {
            if (at != r.location) continue;
            sequence = std::max(sequence, r.sequence);
            return;
        }
        l.highest.emplace_back(r.location, r.sequence);
    }
    void removed(record const& r) {
        auto& positions = by_sku[r.sku].positions;
        auto at = std::lower_bound(positions.begin(), positions.end(), r.position);
        if (at != positions.end() && *at == r.position) positions.erase(at);
    }

    boost::unordered_flat_map<sku, ledger, std::hash<sku>> by_sku;
};

namespace {

class inventory_store final : public tables<inventory::store, inventory::store_schema> {
public:
    using tables::tables;

    asio::awaitable<result<std::vector<inventory::stock_record>>> list(inventory::stock_query query) override {
        auto lock = locked();
        auto& rows = of<inventory::stock_record>();
        std::vector<inventory::stock_record> out;
        auto at = query.after ? rows.after({*query.after}) : rows.ordered().begin();
        for (std::size_t skus = 0; at != rows.ordered().end() && skus < query.limit; ++at, ++skus) {
            auto locations = rows.group_in(*at);
            out.insert(out.end(), locations.begin(), locations.end());
        }
        co_return out;
    }

    asio::awaitable<result<std::vector<inventory::movement_record>>> movements(
        inventory::movement_query query) override {
        auto lock = locked();
        auto const& rows = of<inventory::movement_record>();
        std::vector<inventory::movement_record> out;
        auto ledger = rows.index().by_sku.find(query.sku);
        if (ledger == rows.index().by_sku.end()) co_return out;
        auto const& positions = ledger->second.positions;
        auto end = query.before ? std::lower_bound(positions.begin(), positions.end(), *query.before) : positions.end();
        while (end != positions.begin() && out.size() < query.limit) out.push_back(*rows.find(*--end));
        co_return out;
    }
};

}  // namespace

std::shared_ptr<inventory::store> make_inventory_store(storage::context const& with, std::shared_ptr<domain> in) {
    return std::make_shared<inventory_store>(with, std::move(in));
}

}  // namespace shop::memory
