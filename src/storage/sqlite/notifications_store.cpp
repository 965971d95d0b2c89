#include "record_store.hpp"
#include "service_stores.hpp"

namespace shop::sqlite {

namespace {

using notifications::delivery_record;
using notifications::lane;

class store_of_notifications final : public stored<notifications::store, notifications::store_schema> {
public:
    using stored::stored;

    asio::awaitable<result<std::vector<delivery_record>>> list(notifications::delivery_query query) override {
        auto work = [query = std::move(query)](reader& by, std::vector<delivery_record>& out) {
            return newest(by.on, query, out);
        };
        return read<std::vector<delivery_record>>(std::move(work));
    }

    asio::awaitable<result<std::vector<lane>>> due_lanes(timestamp now, std::optional<lane> after,
                                                         std::size_t limit) override {
        auto work = [now, after = after.value_or(lane{}), limit](reader& by, std::vector<lane>& out) {
            static std::string const text =
                "SELECT channel, recipient FROM notifications_delivery"
                " WHERE status = 'pending' AND next_attempt_at IS NOT NULL AND (channel, recipient) > (?1, ?2)"
                " GROUP BY channel, recipient HAVING min(next_attempt_at) <= ?3 ORDER BY channel, recipient LIMIT ?4";
            auto& query = by.on.prepared(text);
            binder to;
            to.start(query);
            write_column(to, after.channel);
            write_column(to, after.recipient);
            write_column(to, now);
            write_column(to, limit);
            while (query.next()) out.push_back({std::string(query.text(0)), std::string(query.text(1))});
            return query.reset();
        };
        return read<std::vector<lane>>(std::move(work));
    }

    asio::awaitable<result<std::vector<delivery_record>>> due(std::vector<lane> lanes, timestamp now,
                                                              std::size_t limit_each) override {
        static constexpr auto condition =
            "WHERE status = 'pending' AND next_attempt_at IS NOT NULL AND channel = ?1 AND recipient = ?2"
            " AND next_attempt_at <= ?3 AND NOT EXISTS (SELECT 1 FROM notifications_delivery AS earlier"
            " WHERE earlier.subject = notifications_delivery.subject"
            " AND earlier.sequence < notifications_delivery.sequence AND earlier.channel = ?1"
            " AND earlier.recipient = ?2 AND earlier.status = 'pending')"
            " ORDER BY next_attempt_at, subject, sequence LIMIT ?4";
        auto work = [lanes = std::move(lanes), now, limit_each](reader& by, std::vector<delivery_record>& out) {
            auto done = status::ok;
            for (auto const& one : lanes) {
                if (done == status::ok) {
                    done = select(by.on, condition, out, one.channel, one.recipient, now, limit_each);
                }
            }
            return done;
        };
        return read<std::vector<delivery_record>>(std::move(work));
    }

    asio::awaitable<result<std::optional<delivery_record>>> find(delivery_id id) override {
        auto work = [id](reader& by, std::optional<delivery_record>& out) {
            std::vector<delivery_record> found;
            auto const done =
                select(by.on, "WHERE id = ?1 AND (event IS NOT NULL OR status <> 'delivered')", found, id);
            if (!found.empty()) out = std::move(found.front());
            return done;
        };
        return read<std::optional<delivery_record>>(std::move(work));
    }

private:
    static status newest(connection& on, notifications::delivery_query const& query,
                         std::vector<delivery_record>& out) {
        static constexpr auto of_all =
            "WHERE (subject, sequence, channel, recipient) < (?1, ?2, ?3, ?4) AND (?5 IS NULL OR status = ?5)"
            " AND (?6 IS NULL OR channel = ?6)"
            " ORDER BY subject DESC, sequence DESC, channel DESC, recipient DESC LIMIT ?7";
        static constexpr auto of_unsent =
            "WHERE status = ?5 AND status <> 'delivered' AND (subject, sequence, channel, recipient) < (?1, ?2, ?3, ?4)"
            " AND (?6 IS NULL OR channel = ?6)"
            " ORDER BY subject DESC, sequence DESC, channel DESC, recipient DESC LIMIT ?7";
        static constexpr auto of_order =
            "WHERE subject = ?8 AND (?9 IS NULL OR recipient = ?9 AND sku IS NULL)"
            " AND (subject, sequence, channel, recipient) < (?1, ?2, ?3, ?4) AND (?5 IS NULL OR status = ?5)"
            " AND (?6 IS NULL OR channel = ?6)"
            " ORDER BY subject DESC, sequence DESC, channel DESC, recipient DESC LIMIT ?7";
        static constexpr auto of_customer =
            "WHERE recipient = ?8 AND sku IS NULL"
            " AND (subject, sequence, channel, recipient) < (?1, ?2, ?3, ?4) AND (?5 IS NULL OR status = ?5)"
            " AND (?6 IS NULL OR channel = ?6)"
            " ORDER BY subject DESC, sequence DESC, channel DESC LIMIT ?7";
        static constexpr auto of_endpoint =
            "WHERE channel = 'webhook' AND recipient = ?8"
            " AND (subject, sequence, channel, recipient) < (?1, ?2, ?3, ?4) AND (?5 IS NULL OR status = ?5)"
            " AND (?6 IS NULL OR channel = ?6)"
            " ORDER BY subject DESC, sequence DESC LIMIT ?7";
        auto [order, version, channel, recipient] =
            query.before.value_or(key_of<delivery_record>{uuid::beyond_all(), 0, "", ""});
        auto const read = [&](char const* which, auto const&... more) {
            return select(on, which, out, order, version, channel, recipient, query.status, query.channel, query.limit,
                          more...);
        };
        if (query.endpoint) return read(of_endpoint, *query.endpoint);
        if (query.order_id) return read(of_order, *query.order_id, query.customer_id);
        if (query.customer_id) return read(of_customer, *query.customer_id);
        if (query.status && *query.status != notifications::delivery_status::delivered) return read(of_unsent);
        return read(of_all);
    }
};

}  // namespace

std::shared_ptr<notifications::store> notifications_store(std::shared_ptr<database> in) {
    return std::make_shared<store_of_notifications>(std::move(in));
}

}  // namespace shop::sqlite
