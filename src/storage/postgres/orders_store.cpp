#include "service_stores.hpp"

namespace shop::postgres {

namespace {

using orders::event_record;
using orders::order_record;

class store_of_orders final : public stored<orders::store, orders::store_schema> {
public:
    using stored::stored;

    asio::awaitable<result<std::vector<order_record>>> list(orders::order_query query) override {
        // One index each. A customer's are found as a customer's, whatever their status: a status has many more.
        static std::string const within =
            "stored.id < $1::uuid AND stored.id >= $2::uuid ORDER BY stored.id DESC LIMIT $3::bigint";
        static auto const of_all = select_where<order_record>(" WHERE " + within);
        // Told as a range of its index: of a status that most orders have, statistics would say to read all of them.
        static auto const of_status = select_where<order_record>(
            " WHERE (stored.status, stored.id) < ($4::text, $1::uuid) AND (stored.status, stored.id) >= ($4::text, "
            "$2::uuid)"
            " ORDER BY stored.status DESC, stored.id DESC LIMIT $3::bigint");
        static auto const of_customer = select_where<order_record>(
            " WHERE stored.customer_id = $4::text AND ($5::text IS NULL OR stored.status = $5::text) AND " + within);
        auto work = [query = std::move(query)](session& on, std::vector<order_record>& out) {
            auto const before = query.before.value_or(order_id{uuid::beyond_all()});
            auto const from = query.not_before.value_or(order_id{});
            if (query.customer_id) {
                return select(on, of_customer, out, before, from, query.limit, *query.customer_id, query.status);
            }
            if (query.status) return select(on, of_status, out, before, from, query.limit, *query.status);
            select(on, of_all, out, before, from, query.limit);
        };
        return read_replica<std::vector<order_record>>(std::move(work));
    }

    asio::awaitable<result<std::vector<order_record>>> open(std::optional<order_id> after, std::size_t limit) override {
        static auto const what = select_where<order_record>(
            " WHERE stored.open IS NOT NULL AND stored.id > $1::uuid ORDER BY stored.id LIMIT $2::bigint");
        auto work = [after = after.value_or(order_id{}), limit](session& on, std::vector<order_record>& out) {
            select(on, what, out, after, limit);
        };
        return read<std::vector<order_record>>(std::move(work));
    }

    asio::awaitable<result<std::size_t>> count_open(std::size_t limit) override {
        static statement const what(
            "SELECT count(*) FROM (SELECT 1 FROM orders_order WHERE open IS NOT NULL LIMIT $1::bigint) AS counted",
            rows_of({{"count", types::bigint}}, 1));
        auto work = [limit](session& on, std::size_t& out) {
            value_writer to;
            to.integer(static_cast<std::int64_t>(limit));
            auto const found = on.ask(what, to.take());
            text_reader row(found);
            out = static_cast<std::size_t>(row.integer());
        };
        return read<std::size_t>(std::move(work));
    }

    asio::awaitable<result<std::vector<event_record>>> history(order_id id) override {
        static auto const what =
            select_where<event_record>(" WHERE stored.order_id = $1::uuid ORDER BY stored.version");
        auto work = [id](session& on, std::vector<event_record>& out) { select(on, what, out, id); };
        return read<std::vector<event_record>>(std::move(work));
    }
};

}  // namespace

std::shared_ptr<orders::store> orders_store(database in) {
    return std::make_shared<store_of_orders>(std::move(in));
}

}  // namespace shop::postgres
