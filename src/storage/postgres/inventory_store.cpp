#include "service_stores.hpp"

namespace shop::postgres {

namespace {

using inventory::movement_record;
using inventory::stock_record;

class store_of_inventory final : public stored<inventory::store, inventory::store_schema> {
public:
    using stored::stored;

    asio::awaitable<result<std::vector<stock_record>>> list(inventory::stock_query query) override {
        static auto const what = select_where<stock_record>(
            " JOIN (SELECT DISTINCT sku FROM inventory_stock WHERE sku > $1::text"
            " ORDER BY sku LIMIT $2::bigint) AS page ON stored.sku = page.sku ORDER BY stored.sku, stored.location");
        auto work = [query = std::move(query)](session& on, std::vector<stock_record>& out) {
            auto const after = query.after ? query.after->text() : std::string_view();
            select(on, what, out, after, query.limit);
        };
        return read_replica<std::vector<stock_record>>(std::move(work));
    }

    asio::awaitable<result<std::vector<movement_record>>> movements(inventory::movement_query query) override {
        // The ledger of one place lies in the order of its sequence, which is that of its positions: the newest of each
        // place are read, then merged. So one index serves this list and keeps sequences unique.
        static auto const what = select_where<movement_record>(
            " JOIN (SELECT newest.position FROM inventory_stock AS place CROSS JOIN LATERAL"
            " (SELECT position FROM inventory_movement WHERE sku = place.sku AND location = place.location"
            " AND position < $2::bigint ORDER BY sequence DESC LIMIT $3::bigint) AS newest"
            " WHERE place.sku = $1::text ORDER BY newest.position DESC LIMIT $3::bigint) AS page"
            " ON stored.position = page.position ORDER BY stored.position DESC");
        auto work = [query = std::move(query)](session& on, std::vector<movement_record>& out) {
            auto const before = query.before.value_or(std::numeric_limits<std::int64_t>::max());
            select(on, what, out, query.sku, before, query.limit);
        };
        return read_replica<std::vector<movement_record>>(std::move(work));
    }
};

}  // namespace

std::shared_ptr<inventory::store> inventory_store(database in) {
    return std::make_shared<store_of_inventory>(std::move(in));
}

}  // namespace shop::postgres
