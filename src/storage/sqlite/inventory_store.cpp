#include <algorithm>

#include "record_store.hpp"
#include "service_stores.hpp"

namespace shop::sqlite {

namespace {

using inventory::movement_record;
using inventory::stock_record;

/// The ledger of one place lies in the order of its sequence, which is that of its positions: the newest of each place
/// are read, then merged. So one index serves this list and keeps sequences unique.
status newest_movements(connection& on, inventory::movement_query const& query, std::vector<movement_record>& out) {
    auto before = query.before.value_or(std::numeric_limits<std::int64_t>::max());
    std::vector<stock_record> places;
    if (auto read = select(on, "WHERE sku = ?1", places, query.sku); read != status::ok) return read;
    for (auto const& place : places) {
        auto read = select(on, "WHERE sku = ?1 AND location = ?2 AND position < ?3 ORDER BY sequence DESC LIMIT ?4",
                           out, query.sku, place.location, before, query.limit);
        if (read != status::ok) return read;
    }
    std::sort(out.begin(), out.end(), [](auto const& a, auto const& b) { return a.position > b.position; });
    if (out.size() > query.limit) out.resize(query.limit);
    return status::ok;
}

class store_of_inventory final : public stored<inventory::store, inventory::store_schema> {
public:
    using stored::stored;

    asio::awaitable<result<std::vector<stock_record>>> list(inventory::stock_query query) override {
        static constexpr auto condition =
            "WHERE sku IN (SELECT DISTINCT sku FROM inventory_stock WHERE sku > ?1 ORDER BY sku LIMIT ?2)"
            " ORDER BY sku, location";
        auto work = [query = std::move(query)](reader& by, std::vector<stock_record>& out) {
            auto after = query.after ? query.after->text() : std::string_view();
            return select(by.on, condition, out, after, query.limit);
        };
        return read<std::vector<stock_record>>(std::move(work));
    }

    asio::awaitable<result<std::vector<movement_record>>> movements(inventory::movement_query query) override {
        auto work = [query = std::move(query)](reader& by, std::vector<movement_record>& out) {
            return newest_movements(by.on, query, out);
        };
        return read<std::vector<movement_record>>(std::move(work));
    }
};

}  // namespace

std::shared_ptr<inventory::store> inventory_store(std::shared_ptr<database> in) {
    return std::make_shared<store_of_inventory>(std::move(in));
}

}  // namespace shop::sqlite
