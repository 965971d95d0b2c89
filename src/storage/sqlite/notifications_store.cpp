#include "record_store.hpp"
#include "service_stores.hpp"

namespace shop::sqlite {

namespace {

using notifications::delivery_record;

class store_of_notifications final : public stored<notifications::store, notifications::store_schema> {
public:
    using stored::stored;

    asio::awaitable<result<std::vector<delivery_record>>> list(notifications::delivery_query query) override {
        auto work = [query = std::move(query)](reader& by, std::vector<delivery_record>& out) {
            return newest(by.on, query, out);
        };
        return read<std::vector<delivery_record>>(std::move(work));
    }

    asio::awaitable<result<std::vector<delivery_record>>> due(timestamp now, std::size_t limit) override {
        static constexpr auto condition =
            "WHERE next_attempt_at <= ?1 AND status = 'pending'"
            " ORDER BY next_attempt_at, subject, sequence, channel, recipient LIMIT ?2";
        auto work = [now, limit](reader& by, std::vector<delivery_record>& out) {
            return select(by.on, condition, out, now, limit);
        };
        return read<std::vector<delivery_record>>(std::move(work));
    }

private:
    static status newest(connection& on, notifications::delivery_query const& query,
                         std::vector<delivery_record>& out) {
        static constexpr auto of_all =
            "WHERE (subject, sequence, channel, recipient) < (?1, ?2, ?3, ?4) AND (?5 IS NULL OR status = ?5)"
            " ORDER BY subject DESC, sequence DESC, channel DESC, recipient DESC LIMIT ?6";
        static constexpr auto of_order =
            "WHERE subject = ?7 AND (?8 IS NULL OR recipient = ?8 AND sku IS NULL)"
            " AND (subject, sequence, channel, recipient) < (?1, ?2, ?3, ?4) AND (?5 IS NULL OR status = ?5)"
            " ORDER BY subject DESC, sequence DESC, channel DESC, recipient DESC LIMIT ?6";
        static constexpr auto of_customer =
            "WHERE recipient = ?7 AND sku IS NULL"
            " AND (subject, sequence, channel, recipient) < (?1, ?2, ?3, ?4) AND (?5 IS NULL OR status = ?5)"
            " ORDER BY subject DESC, sequence DESC, channel DESC LIMIT ?6";
        auto [order, version, channel, recipient] =
            query.before.value_or(key_of<delivery_record>{uuid::beyond_all(), 0, "", ""});
        auto const read = [&](char const* which, auto const&... more) {
            return select(on, which, out, order, version, channel, recipient, query.status, query.limit, more...);
        };
        if (query.order_id) return read(of_order, *query.order_id, query.customer_id);
        if (query.customer_id) return read(of_customer, *query.customer_id);
        return read(of_all);
    }
};

}  // namespace

std::shared_ptr<notifications::store> notifications_store(std::shared_ptr<database> in) {
    return std::make_shared<store_of_notifications>(std::move(in));
}

}  // namespace shop::sqlite
