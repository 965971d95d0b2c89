#include "record_store.hpp"
#include "service_stores.hpp"

namespace shop::sqlite {

namespace {

class store_of_products final : public stored<products::store, products::store_schema> {
public:
    using stored::stored;

    asio::awaitable<result<products::found_products>> list(products::product_query query) override {
        auto work = [query = std::move(query)](reader& by, products::found_products& out) {
            auto looked = status::ok;
            if (query.looked_at_max != 0) looked = find_end(by.on, query, out.looked_up_to);
            return looked == status::ok ? find(by.on, query, out) : looked;
        };
        return read<products::found_products>(std::move(work));
    }

private:
    static std::string_view start_of(products::product_query const& query) {
        return query.after ? query.after->text() : std::string_view();
    }

    /// The last product to look at, unless the table ends before.
    static status find_end(connection& on, products::product_query const& query, std::optional<sku>& end) {
        auto& last = on.prepared("SELECT sku FROM products_product WHERE sku > ?1 ORDER BY sku LIMIT 1 OFFSET ?2");
        last.bind(1, start_of(query));
        last.bind(2, static_cast<std::int64_t>(query.looked_at_max - 1));
        bool const is_there = last.next();
        if (is_there) end = sku::parse(last.text(0));
        auto const stepped = last.reset();
        return stepped == status::ok && is_there && !end ? status::corrupt : stepped;
    }

    static status find(connection& on, products::product_query const& query, products::found_products& out) {
        // lower() of SQLite changes ASCII letters only, as asked.
        static constexpr auto condition =
            "WHERE sku > ?1 AND sku <= ?6 AND (?2 = '' OR instr(lower(sku), lower(?2)) OR instr(lower(name), "
            "lower(?2)))"
            " AND (?3 IS NULL OR status = ?3)"
            " AND (?4 IS NULL OR EXISTS (SELECT 1 FROM json_each(content, '$.tags') WHERE value = ?4))"
            " ORDER BY sku LIMIT ?5";
        auto const end = out.looked_up_to ? out.looked_up_to->text() : products::beyond_all_skus;
        auto const read =
            select(on, condition, out.products, start_of(query), query.text, query.status, query.tag, query.limit, end);
        if (out.products.size() == query.limit) out.looked_up_to.reset();
        return read;
    }
};

}  // namespace

std::shared_ptr<products::store> products_store(std::shared_ptr<database> in) {
    return std::make_shared<store_of_products>(std::move(in));
}

}  // namespace shop::sqlite
