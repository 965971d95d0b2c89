#include "service_stores.hpp"

namespace shop::postgres {

namespace {

using notifications::delivery_record;
using notifications::lane;

class store_of_notifications final : public stored<notifications::store, notifications::store_schema> {
public:
    using stored::stored;

    asio::awaitable<result<std::vector<delivery_record>>> list(notifications::delivery_query query) override {
        static std::string const within =
            "(stored.subject, stored.sequence, stored.channel, stored.recipient)"
            " < ($1::uuid, $2::bigint, $3::text, $4::text) AND ($5::text IS NULL OR stored.status = $5::text)"
            " AND ($6::text IS NULL OR stored.channel = $6::text)"
            " ORDER BY stored.subject DESC, stored.sequence DESC, stored.channel DESC, stored.recipient DESC"
            " LIMIT $7::bigint";
        static auto const of_all = select_where<delivery_record>(" WHERE " + within);
        static auto const of_unsent = select_where<delivery_record>(
            " WHERE stored.status = $5::text AND stored.status <> 'delivered' AND " + within);
        static auto const of_order = select_where<delivery_record>(
            " WHERE stored.subject = $8::uuid AND ($9::text IS NULL OR stored.recipient = $9::text AND stored.sku IS "
            "NULL) AND " +
            within);
        static auto const of_customer =
            select_where<delivery_record>(" WHERE stored.recipient = $8::text AND stored.sku IS NULL AND " + within);
        static auto const of_endpoint = select_where<delivery_record>(
            " WHERE stored.channel = 'webhook' AND stored.recipient = $8::text AND " + within);
        auto work = [query = std::move(query)](session& on, std::vector<delivery_record>& out) {
            auto const [order, version, channel, recipient] =
                query.before.value_or(key_of<delivery_record>{uuid::beyond_all(), 0, "", ""});
            auto const read = [&](auto const& what, auto const&... more) {
                select(on, what, out, order, version, channel, recipient, query.status, query.channel, query.limit,
                       more...);
            };
            if (query.endpoint) return read(of_endpoint, *query.endpoint);
            if (query.order_id) return read(of_order, *query.order_id, query.customer_id);
            if (query.customer_id) return read(of_customer, *query.customer_id);
            if (query.status && *query.status != notifications::delivery_status::delivered) return read(of_unsent);
            read(of_all);
        };
        return read_replica<std::vector<delivery_record>>(std::move(work));
    }

    asio::awaitable<result<std::vector<lane>>> due_lanes(timestamp now, std::optional<lane> after,
                                                         std::size_t limit) override {
        static statement const what(
            "SELECT channel, recipient FROM notifications_delivery"
            " WHERE status = 'pending' AND next_attempt_at IS NOT NULL"
            " AND (channel, recipient) > ($1::text, $2::text)"
            " GROUP BY channel, recipient HAVING min(next_attempt_at) <= $3::bigint"
            " ORDER BY channel, recipient LIMIT $4::bigint",
            rows_of({{"channel", types::text}, {"recipient", types::text}}));
        auto work = [now, after = after.value_or(lane{}), limit](session& on, std::vector<lane>& out) {
            value_writer to;
            to.text(after.channel);
            to.text(after.recipient);
            storage::write_column(to, now);
            storage::write_column(to, limit);
            auto const found = on.ask(what, to.take());
            text_reader row(found);
            for (std::size_t i = 0; i < found.size(); ++i) {
                row.start_row(i);
                auto channel = std::string(row.text());
                out.push_back({std::move(channel), std::string(row.text())});
            }
        };
        return read<std::vector<lane>>(std::move(work));
    }

    asio::awaitable<result<std::vector<delivery_record>>> due(std::vector<lane> lanes, timestamp now,
                                                              std::size_t limit_each) override {
        static auto const what = select_where<delivery_record>(
            " WHERE stored.status = 'pending' AND stored.next_attempt_at IS NOT NULL AND stored.channel = $1::text"
            " AND stored.recipient = $2::text AND stored.next_attempt_at <= $3::bigint"
            " AND NOT EXISTS (SELECT 1 FROM notifications_delivery AS earlier"
            " WHERE earlier.subject = stored.subject AND earlier.sequence < stored.sequence"
            " AND earlier.channel = $1::text AND earlier.recipient = $2::text AND earlier.status = 'pending')"
            " ORDER BY stored.next_attempt_at, stored.subject, stored.sequence LIMIT $4::bigint");
        auto work = [lanes = std::move(lanes), now, limit_each](session& on, std::vector<delivery_record>& out) {
            for (auto const& one : lanes) select(on, what, out, one.channel, one.recipient, now, limit_each);
        };
        return read<std::vector<delivery_record>>(std::move(work));
    }

    asio::awaitable<result<std::optional<delivery_record>>> find(delivery_id id) override {
        static auto const what = select_where<delivery_record>(
            " WHERE stored.id = $1::uuid AND (stored.event IS NOT NULL OR stored.status <> 'delivered')");
        auto work = [id](session& on, std::optional<delivery_record>& out) {
            std::vector<delivery_record> found;
            select(on, what, found, id);
            if (!found.empty()) out = std::move(found.front());
        };
        return read<std::optional<delivery_record>>(std::move(work));
    }
};

}  // namespace

std::shared_ptr<notifications::store> notifications_store(database in) {
    return std::make_shared<store_of_notifications>(std::move(in));
}

}  // namespace shop::postgres
