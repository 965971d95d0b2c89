#include "record_store.hpp"
#include "service_stores.hpp"

namespace shop::sqlite {

namespace {

using orders::event_record;
using orders::order_record;

class store_of_orders final : public stored<orders::store, orders::store_schema> {
public:
    using stored::stored;

    asio::awaitable<result<std::vector<order_record>>> list(orders::order_query query) override {
        // One index each. A customer's are found as a customer's, whatever their status: a status has many more.
        static constexpr auto of_all = "WHERE id < ?1 AND id >= ?2 ORDER BY id DESC LIMIT ?3";
        static constexpr auto of_status = "WHERE status = ?4 AND id < ?1 AND id >= ?2 ORDER BY id DESC LIMIT ?3";
        static constexpr auto of_customer =
            "WHERE customer_id = ?4 AND (?5 IS NULL OR status = ?5) AND id < ?1 AND id >= ?2 ORDER BY id DESC LIMIT ?3";
        auto work = [query = std::move(query)](reader& by, std::vector<order_record>& out) {
            auto before = query.before.value_or(order_id{uuid::beyond_all()});
            auto from = query.not_before.value_or(order_id{});
            if (query.customer_id) {
                return select(by.on, of_customer, out, before, from, query.limit, *query.customer_id, query.status);
            }
            if (query.status) return select(by.on, of_status, out, before, from, query.limit, *query.status);
            return select(by.on, of_all, out, before, from, query.limit);
        };
        return read<std::vector<order_record>>(std::move(work));
    }

    asio::awaitable<result<std::vector<order_record>>> open(std::optional<order_id> after, std::size_t limit) override {
        auto work = [after = after.value_or(order_id{}), limit](reader& by, std::vector<order_record>& out) {
            return select(by.on, "WHERE open IS NOT NULL AND id > ?1 ORDER BY id LIMIT ?2", out, after, limit);
        };
        return read<std::vector<order_record>>(std::move(work));
    }

    asio::awaitable<result<std::size_t>> count_open(std::size_t limit) override {
        auto work = [limit](reader& by, std::size_t& out) {
            static std::string const text =
                "SELECT count(*) FROM (SELECT 1 FROM orders_order WHERE open IS NOT NULL LIMIT ?1)";
            auto& query = by.on.prepared(text);
            query.bind(1, static_cast<std::int64_t>(limit));
            if (query.next()) out = static_cast<std::size_t>(query.integer(0));
            return query.reset();
        };
        return read<std::size_t>(std::move(work));
    }

    asio::awaitable<result<std::vector<event_record>>> history(order_id id) override {
        auto work = [id](reader& by, std::vector<event_record>& out) {
            return select(by.on, "WHERE order_id = ?1 ORDER BY version", out, id);
        };
        return read<std::vector<event_record>>(std::move(work));
    }
};

}  // namespace

std::shared_ptr<orders::store> orders_store(std::shared_ptr<database> in) {
    return std::make_shared<store_of_orders>(std::move(in));
}

}  // namespace shop::sqlite
