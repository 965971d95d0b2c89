#include "service_stores.hpp"

namespace shop::postgres {

namespace {

using notifications::delivery_record;

class store_of_notifications final : public stored<notifications::store, notifications::store_schema> {
public:
    using stored::stored;

    asio::awaitable<result<std::vector<delivery_record>>> list(notifications::delivery_query query) override {
        static std::string const within =
            "(stored.subject, stored.sequence, stored.channel, stored.recipient)"
            " < ($1::uuid, $2::bigint, $3::text, $4::text) AND ($5::text IS NULL OR stored.status = $5::text)"
            " ORDER BY stored.subject DESC, stored.sequence DESC, stored.channel DESC, stored.recipient DESC"
            " LIMIT $6::bigint";
        static auto const of_all = select_where<delivery_record>(" WHERE " + within);
        static auto const of_order = select_where<delivery_record>(
            " WHERE stored.subject = $7::uuid AND ($8::text IS NULL OR stored.recipient = $8::text AND stored.sku IS "
            "NULL) AND " +
            within);
        static auto const of_customer =
            select_where<delivery_record>(" WHERE stored.recipient = $7::text AND stored.sku IS NULL AND " + within);
        auto work = [query = std::move(query)](session& on, std::vector<delivery_record>& out) {
            auto const [order, version, channel, recipient] =
                query.before.value_or(key_of<delivery_record>{uuid::beyond_all(), 0, "", ""});
            auto const read = [&](auto const& what, auto const&... more) {
                select(on, what, out, order, version, channel, recipient, query.status, query.limit, more...);
            };
            if (query.order_id) return read(of_order, *query.order_id, query.customer_id);
            if (query.customer_id) return read(of_customer, *query.customer_id);
            read(of_all);
        };
        return read_replica<std::vector<delivery_record>>(std::move(work));
    }

    asio::awaitable<result<std::vector<delivery_record>>> due(timestamp now, std::size_t limit) override {
        static auto const what = select_where<delivery_record>(
            " WHERE stored.next_attempt_at <= $1::bigint AND stored.status = 'pending'"
            " ORDER BY stored.next_attempt_at, stored.subject, stored.sequence, stored.channel, stored.recipient"
            " LIMIT $2::bigint");
        auto work = [now, limit](session& on, std::vector<delivery_record>& out) { select(on, what, out, now, limit); };
        return read<std::vector<delivery_record>>(std::move(work));
    }
};

}  // namespace

std::shared_ptr<notifications::store> notifications_store(database in) {
    return std::make_shared<store_of_notifications>(std::move(in));
}

}  // namespace shop::postgres
